"""Open a desk: make it where there is none, upgrade its tables, compare it with its witness.

The database's statements about itself count only if the sealed head confirms them.  For example, an older
version number of the tables does not make the desk seal tampered rows, because the witness shows that the
rows were sealed before.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from flows.desk.integrity import chain, tree
from flows.desk.integrity.chain import Event
from flows.desk.integrity.database import Database
from flows.desk.integrity.digests import digest_key, make_digest_key
from flows.desk.integrity.head import Head, put_head, take_head
from flows.desk.integrity.schema import FIRST_SEALED, SCHEMA_VERSION, create_tables, migrate
from flows.desk.integrity.witness import Mark, Witness, open_witness, place_of, read_mark, write_mark
from flows.desk.kinds.errors import (
    DatabaseBusyError,
    DatabaseGoneError,
    RolledBackError,
    SchemaError,
    SealBrokenError,
    StorageGoneError,
)
from flows.desk.kinds.values import Actor, Role
from flows.desk.sealing.keys import Keyring
from flows.desk.storage.store import Store
from flows.desk.storage.tables import DeskRow, new_id
from flows.files.keyed_digest import Digested
from flows.settings import Settings

DESK_ID = 1

SYSTEM = Actor("kaiji", Role.SYSTEM)


def check_or_make(
    settings: Settings, database: Database, store: Store, keyring: Keyring, *, unwitnessed: bool
) -> Witness:
    """Check that database, store and key belong together; make the desk or upgrade its tables if needed.

    Returns:
        The witness, which agrees with the database.

    Raises:
        DeskError: as for ``desk.open_desk``.
    """
    row = _row(database)
    if row is None and read_mark(store) is not None:
        # Another process may have made the desk since the row was searched; the marker is written last.
        row = _row(database)
        if row is None:
            msg = "保管場所はありますが、そのデータベースがありません。新しく作ることはしません"
            raise DatabaseGoneError(msg)
    row = row or _make(database, keyring)
    _check_key(row, keyring)
    if row.schema_version > SCHEMA_VERSION:
        msg = f"データベースの版({row.schema_version})がこのプログラムの版({SCHEMA_VERSION})より新しいです"
        raise SchemaError(msg)
    mark = _marked(database, store, keyring, row)
    if row.schema_version < SCHEMA_VERSION or not row.ready:
        if mark.head is not None and row.schema_version < mark.head.schema and not unwitnessed:
            # The rows were sealed before, so this database is an old one or pretends to be.
            msg = "データベースの版が、外に置いた控えの版より古いものに戻されています"
            raise RolledBackError(msg)
        _bring_up(database, keyring)
    alone = open_witness(settings.model_copy(update={"witness": None}), keyring, store, row.desk_id)
    witness = open_witness(settings, keyring, store, row.desk_id)
    if not unwitnessed:
        _check_place(settings, database, keyring, alone, witness)
        _check_witness(database, keyring, witness)
    return witness


def _row(database: Database) -> DeskRow | None:
    with database.read() as session:
        return session.get(DeskRow, DESK_ID) if is_desk(session) else None


def is_desk(session: Session) -> bool:
    """Return whether a database belongs to a desk."""
    return inspect(session.connection()).has_table(DeskRow.__tablename__)


def _make(database: Database, keyring: Keyring) -> DeskRow:
    """Make the tables, the desk's row and the first audit entry in one transaction."""
    with database.write() as session:
        if is_desk(session):
            # Another process made it first.
            return session.get_one(DeskRow, DESK_ID)
        create_tables(session)
        row = DeskRow(
            id=DESK_ID,
            desk_id=new_id("d"),
            schema_version=SCHEMA_VERSION,
            ready=False,
            made_at=datetime.now(UTC),
        )
        row.sealed = keyring.seal(row.desk_id.encode(), f"desk:{DESK_ID}")
        session.add(row)
        make_digest_key(session, keyring)
        chain.begin(session, keyring)
        chain.append(session, keyring, SYSTEM, Event("desk.make", detail={"schema": SCHEMA_VERSION}))
        _first_head(session, keyring)
        return row


def _first_head(session: Session, keyring: Keyring) -> None:
    """Return the head for rows that were not sealed before."""
    head = take_head(session, keyring)
    put_head(session, keyring, replace(head, version=1, root=tree.build(session), schema=SCHEMA_VERSION))


