"""Words from a file instead of from a recogniser, held against the sound."""
