"""The mark of a desk to practise on, and where it lies."""

from __future__ import annotations

from flows.settings import PRACTICE_MARK, Settings

FOLDER = "practice"
"""Name of the practice desk's folder in the company's home."""

MARK = PRACTICE_MARK
"""Name of the file that marks a home as one for practice."""


def is_practice(settings: Settings) -> bool:
    """Return whether the desk of these settings is one for practice."""
    return settings.practice


def practice_settings(settings: Settings) -> Settings:
    """Return the settings of the practice desk beside a company's desk.

    One person goes through all of the work there, so none of it asks for a second one.

    Args:
        settings: The settings of the company's desk.
    """
    home = settings.home / FOLDER
    alone = {"identity_two_people": False, "review_one_person": True, "outbox": None}
    return settings.model_copy(update={"home": home, "work": home / "work", **alone})
