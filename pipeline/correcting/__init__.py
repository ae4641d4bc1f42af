"""People's corrections of words and lines, over the transcript as it was recognised."""
