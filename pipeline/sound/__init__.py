"""What speech sounds like, without words: morae, how alike they are, and where they are heard."""
