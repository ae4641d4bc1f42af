"""Routes for steps after an answer."""
