"""The learned tagger of morae."""
