"""Turn a transcript and an analyzer into findings: which characters are personal data."""
