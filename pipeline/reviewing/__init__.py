"""Fold analysts' decisions into the next revision of a plan."""
