"""Finds requests that were taken in before."""

from __future__ import annotations

from collections.abc import Iterable

from flows.desk.cases.requests import row_of
from flows.desk.integrity.desk import Desk
from flows.desk.integrity.terms import find_unique

__all__ = ["known_references"]


def known_references(desk: Desk, references: Iterable[str]) -> dict[str, str]:
    """Return the public numbers of requests that were taken in under the company's own numbers.

    Args:
        desk: The desk.
        references: The company's own numbers.

    Returns:
        Public number by reference, for the known references.
    """
    known = {}
    with desk.read() as session:
        for reference in references:
            request_id = find_unique(session, desk.keyring, "reference", reference)
            if request_id is not None:
                known[reference] = row_of(session, request_id).number
    return known
