"""The desk as one thing: database, store and keys that belong together."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from flows.desk import chain
from flows.desk.chain import Detail, Event, Subject
from flows.desk.database import Database, open_database
from flows.desk.errors import (
    DatabaseGoneError,
    DeskError,
    FileMissingError,
    KeyMissingError,
    SchemaError,
    SealBrokenError,
    StorageGoneError,
)
from flows.desk.keys import Keyring, create_key_file, key_file, load_keyring, new_key
from flows.desk.schema import SCHEMA_VERSION, create_tables, migrate
from flows.desk.storage import Store, open_store
from flows.desk.tables import DeskRow, new_id
from flows.desk.values import Actor, Role
from flows.settings import Settings

__all__ = ["Change", "Desk", "open_desk"]

DESK_ID = 1
MARKER = "desk-marker"
"""The store's file that says whose store it is."""

SYSTEM = Actor("kaiji", Role.SYSTEM)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way: its session, and the record of it.

    Attributes:
        session: Of the transaction; stays within ``flows.desk``.
        keyring: Of the desk.
        actor: Who changes.
        now: When.
    """

    session: Session
    keyring: Keyring
    actor: Actor
    now: datetime

    def record(self, action: str, subject: Subject, detail: Detail | None = None) -> None:
        """Write into the record what was done."""
        chain.append(self.session, self.keyring, self.actor, Event(action, subject, detail or {}))


@dataclass(frozen=True, slots=True)
class Desk:
    """Database, store and keys of one desk.

    Attributes:
        settings: Of this machine.
        database: The tables.
        store: The files.
        keyring: What opens both.
        clock: Tells the time, UTC.
    """

    settings: Settings = field(repr=False)
    database: Database
    store: Store
    keyring: Keyring
    clock: Callable[[], datetime] = _utc_now

    @contextlib.contextmanager
    def change(self, actor: Actor) -> Iterator[Change]:
        """A transaction in which ``actor`` changes something; for the modules of ``flows.desk``."""
        with self.database.write() as session:
            yield Change(session, self.keyring, actor, self.clock())

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; for the modules of ``flows.desk``."""
        with self.database.read() as session:
            yield session

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_desk(settings: Settings, clock: Callable[[], datetime] = _utc_now) -> Desk:
    """Open the desk; where there is none at all, make one.

    Key, database and store have to belong together.  One of them missing while another is there
    is an error: nothing lost is ever made anew.

    Args:
        settings: Of this machine.
        clock: Tells the time, UTC.

    Raises:
        KeyMissingError: database or store are there and no key is.
        WrongKeyError: the key is another desk's.
        DatabaseGoneError: the store is a desk's, and its database is not there.
        StorageGoneError: the database is a desk's, and its store is not there.
        SchemaError: the database is of a newer program.
    """
    keyring = load_keyring(settings) or _first_keyring(settings)
    store = open_store(settings, keyring)
    database = open_database(settings, create=not store.exists(MARKER))
    try:
        _check_or_make(database, store, keyring)
    except DeskError:
        database.close()
        raise
    return Desk(settings, database, store, keyring, clock)


def _first_keyring(settings: Settings) -> Keyring:
    """A new key where there is nothing yet: whatever is there was sealed with the lost one."""
    if not _is_there(settings):
        return create_key_file(key_file(settings))
    # Another process may have made all of it since we looked for the key.
    keyring = load_keyring(settings)
    if keyring is None:
        msg = "鍵がありません。データは鍵がなければ開けません(KAIJI_KEY_FILE などを確かめてください)"
        raise KeyMissingError(msg)
    return keyring


def _is_there(settings: Settings) -> bool:
    nobody = Keyring((new_key(),))
    database = None
    with contextlib.suppress(DatabaseGoneError):
        database = open_database(settings)
    there = open_store(settings, nobody).exists(MARKER)
    if database is not None:
        with contextlib.closing(database), database.read() as session:
            there = there or _is_desk(session)
    return there


def _is_desk(session: Session) -> bool:
    return inspect(session.connection()).has_table(DeskRow.__tablename__)


def _check_or_make(database: Database, store: Store, keyring: Keyring) -> None:
    row = _row(database)
    if row is None and _marker(store) is not None:
        # Another process may have made all of it since the row was looked for; the marker comes last.
        row = _row(database)
        if row is None:
            msg = "保管場所はありますが、そのデータベースがありません。新しく作ることはしません"
            raise DatabaseGoneError(msg)
    row = row or _make(database, keyring)
    _check_key(row, keyring)
    if row.schema_version > SCHEMA_VERSION:
        msg = f"データベースの版({row.schema_version})がこのプログラムの版({SCHEMA_VERSION})より新しいです"
        raise SchemaError(msg)
    # Looked for after the row was read: a desk is ready once its store is marked.
    marked = _marker(store)
    if marked is None and not row.ready:
        store.put(json.dumps({"desk": row.desk_id}).encode(), MARKER)
        marked = row.desk_id
    if marked is None:
        msg = "データベースはありますが、その保管場所がありません。新しく作ることはしません"
        raise StorageGoneError(msg)
    if marked != row.desk_id:
        msg = "データベースと保管場所が別の窓口のものです"
        raise StorageGoneError(msg)
    if not row.ready or row.schema_version < SCHEMA_VERSION:
        with database.write() as session:
            migrate(session, row.schema_version)
            current = session.get_one(DeskRow, DESK_ID)
            current.ready, current.schema_version = True, SCHEMA_VERSION


def _row(database: Database) -> DeskRow | None:
    with database.read() as session:
        return session.get(DeskRow, DESK_ID) if _is_desk(session) else None


def _marker(store: Store) -> str | None:
    try:
        return str(json.loads(store.read(MARKER))["desk"])
    except FileMissingError:
        return None


def _make(database: Database, keyring: Keyring) -> DeskRow:
    """Tables, the desk's row and the record's first entry in one transaction."""
    with database.write() as session:
        if _is_desk(session):
            # Another process was first.
            return session.get_one(DeskRow, DESK_ID)
        create_tables(session)
        row = DeskRow(
            id=DESK_ID,
            desk_id=new_id("d"),
            schema_version=SCHEMA_VERSION,
            ready=False,
            made_at=_utc_now(),
        )
        row.sealed = keyring.seal(row.desk_id.encode(), f"desk:{DESK_ID}")
        session.add(row)
        chain.begin(session, keyring)
        chain.append(session, keyring, SYSTEM, Event("desk.make", detail={"schema": SCHEMA_VERSION}))
        return row


def _check_key(row: DeskRow, keyring: Keyring) -> None:
    """The desk's id, sealed, opens with the right key only."""
    if keyring.open(row.sealed, f"desk:{DESK_ID}") != row.desk_id.encode():
        msg = "データベースの鍵の確認値が書き換えられています"
        raise SealBrokenError(msg)
