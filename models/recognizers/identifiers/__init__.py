"""Recognizers of what identifies beside names, addresses and telephone numbers (``pipeline.kinds``)."""
