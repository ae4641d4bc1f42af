"""The mark of a desk to practise on."""

from __future__ import annotations

from flows.settings import Settings

__all__ = ["MARK", "is_practice"]

MARK = "practice-desk"
"""Name of the file that marks a home as one for practice."""


def is_practice(settings: Settings) -> bool:
    """Return whether the desk of these settings is one for practice."""
    return (settings.home / MARK).is_file()
