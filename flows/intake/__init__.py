"""Import requests, recordings and lists from files that people and telephone systems write.

A file is imported whole or not at all.  Every mistake is reported with its row and column, never with the
value.
"""
