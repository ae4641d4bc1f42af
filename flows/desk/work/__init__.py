"""Calls waiting to be masked and reviewed: claims, plans, reviews."""
