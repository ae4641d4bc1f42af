"""The version of the tables: creating and upgrading them, each in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.kinds.search_terms import recording_terms, request_terms
from flows.desk.kinds.values import NewRecording, NewRequest
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import blind_marks, sealed_json, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage import review_tables
from flows.desk.storage.review_tables import AccountRow
from flows.desk.storage.tables import (
    ApprovalRow,
    CallRow,
    RecordingRow,
    RequestRow,
    SealPageRow,
    SealRow,
    Table,
    TermRow,
    UniqueTermRow,
)

__all__ = ["FIRST_SEALED", "SCHEMA_VERSION", "create_tables", "migrate"]

SCHEMA_VERSION = 4

FIRST_SEALED = 3
"""First version with the tree of rows (``tree``); a database of it or later is checked before an upgrade."""

REQUEST: Shape[NewRequest] = Shape(NewRequest)
RECORDING: Shape[NewRecording] = Shape(NewRecording)


def create_tables(session: Session) -> None:
    """Create all tables of the present version."""
    Table.metadata.create_all(session.connection())


def _add_review(session: Session, _: Keyring) -> None:
    """Add the review page's tables."""
    tables = [Table.metadata.tables[name] for name in review_tables.NAMES]
    Table.metadata.create_all(session.connection(), tables=tables)


def _add_tree(session: Session, keyring: Keyring) -> None:
    """Add the tree's tables, and write the call and the request into each approval."""
    tables = [Table.metadata.tables[table.__tablename__] for table in (SealRow, SealPageRow)]
    Table.metadata.create_all(session.connection(), tables=tables)
    pairs = select(ApprovalRow, CallRow.request_id).join(CallRow, CallRow.id == ApprovalRow.call_id)
    for row, request_id in session.execute(pairs).all():
        place = f"{row.__tablename__}:{row.row_id}"
        whole = json.loads(keyring.open(row.sealed, place))
        whole |= {"call_id": row.call_id, "request_id": request_id}
        row.sealed = keyring.seal(json.dumps(whole, ensure_ascii=False).encode(), place)
    session.flush()


def _make_marks_anew(session: Session, keyring: Keyring) -> None:
    """Make all search marks from what the rows hold sealed: those of before were under no seal."""
    marks: dict[tuple[str, str], str] = {}
    for table in (TermRow, UniqueTermRow):
        session.execute(delete(table))
    for request in session.scalars(select(RequestRow)):
        new = take_sealed(request, REQUEST, keyring)
        session.add_all(_terms(keyring, request.id, request_terms(new)))
        _take_mark(marks, keyring, request.id, "reference", new.reference)
    for recording in session.scalars(select(RecordingRow)):
        found = take_sealed(recording, RECORDING, keyring)
        session.add_all(_terms(keyring, recording.id, recording_terms(found)))
        _take_mark(marks, keyring, recording.id, "source", found.source_id)
    for account in session.scalars(select(AccountRow)):
        _take_mark(marks, keyring, account.id, "login", json.loads(sealed_json(account, keyring))["login"])
    session.add_all(
        UniqueTermRow(kind=kind, mark=mark, subject_id=owner) for (kind, mark), owner in marks.items()
    )
    session.flush()


def _terms(keyring: Keyring, owner: str, terms: Iterable[tuple[str, str]]) -> Iterable[TermRow]:
    found = {(kind, mark) for kind, value in terms for mark in blind_marks(kind, value, keyring)[:1]}
    return (TermRow(subject_id=owner, kind=kind, mark=mark) for kind, mark in sorted(found))


def _take_mark(
    marks: dict[tuple[str, str], str], keyring: Keyring, owner: str, kind: str, value: str
) -> None:
    for mark in blind_marks(kind, value, keyring)[:1]:
        if marks.setdefault((kind, mark), owner) != owner:
            msg = "データベースの行が、窓口が最後に書いたものと違います(unique)"
            raise SealBrokenError(msg)


MIGRATIONS: Mapping[int, Callable[[Session, Keyring], None]] = {
    1: _add_review,
    2: _add_tree,
    3: _make_marks_anew,
}
"""The upgrade of each version to the next one."""


def migrate(session: Session, keyring: Keyring, version: int) -> None:
    """Upgrade the tables from a version to the present one.

    Args:
        session: A writing session, so that all steps happen or none.
        keyring: Keys of this desk.
        version: Version of the tables.
    """
    for step in range(version, SCHEMA_VERSION):
        MIGRATIONS[step](session, keyring)
