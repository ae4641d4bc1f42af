"""Accounts, sessions, and who has which call open."""
