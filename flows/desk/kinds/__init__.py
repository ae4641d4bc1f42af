"""The desk's values, states, permissions and errors, without any database."""
