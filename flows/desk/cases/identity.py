"""Identity checks of requesters: how, when and by whom; images and numbers of papers are not kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from flows.desk.cases.notes import NOTE_CONTENT, NoteContent
from flows.desk.cases.requests import row_of
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.values import IdentityCheck, IdentityMethod
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.tables import IdentityRow, new_id


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


def checkers_of(change: Change, request_id: str) -> frozenset[str]:
    """Return who has recorded a check of a request, within a change."""
    rows = change.session.scalars(select(IdentityRow).where(IdentityRow.request_id == request_id))
    return frozenset(take_sealed(row, NOTE_CONTENT, change.keyring).by for row in rows)


def write_check(change: Change, request_id: str, check: IdentityCheck) -> None:
    """Add a check within a change."""
    row = IdentityRow(
        id=new_id("i"),
        request_id=request_id,
        method=check.method,
        checked_at=check.checked_at,
        recorded_at=change.now,
    )
    put_sealed(row, NoteContent(change.actor.name, check.note), NOTE_CONTENT, change.keyring)
    change.session.add(row)
