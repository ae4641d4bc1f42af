"""Releases: the answer is gathered, rendered again, packed, sealed and recorded."""
