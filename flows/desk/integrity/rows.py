"""The rows in the tree: their folders and their hashes."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Float, bindparam, select
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session

from flows.desk.kinds.errors import SealBrokenError
from flows.desk.storage.review_tables import AccountRow, AttemptRow, HeardRow, SessionRow
from flows.desk.storage.tables import (
    ApprovalRow,
    CallRow,
    CounterRow,
    DecisionRow,
    FileRow,
    IdentityRow,
    ListRow,
    NoteRow,
    PlanRow,
    RecordingRow,
    ReleaseRow,
    RequestRow,
    Table,
    TermRow,
    UniqueTermRow,
)


@dataclass(frozen=True, slots=True)
class Belongs:
    """The folder to which the rows of a table belong.

    Attributes:
        kind: Kind of the folder.
        owner: Column with the folder's id.
        unless: Column that must not be set in the row.
        fixed: Whether the sealed column is left out of the hash: it is large, written once, and bound to
            its row by its own seal.
        since: First version of the tables (``schema``) whose tree has the rows.
    """

    table: type[Table]
    kind: str
    owner: str
    unless: str = ""
    fixed: bool = False
    since: int = 3


BELONGS = (
    Belongs(RequestRow, "request", "id"),
    Belongs(IdentityRow, "request", "request_id"),
    Belongs(NoteRow, "request", "request_id"),
    Belongs(CallRow, "request", "request_id"),
    Belongs(ReleaseRow, "request", "request_id"),
    Belongs(FileRow, "request", "request_id", unless="call_id"),
    Belongs(FileRow, "call", "call_id"),
    Belongs(PlanRow, "call", "call_id"),
    Belongs(DecisionRow, "call", "call_id"),
    Belongs(ApprovalRow, "call", "call_id"),
    Belongs(HeardRow, "call", "call_id"),
    Belongs(RecordingRow, "recording", "id"),
    Belongs(ListRow, "list", "kind", fixed=True),
    Belongs(CounterRow, "counter", "name"),
    Belongs(AccountRow, "account", "id"),
    Belongs(SessionRow, "session", "id"),
    Belongs(AttemptRow, "attempt", "id"),
    # By mark, so that the folder of a searched value has exactly the subjects with the value.
    Belongs(TermRow, "mark", "mark", since=4),
    Belongs(UniqueTermRow, "mark", "mark", since=4),
)

EVERY_VERSION = max(each.since for each in BELONGS)

UNSEALED: Mapping[str, str] = {
    "desk": "one row, whose sealed value never changes; the version of the tables is in the head",
    "digest_key": "one row, whose sealed value never changes",
    "audit": "chained, and the head knows its length and last hash",
    "audit_head": "one row, held against the witness",
    "presence": "only says who else has a call open",
    "seals": "the tree itself",
    "seal_pages": "the tree itself",
}
"""Tables that are not in the tree, and why."""

KINDS: Mapping[str, tuple[Belongs, ...]] = {
    kind: tuple(each for each in BELONGS if each.kind == kind) for kind in {each.kind for each in BELONGS}
}
OF_TABLE: Mapping[str, tuple[Belongs, ...]] = {
    name: tuple(each for each in BELONGS if each.table.__tablename__ == name)
    for name in {each.table.__tablename__ for each in BELONGS}
}

MAX_PARAMETERS = 500
"""Parameters of one statement, fewer than any database's limit."""

Key = tuple[str, str]
"""Table and primary key of a row."""

Folder = dict[Key, str]
"""Hashes of a folder's rows by key."""


def all_folders(session: Session, schema: int = EVERY_VERSION) -> dict[str, Folder]:
    """Read all rows of the tree from the database, as a version of the tables had them in it."""
    folders: dict[str, Folder] = defaultdict(dict)
    for belongs in (each for each in BELONGS if each.since <= schema):
        for name, key, found in _rows(session, belongs, _reading(belongs).all_rows, {}):
            _put(folders[name], name, key, found)
    return folders


def _put(folder: Folder, name: str, key: Key, found: str) -> None:
    """Add a row to its folder.

    Raises:
        SealBrokenError: when the table holds two with its key, as one does that was made anew without it.
    """
    if key in folder:
        raise broken(name)
    folder[key] = found


