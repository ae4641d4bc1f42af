"""Scripts cast, spoken and heard: what the networks learn from."""
