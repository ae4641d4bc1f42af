"""Rotation to a new key: rows, search marks and files are sealed again, in batches.

The new key is the first of the keys, the old ones follow.  After a kill it is run again and continues where
it was; until it has finished, the old and the new key are both needed.  The desk's own check value is sealed
last, so that a desk that is opened without the old key too early fails at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flows.desk.cases.catalogue import RECORDING
from flows.desk.cases.requests import CONTENT
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import MARKER, Change, Desk
from flows.desk.integrity.terms import add_unique, replace_terms
from flows.desk.kinds.search_terms import recording_terms, request_terms
from flows.desk.kinds.values import Actor
from flows.desk.people.accounts import LOGIN_KIND, SECRET
from flows.desk.sealing.sealed import reseal, take_sealed
from flows.desk.storage.review_tables import AccountRow
from flows.desk.storage.tables import (
    DeskRow,
    FileRow,
    RecordingRow,
    RequestRow,
    Table,
)

BATCH_ROWS = 200
"""Rows in one transaction, for which other writers have to wait."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """Counts of values that were sealed again."""

    rows: int
    files: int


def rotate(desk: Desk, actor: Actor) -> Rotated:
    """Seal everything with the current key.

    Args:
        desk: The desk, opened with the new key first and the old ones after it.
        actor: The person who rotates.

    Returns:
        Counts of values that were not sealed with the current key before.

    Raises:
        WrongKeyError: when something was sealed with a key that is missing.
    """
    rows = sum(_rotate_table(desk, actor, table) for table in _sealed_tables())
    files = sum(_rotate_file(desk, actor, file_id) for file_id in _file_ids(desk))
    if desk.store.key_id(MARKER) != desk.keyring.current.key_id:
        with desk.database.write():
            # Under the writers' lock, like every write of the marker.
            desk.store.put(desk.store.read(MARKER), MARKER)
    with desk.change(actor) as change:
        last = reseal(change.session.scalars(select(DeskRow)).one(), change.keyring)
        if last or rows or files:
            detail: dict[str, str | int] = {"rows": rows, "files": files, "key": desk.keyring.current.key_id}
            change.record("key.rotate", Subject(), detail)
    return Rotated(rows, files)


def _sealed_tables() -> Iterator[type[Table]]:
    for mapper in Table.registry.mappers:
        if "sealed" in mapper.columns and mapper.class_ is not DeskRow:
            yield mapper.class_


def _rotate_table(desk: Desk, actor: Actor, table: type[Table]) -> int:
    count, last = 0, None
    column = table.__table__.c.id
    while True:
        with desk.change(actor) as change:
            statement = select(table).order_by(column).limit(BATCH_ROWS)
            if last is not None:
                statement = statement.where(column > last)
            batch = change.session.scalars(statement).all()
            count += sum(_rotate_row(change, row) for row in batch)
            if len(batch) < BATCH_ROWS:
                return count
            last = getattr(batch[-1], "id")  # noqa: B009 (the subclasses have it)


def _rotate_row(change: Change, row: Any) -> bool:
    if not reseal(row, change.keyring):
        return False
    if isinstance(row, RequestRow):
        new = take_sealed(row, CONTENT, change.keyring)
        replace_terms(change, row.id, request_terms(new))
        add_unique(change, row.id, "reference", new.reference)
    elif isinstance(row, RecordingRow):
        found = take_sealed(row, RECORDING, change.keyring)
        replace_terms(change, row.id, recording_terms(found))
        add_unique(change, row.id, "source", found.source_id)
    elif isinstance(row, AccountRow):
        add_unique(change, row.id, LOGIN_KIND, take_sealed(row, SECRET, change.keyring).login)
    return True


def _file_ids(desk: Desk) -> tuple[str, ...]:
    with desk.read() as session:
        return tuple(session.scalars(select(FileRow.id).where(FileRow.deleted_at.is_(None))))


def _rotate_file(desk: Desk, actor: Actor, file_id: str) -> bool:
    with desk.read() as session:
        before = session.get_one(FileRow, file_id)
    if before.deleted_at is not None or desk.store.key_id(before.store_key) == desk.keyring.current.key_id:
        return False
    with desk.store.open(before.store_key) as clear:
        stored = desk.store.put(clear)
    with desk.change(actor) as change:
        row = change.session.get_one(FileRow, file_id)
        # The row was erased meanwhile, or changed by another rotation, so the new file is not used.
        ours = row.deleted_at is None and row.store_key == before.store_key
        if ours:
            row.store_key = stored.key
    desk.store.delete(before.store_key if ours else stored.key)
    return ours


def keys_in_use(desk: Desk) -> dict[str, int]:
    """Return the number of rows and files that are sealed with each key, by the key's id."""
    counts: dict[str, int] = {}
    with desk.read() as session:
        sealed = [row.sealed for row in session.scalars(select(DeskRow))]
        for table in _sealed_tables():
            sealed += session.scalars(select(table.__table__.c.sealed)).all()
        keys = session.scalars(select(FileRow.store_key).where(FileRow.deleted_at.is_(None))).all()
    ids = [desk.keyring.key_id_of(value) for value in sealed]
    ids += [desk.store.key_id(key) for key in (*keys, MARKER)]
    for key_id in ids:
        counts[key_id] = counts.get(key_id, 0) + 1
    return counts
