"""Mask one call or many, for a command or a worker."""
