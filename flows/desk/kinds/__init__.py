"""The desk's values, states and errors."""
