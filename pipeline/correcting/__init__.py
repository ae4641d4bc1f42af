"""Words and lines as people corrected them, over the transcript as it was recognised."""
