"""Public numbers: a letter, the year and a count, such as ``R-2026-0042``; no number is given twice."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.desk.storage.tables import CounterRow

__all__ = ["next_number"]


def next_number(session: Session, letter: str, year: int) -> str:
    """Return the next number of a kind in a year; for the other modules of ``flows.desk``.

    Args:
        session: A writing session, so that two people do not get the same number.
        letter: The kind: ``R`` for requests, ``B`` for breaches.
        year: The year.
    """
    name = f"{letter}-{year}"
    counter = session.get(CounterRow, name)
    if counter is None:
        counter = CounterRow(name=name, value=0)
        session.add(counter)
    counter.value += 1
    session.flush()
    return f"{name}-{counter.value:04d}"
