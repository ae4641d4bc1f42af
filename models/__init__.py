"""What guesses, pinned and verified: recognition, language analysis, lexicons."""

PROJECT = "kaiji"
"""Whose package this is: other projects have one of this name, too (``flows.own_packages``)."""
