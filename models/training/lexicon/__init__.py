"""The lexicons built from published dictionaries."""
