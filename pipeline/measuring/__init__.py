"""A masked call measured against its truth."""
