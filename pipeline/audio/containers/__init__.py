"""Does a file hold all that it says it holds: one module for each family of containers."""
