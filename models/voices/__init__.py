"""Whose voice it is that speaks: within one call, and never longer than it is worked on."""
