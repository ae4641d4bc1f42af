"""Accounts, sign-ins, and who is looking at what."""
