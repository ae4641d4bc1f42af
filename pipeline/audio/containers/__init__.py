"""Check that an audio file is complete: one module for each family of containers."""
