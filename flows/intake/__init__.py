"""What comes in: requests, recordings and lists, from files as people and telephone systems write them.

Every file is taken whole or not at all, and every mistake in it is told with its row and column,
never with the value that stands there.
"""
