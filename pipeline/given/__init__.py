"""Check words from a file, in place of a recogniser's, against the sound."""
