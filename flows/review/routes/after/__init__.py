"""Routes for what comes after an answer."""
