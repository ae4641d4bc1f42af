"""The desk: a database, a store and keys that belong together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session

from flows.desk.integrity import chain, tree
from flows.desk.integrity.chain import Detail, Event, Subject
from flows.desk.integrity.database import Database, open_database
from flows.desk.integrity.digests import digest_key
from flows.desk.integrity.head import passed, put_head, take_head
from flows.desk.integrity.opening import check_or_make, is_desk
from flows.desk.integrity.witness import MARKER, Witness
from flows.desk.kinds.errors import DatabaseGoneError, DeskError, KeyMissingError
from flows.desk.kinds.values import Actor
from flows.desk.sealing.keys import Keyring, create_key_file, key_file, load_keyring, new_key
from flows.desk.storage.store import Store, open_store
from flows.files.keyed_digest import Digested, KeyedDigest
from flows.settings import Settings
from pipeline.errors import PipelineError

__all__ = ["MARKER", "Change", "Desk", "open_desk"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """A writing transaction, which can add entries to the audit log.

    Attributes:
        session: Session of the transaction; used only within ``flows.desk``.
        keyring: Keys of the desk.
        actor: The person or flow that makes the change.
        now: Time of the change.
        desk_time: The desk's own time of the change, which never goes back when a clock is set back.
    """

    session: Session
    keyring: Keyring
    actor: Actor
    now: datetime
    desk_time: datetime

    def digest(self, what: Digested, sha256: str) -> KeyedDigest:
        """Key a digest, because nothing else of words, people and documents is stored."""
        return digest_key(self.session, self.keyring).of(what, sha256)

    def file(self, request_id: str, call_id: str | None, sha256: str) -> Subject:
        """Return a file as the subject of an entry, by its keyed digest."""
        return Subject(request_id, call_id, self.digest(Digested.FILE, sha256))

    def record(self, action: str, subject: Subject, detail: Detail | None = None) -> None:
        """Add an entry to the audit log."""
        chain.append(self.session, self.keyring, self.actor, Event(action, subject, detail or {}))


@dataclass(frozen=True, slots=True)
class Desk:
    """Database, store and keys of one desk.

    Attributes:
        settings: The settings of this machine.
        database: The database.
        store: The store of files.
        keyring: The keys of both.
        clock: Returns the time in UTC.
    """

    settings: Settings = field(repr=False)
    database: Database
    store: Store
    keyring: Keyring
    clock: Callable[[], datetime] = _utc_now

    @property
    def witness(self) -> Witness:
        """The witness, which keeps the database's last head outside it."""
        return self.database.witness

    @contextlib.contextmanager
    def change(self, actor: Actor) -> Iterator[Change]:
        """Run a transaction in which ``actor`` changes something; for the modules of ``flows.desk``.

        Raises:
            RolledBackError: when the database is older than its witness.
            SealBrokenError: when a row that was read was tampered with; nothing was changed.
            StorageGoneError: when a place of the witness cannot be written; nothing was changed.
            StorageFullError: when one has no room; nothing was changed.
        """
        with self.database.write() as session:
            before = take_head(session, self.keyring)
            self.witness.check(before)
            watched = tree.watch(session, before.root)
            now = self.clock()
            time, late = passed(before, now)
            with _refused_rightly(watched):
                yield Change(session, self.keyring, actor, now, datetime.fromtimestamp(time, UTC))
            session.flush()
            root, after = watched.close(), take_head(session, self.keyring)
            changed = watched.changed or after != before
            if changed:
                new = replace(after, version=before.version + 1, root=root, time=time, late=late)
                put_head(session, self.keyring, new)
                session.flush()
                # Last before the commit: a change without a witness could be reverted unseen.
                self.witness.stand_by(before)
        if changed:
            self._tell_witness()

    def _tell_witness(self) -> None:
        """Give the witness the new head; after a failure, the next change or opening does it."""
        with contextlib.suppress(DeskError), self.database.write() as session:
            # Another writer may have been faster; the newest head counts.
            self.witness.tell(take_head(session, self.keyring))

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Run a transaction that only reads; for the modules of ``flows.desk``.

        Raises:
            RolledBackError: when the database is older than this process has seen it.
            SealBrokenError: when a row that was read was tampered with.
        """
        known = self.witness.known
        with self.database.read() as session:
            head = take_head(session, self.keyring)
            if known is not None:
                self.witness.check(head, known=known)
            watched = tree.watch(session, head.root)
            with _refused_rightly(watched):
                yield session
            watched.check()

    def digest(self, what: Digested, sha256: str) -> KeyedDigest:
        """Return a keyed digest, as ``Change.digest``, outside a transaction."""
        with self.database.read() as session:
            return digest_key(session, self.keyring).of(what, sha256)

    def time(self, session: Session) -> datetime:
        """Return the desk's own time, as ``Change.desk_time``, in a reading transaction."""
        return datetime.fromtimestamp(passed(take_head(session, self.keyring), self.clock())[0], UTC)

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextlib.contextmanager
def _refused_rightly(watched: tree.SealTree) -> Iterator[None]:
    """Check the rows behind a refusal, too: a forged row is reported instead of the refusal.

    Raises:
        SealBrokenError: instead of the refusal, when a row that was read is not the desk's last version of
            it.
    """
    try:
        yield
    except PipelineError:
        watched.check()
        raise


def open_desk(
    settings: Settings, clock: Callable[[], datetime] = _utc_now, *, unwitnessed: bool = False
) -> Desk:
    """Open the desk, or make one when neither key, database nor store exists.

    Key, database and store must belong together.  It is an error when only some of them exist: nothing that
    was lost is ever made anew.

    Args:
        settings: The settings of this machine.
        clock: Returns the time in UTC.
        unwitnessed: Also open a database that is older than its witness, so that it can be verified
            (``audit.verify``) or accepted (``audit.accept``).  It cannot be changed.

    Raises:
        KeyMissingError: when database or store exist and there is no key.
        WrongKeyError: when the key belongs to another desk.
        DatabaseGoneError: when the store belongs to a desk whose database is missing.
        StorageGoneError: when the database belongs to a desk whose store or witness is missing.
        SchemaError: when the database was made by a newer program.
        RolledBackError: when the database is older than its witness.
    """
    keyring = load_keyring(settings) or _first_keyring(settings)
    store = open_store(settings, keyring)
    database = open_database(settings, create=not store.exists(MARKER))
    try:
        database.witness = check_or_make(settings, database, store, keyring, unwitnessed=unwitnessed)
    except DeskError:
        database.close()
        raise
    return Desk(settings, database, store, keyring, clock)


def _first_keyring(settings: Settings) -> Keyring:
    """Make the first key, unless there is sealed data and its key is lost."""
    if not _is_there(settings):
        return create_key_file(key_file(settings))
    # Another process may have made the desk since the key was searched.
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
            there = there or is_desk(session)
    return there
