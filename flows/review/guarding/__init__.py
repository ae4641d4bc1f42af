"""Checks around every request: its sender, its host, its size, its connection, and errors."""
