"""Comparators: how alike what was said and what the case knows are, by kind of data."""
