"""Measure a masked call against its truth."""
