"""What guesses, pinned and verified: recognition, language analysis, lexicons."""
