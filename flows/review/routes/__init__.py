"""The page's routes, one module for each group of addresses."""
