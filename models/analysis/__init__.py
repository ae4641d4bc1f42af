"""Presidio's analyzer with kaiji's recognizers, and Presidio's anonymizer."""
