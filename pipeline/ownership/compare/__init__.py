"""Comparators, one for each kind of data: how alike are what was said and what the case knows?"""