def _check_key(row: DeskRow, keyring: Keyring) -> None:
    """Check the key: only the right one opens the sealed id of the desk."""
    if keyring.open(row.sealed, f"desk:{DESK_ID}") != row.desk_id.encode():
        msg = "データベースの鍵の確認値が書き換えられています"
        raise SealBrokenError(msg)


def _marked(database: Database, store: Store, keyring: Keyring, row: DeskRow) -> Mark:
    """Return the store's marker, and write it when making the desk was interrupted before that."""
    # Read after the row: a desk is complete once its store has a marker.
    mark = read_mark(store)
    if mark is None and not row.ready:
        with database.write() as session:
            mark, head = read_mark(store), take_head(session, keyring)
            # A desk that was changed was complete, so its store must be lost.
            if mark is None and head.version <= 1:
                mark = Mark(row.desk_id, head if head.root else None)
                write_mark(store, mark)
    if mark is None:
        msg = "データベースはありますが、その保管場所がありません。新しく作ることはしません"
        raise StorageGoneError(msg)
    if mark.desk_id != row.desk_id:
        msg = "データベースと保管場所が別の窓口のものです"
        raise StorageGoneError(msg)
    return mark


def _bring_up(database: Database, keyring: Keyring) -> None:
    """Upgrade the tables, and seal their rows, in one transaction."""
    with database.write() as session:
        row = session.get_one(DeskRow, DESK_ID)
        before = row.schema_version
        if before < SCHEMA_VERSION:
            head = take_head(session, keyring)
            if before >= FIRST_SEALED and (head.schema != before or tree.faults(session, head.root, before)):
                msg = "データベースの行が、窓口が最後に書いたものと違います"
                raise SealBrokenError(msg)
            migrate(session, keyring, before)
            detail: dict[str, str | int] = {"from": before, "schema": SCHEMA_VERSION}
            chain.append(session, keyring, SYSTEM, Event("desk.upgrade", detail=detail))
            _first_head(session, keyring)
            if before >= FIRST_SEALED:
                put_head(session, keyring, replace(take_head(session, keyring), version=head.version + 1))
        row.ready, row.schema_version = True, SCHEMA_VERSION
    if before < SCHEMA_VERSION:
        # Rows that an upgrade keyed must not stay plain in the log of changes.  If a reader blocks it now, it
        # is emptied later.
        with contextlib.suppress(DatabaseBusyError):
            database.empty_log()


def _check_witness(database: Database, keyring: Keyring, witness: Witness) -> None:
    with database.read() as session:
        head = take_head(session, keyring)
    if head.schema != SCHEMA_VERSION:
        msg = "データベースの版が書き換えられています"
        raise SealBrokenError(msg)
    if all(mark.head == head for mark in witness.marks()):
        witness.check(head, known=head)
        return
    # A change may be in progress, or was interrupted before the witness was updated.
    with database.write() as session:
        head = take_head(session, keyring)
        witness.check(head)
        witness.tell(head)


def _check_place(
    settings: Settings, database: Database, keyring: Keyring, alone: Witness, both: Witness
) -> None:
    """Set up the company's own place once; from then on it must exist."""
    place = place_of(settings)
    with database.read() as session:
        known = take_head(session, keyring).place
    if known == place:
        return
    if known:
        msg = "KAIJI_WITNESS がこの窓口の控えの場所ではありません。変えたのがあなたなら kaiji audit accept"
        raise StorageGoneError(msg)
    with database.write() as session:
        head = take_head(session, keyring)
        if head.place == place:
            return
        alone.check(head)
        both.check(head, begun=False)
        # The place is written first; after a kill here, the next opening finds it set up by this desk.
        both.tell(head)
        told = digest_key(session, keyring).of(Digested.PLACE, place)
        chain.append(session, keyring, SYSTEM, Event("witness.add", detail={"place": told}))
        _put_next(session, keyring, replace(take_head(session, keyring), place=place))
    with database.write() as session:
        both.tell(take_head(session, keyring))


def _put_next(session: Session, keyring: Keyring, head: Head) -> None:
    put_head(session, keyring, replace(head, version=head.version + 1))
