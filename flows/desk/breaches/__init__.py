"""Breaches (26条): marked, decided, reported; who heard or opened what went out."""
