"""Input of the recognizers for one call, and the alignment of its two hearings."""
