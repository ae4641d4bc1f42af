"""The learned tagger of characters."""
