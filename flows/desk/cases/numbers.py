"""Public numbers: a letter for the kind, the year and a count, such as ``R-2026-0042``; each is used once.

A practice desk has numbers of its own form: ``練習-2026-0001``.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy.orm import Session

from flows.desk.storage.tables import CounterRow
from flows.settings import Settings

REQUEST_NUMBER: Final = r"(?:R|練習)-\d{4}-\d{4,8}"
"""Pattern of a request's public number."""

BREACH_NUMBER: Final = r"(?:B|練習B)-\d{4}-\d{4,8}"
"""Pattern of a breach's public number."""


def is_request_number(text: str) -> bool:
    """Return whether a text is a request's public number, and not an id."""
    return re.fullmatch(REQUEST_NUMBER, text) is not None


def next_request_number(session: Session, settings: Settings, year: int) -> str:
    """Return the next number of a request; for the other modules of ``flows.desk``.

    Args:
        session: A writing session, so that two people do not get the same number.
        settings: Settings of the desk.
        year: The year of receipt.
    """
    return _next(session, f"{'練習' if settings.practice else 'R'}-{year}")


def next_breach_number(session: Session, settings: Settings, year: int) -> str:
    """Return the next number of a breach; parameters as for ``next_request_number``."""
    return _next(session, f"{'練習B' if settings.practice else 'B'}-{year}")


def _next(session: Session, name: str) -> str:
    counter = session.get(CounterRow, name)
    if counter is None:
        counter = CounterRow(name=name, value=0)
        session.add(counter)
    counter.value += 1
    session.flush()
    return f"{name}-{counter.value:04d}"
