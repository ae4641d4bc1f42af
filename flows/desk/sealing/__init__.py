"""Keys, and encryption with them: sealed columns, sealed files, search marks."""
