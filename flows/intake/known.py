"""Find requests that were imported before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flows.desk.cases.requests import row_of
from flows.desk.integrity.desk import Desk
from flows.desk.integrity.terms import find_unique
from flows.files.keyed_digest import Digested


def dropped_reference(desk: Desk, document: bytes) -> str:
    """Return the reference of a request that was dropped without one: the same for the same document."""
    return f"inbox:{desk.digest(Digested.DOCUMENT, hashlib.sha256(document).hexdigest())}"


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
