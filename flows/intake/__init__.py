"""Imports requests, recordings and lists from files that people and telephone systems write.

A file is imported as a whole or not at all.  Every mistake in it is reported with its row and column, never
with the value.
"""
