"""Around every request: who sends it, for which host, what is refused."""
