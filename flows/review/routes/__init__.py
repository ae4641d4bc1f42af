"""The page's routes, by file."""
