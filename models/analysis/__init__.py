"""Presidio's analyzer with all of kaiji's recognizers, and its anonymiser."""
