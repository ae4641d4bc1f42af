"""Decide ownership by sound, whatever was written."""
