"""From a transcript and an analyzer to findings: which characters are somebody's data."""