def folders_of(session: Session, names: Sequence[str]) -> dict[str, Folder]:
    """Read folders from the database, including empty ones."""
    folders: dict[str, Folder] = {name: {} for name in names}
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in names:
        kind, _, owner = name.partition(":")
        by_kind[kind].append(owner)
    for kind, owners in by_kind.items():
        for belongs in KINDS[kind]:
            statement = _reading(belongs).rows_of_owners
            for at in range(0, len(owners), MAX_PARAMETERS):
                some = {"owners": owners[at : at + MAX_PARAMETERS]}
                for name, key, found in _rows(session, belongs, statement, some):
                    _put(folders[name], name, key, found)
    return folders


@dataclass(frozen=True, slots=True)
class _Reading:
    """Description of a table for the tree.

    Attributes:
        columns: Columns that are read.
        primary: Places of the primary key among these.
        owner: Place of the folder's id.
        all_rows: Statement that reads all of them.
        rows_of_owners: Statement that reads those of the folders ``owners``.
    """

    columns: tuple[Any, ...]
    primary: tuple[int, ...]
    owner: int
    all_rows: Any
    rows_of_owners: Any


# Every transaction reads a dozen tables; to put a statement together takes longer than SQLite needs for it.
@cache
def _reading(belongs: Belongs) -> _Reading:
    table = belongs.table.__table__
    columns = _columns(belongs)
    names = [column.name for column in columns]
    statement = select(*columns)
    if belongs.unless:
        statement = statement.where(table.c[belongs.unless].is_(None))
    elif len(OF_TABLE[belongs.table.__tablename__]) > 1:
        statement = statement.where(table.c[belongs.owner].is_not(None))
    return _Reading(
        columns,
        primary=tuple(names.index(column.name) for column in inspected(belongs.table).primary_key),
        owner=names.index(belongs.owner),
        all_rows=statement,
        rows_of_owners=statement.where(table.c[belongs.owner].in_(bindparam("owners", expanding=True))),
    )


def _rows(
    session: Session, belongs: Belongs, statement: Any, parameters: Mapping[str, Any]
) -> Iterator[tuple[str, Key, str]]:
    reading = _reading(belongs)
    try:
        found = session.connection().execute(statement, parameters).all()
    except (ValueError, TypeError):
        # SQLite allows a text in a column of numbers.
        raise broken(belongs.kind) from None
    for row in found:
        key = (belongs.table.__tablename__, "\0".join(str(row[place]) for place in reading.primary))
        yield f"{belongs.kind}:{row[reading.owner]}", key, _hash(key, zip(reading.columns, row, strict=True))


def _belongs(row: Any) -> Belongs:
    several = OF_TABLE[row.__tablename__]
    return next(each for each in several if not each.unless or getattr(row, each.unless) is None)


def folder_of(row: Any) -> str:
    """Return the name of the folder that a row belongs to."""
    belongs = _belongs(row)
    return f"{belongs.kind}:{getattr(row, belongs.owner)}"


@cache
def _columns(belongs: Belongs) -> tuple[Any, ...]:
    return tuple(
        column
        for column in belongs.table.__table__.columns
        if not (belongs.fixed and column.name == "sealed")
    )


def key_of(row: Any) -> Key:
    """Return a row's table and primary key."""
    primary = inspected(type(row)).primary_key
    return row.__tablename__, "\0".join(str(getattr(row, column.name)) for column in primary)


def row_hash(row: Any) -> str:
    """Return the hash of a row of the session."""
    values = inspected(row).dict
    columns = _columns(_belongs(row))
    return _hash(key_of(row), ((column, values.get(column.name)) for column in columns))


def _hash(key: Key, values: Iterable[tuple[Any, Any]]) -> str:
    """Return the hash over a row's key and all its columns by name."""
    return sha256([key, {column.name: _plain(column, value) for column, value in values}])


def _plain(column: Any, value: Any) -> Any:
    """Normalise a value, so that it is the same when just set and when read from any database."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    if isinstance(column.type, Float) and isinstance(value, int):
        return float(value)
    return value


def folder_hash(folder: Folder) -> str | None:
    """Return the hash of a folder; an empty folder has none."""
    return sha256(sorted(folder.items())) if folder else None


def page_of(name: str) -> str:
    """Return the page of a folder."""
    return hashlib.sha256(name.encode()).hexdigest()[:2]


def sha256(value: Any) -> str:
    """Return the SHA-256 of a value in canonical JSON."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def broken(name: str) -> SealBrokenError:
    """Return the error for a folder."""
    kind = name.partition(":")[0]
    msg = (
        f"データベースの行が、窓口が最後に書いたものと違います({kind})。kaiji audit verify で確かめてください"
    )
    return SealBrokenError(msg)
