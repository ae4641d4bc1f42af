"""Recorded identity checks: how, when and by whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from flows.desk.cases.notes import NOTE_CONTENT
from flows.desk.cases.requests import row_of
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import IdentityCheck, IdentityMethod
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import IdentityRow

__all__ = ["RecordedCheck", "identity_checks"]


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """An identity check and the person who recorded it."""

    check: IdentityCheck
    by: str = field(repr=False)


def identity_checks(desk: Desk, request: str) -> tuple[RecordedCheck, ...]:
    """Return a request's identity checks, oldest first; there are two when the company requires two people.

    Args:
        desk: The desk.
        request: Id or public number.

    Raises:
        NotFoundError: when there is no such request.
    """
    with desk.read() as session:
        statement = select(IdentityRow).where(IdentityRow.request_id == row_of(session, request).id)
        rows = session.scalars(statement.order_by(IdentityRow.recorded_at)).all()
        said = [(row, take_sealed(row, NOTE_CONTENT, desk.keyring)) for row in rows]
    return tuple(
        RecordedCheck(IdentityCheck(IdentityMethod(row.method), row.checked_at, note.text), note.by)
        for row, note in said
    )
