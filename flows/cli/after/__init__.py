"""Commands for what comes after an answer."""
