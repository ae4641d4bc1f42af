"""Recognizers of further identifiers beside names, addresses and telephone numbers (``pipeline.kinds``)."""
