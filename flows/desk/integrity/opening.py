"""Opening a desk: made where there is none, brought up to date, held against its witness.

What the database says of itself decides nothing here that the sealed head does not confirm: a
version of the tables set back does not make rows sealed anew, because the witness knows that they
were sealed already.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from flows.desk.integrity import chain, tree
from flows.desk.integrity.chain import Event
from flows.desk.integrity.database import Database
from flows.desk.integrity.head import Head, put_head, take_head
from flows.desk.integrity.schema import FIRST_SEALED, SCHEMA_VERSION, create_tables, migrate
from flows.desk.integrity.witness import Mark, Witness, open_witness, place_of, read_mark, write_mark
from flows.desk.kinds.errors import (
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
from flows.settings import Settings

__all__ = ["SYSTEM", "check_or_make", "is_desk"]

DESK_ID = 1

SYSTEM = Actor("kaiji", Role.SYSTEM)


def check_or_make(
    settings: Settings, database: Database, store: Store, keyring: Keyring, *, unwitnessed: bool
) -> Witness:
    """Check that database, store and key belong together; make and upgrade what is to be.

    Returns:
        The witness, which the database was held against.

    Raises:
        DeskError: as ``desk.open_desk``.
    """
    row = _row(database)
    if row is None and read_mark(store) is not None:
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
    mark = _marked(database, store, keyring, row)
    if row.schema_version < SCHEMA_VERSION or not row.ready:
        if mark.head is not None and row.schema_version < mark.head.schema and not unwitnessed:
            # Its rows were sealed: what is there now is from before, or somebody says it is.
            msg = "データベースの版が、外に置いた控えの版より古いものに戻されています"
            raise RolledBackError(msg)
        _bring_up(database, keyring)
    alone = open_witness(settings.model_copy(update={"witness": None}), keyring, store, row.desk_id)
    witness = open_witness(settings, keyring, store, row.desk_id)
    if not unwitnessed:
        _check_place(settings, database, keyring, (alone, witness))
        _check_witness(database, keyring, witness)
    return witness


def _row(database: Database) -> DeskRow | None:
    with database.read() as session:
        return session.get(DeskRow, DESK_ID) if is_desk(session) else None


def is_desk(session: Session) -> bool:
    """Whether a database is a desk's."""
    return inspect(session.connection()).has_table(DeskRow.__tablename__)


def _make(database: Database, keyring: Keyring) -> DeskRow:
    """Tables, the desk's row and the record's first entry in one transaction."""
    with database.write() as session:
        if is_desk(session):
            # Another process was first.
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
        chain.begin(session, keyring)
        chain.append(session, keyring, SYSTEM, Event("desk.make", detail={"schema": SCHEMA_VERSION}))
        _first_head(session, keyring)
        return row


def _first_head(session: Session, keyring: Keyring) -> None:
    """The head of rows that were not sealed before."""
    head = take_head(session, keyring)
    put_head(session, keyring, replace(head, version=1, root=tree.build(session), schema=SCHEMA_VERSION))


def _check_key(row: DeskRow, keyring: Keyring) -> None:
    """The desk's id, sealed, opens with the right key only."""
    if keyring.open(row.sealed, f"desk:{DESK_ID}") != row.desk_id.encode():
        msg = "データベースの鍵の確認値が書き換えられています"
        raise SealBrokenError(msg)


def _marked(database: Database, store: Store, keyring: Keyring, row: DeskRow) -> Mark:
    """The store's marker; written where the making of the desk was cut off before it."""
    # Looked for after the row was read: a desk is ready once its store is marked.
    mark = read_mark(store)
    if mark is None and not row.ready:
        with database.write() as session:
            mark, head = read_mark(store), take_head(session, keyring)
            # A desk that was changed was ready: its store is gone, whatever the row says.
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
            if before >= FIRST_SEALED and (head.schema != before or tree.faults(session, head.root)):
                msg = "データベースの行が、窓口が最後に書いたものと違います"
                raise SealBrokenError(msg)
            migrate(session, keyring, before)
            detail: dict[str, str | int] = {"from": before, "schema": SCHEMA_VERSION}
            chain.append(session, keyring, SYSTEM, Event("desk.upgrade", detail=detail))
            _first_head(session, keyring)
            if before >= FIRST_SEALED:
                put_head(session, keyring, replace(take_head(session, keyring), version=head.version + 1))
        row.ready, row.schema_version = True, SCHEMA_VERSION


def _check_witness(database: Database, keyring: Keyring, witness: Witness) -> None:
    with database.read() as session:
        head = take_head(session, keyring)
    if head.schema != SCHEMA_VERSION:
        msg = "データベースの版が書き換えられています"
        raise SealBrokenError(msg)
    if all(mark.head == head for mark in witness.marks()):
        witness.check(head, known=head)
        return
    # A change may be under way, or was cut off before the witness was told.
    with database.write() as session:
        head = take_head(session, keyring)
        witness.check(head)
        witness.tell(head)


def _check_place(
    settings: Settings, database: Database, keyring: Keyring, witnesses: tuple[Witness, Witness]
) -> None:
    """The company's own place is begun once; from then on it has to be there."""
    alone, both = witnesses
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
        # First the place: killed here, the next opening finds it begun, by this very desk.
        both.tell(head)
        chain.append(session, keyring, SYSTEM, Event("witness.add", detail={"place": place}))
        _put_next(session, keyring, replace(take_head(session, keyring), place=place))
    with database.write() as session:
        both.tell(take_head(session, keyring))


def _put_next(session: Session, keyring: Keyring, head: Head) -> None:
    put_head(session, keyring, replace(head, version=head.version + 1))
