"""Foreign names in katakana: the names themselves, and where they are used as names."""
