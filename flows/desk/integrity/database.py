"""The database: SQLite by default, PostgreSQL by its URL; one writer at a time on either.

Writers are serialised by a lock at the beginning of each transaction (``BEGIN IMMEDIATE``, or an advisory
lock on PostgreSQL).  Changes are small and few, the audit log is one chain, and no transaction has to be
repeated because of a conflict with another one.
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from flows.desk.kinds.errors import (
    ConflictError,
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseGoneError,
    DeskError,
)
from flows.desk.storage.sqlite_connection import SQLiteConnection
from flows.folders.endings import undisturbed
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.desk.integrity.witness import Witness

SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL = 5, 6, 13
"""Primary result codes; extended codes contain them in their lowest byte (sqlite.org/rescode.html)."""

SQLITE_IOERR_SHMSIZE = 4874
"""There is no room for the shared-memory file of the database."""

PG_BUSY = {"55P03", "40001", "40P01", "57014", "53300"}
"""lock not available, serialisation failure, deadlock, statement timeout, too many connections."""

PG_FULL = {"53100"}

WRITER_LOCK = 0x6B61696A69
"""Number of the advisory lock, the ASCII bytes of "kaiji", which no other program is likely to use."""

IDLE_TIMEOUT_MS = 60_000
"""Milliseconds of idleness after which PostgreSQL ends a writer's transaction, because its machine has died:
our changes wait for nothing but the database."""

FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 0.05, 1.0
"""Seconds between two attempts to begin a transaction, at first and at most."""


class Database:
    """An opened database.

    Args:
        engine: Engine that ``open_database`` made.
        wait_seconds: Longest time to wait for other writers.
        file: File of an SQLite database.

    Attributes:
        witness: The witness, which ``open_desk`` sets before the first use.
    """

    witness: Witness

    def __init__(self, engine: Engine, wait_seconds: float, file: Path | None) -> None:
        self._engine = engine
        self._wait = wait_seconds
        self._file = file
        self._inode: int | None = None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """Run a transaction that may change rows.

        Yields:
            The session.  An error inside the context rolls everything back.

        Raises:
            DatabaseBusyError: when other writers held the lock longer than ``wait_seconds``.
            DatabaseGoneError: when it cannot be reached, or its file was replaced.
            DatabaseFullError: when there is no room.
            ConflictError: when a row contradicts another.
        """
        with self._transaction(writing=True) as session:
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Run a transaction that sees a consistent state of all rows and changes none."""
        with self._transaction(writing=False) as session:
            yield session

    def empty_log(self) -> None:
        """Remove erased rows from SQLite's write-ahead log; PostgreSQL manages its own log.

        The log also contains earlier versions of pages (sqlite.org/wal.html), so erased data would stay in it
        until it is overwritten.

        Raises:
            DatabaseBusyError: when readers or writers blocked it longer than ``wait_seconds``.
        """
        if self._file is None:
            return
        until = time.monotonic() + self._wait
        while not self._emptied():
            if time.monotonic() > until:
                msg = "データベースの WAL を空にできません。ほかの処理が終わってからもう一度消してください"
                raise DatabaseBusyError(msg)
            time.sleep(FIRST_RETRY_SECONDS)

    def _emptied(self) -> bool:
        self._check_file()
        try:
            with self._engine.connect() as connection:
                raw = connection.connection.cursor()
                # The row has: busy (0 if not blocked), pages in the log, pages written back.
                return bool(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        except SQLAlchemyError as raised:
            failure = explained(raised)
        raise failure

    @contextlib.contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Session]:
        """Run a transaction; signals are delayed until its end, at most ``wait_seconds`` after its work.

        SQLAlchemy catches an exception that a signal handler raises inside it, and may raise an error of its
        own instead: a worker that is ending would take that for a lost database, and go on.
        """
        with undisturbed(), self._session(writing=writing) as session:
            yield session

    @contextlib.contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        connection = self._begun(writing=writing)
        try:
            with Session(bind=connection, expire_on_commit=False) as session:
                yield session
                session.flush()
            if writing:
                connection.commit()
        except SQLAlchemyError as raised:
            failure = explained(raised)
        else:
            return
        finally:
            # Closing rolls back what was not committed.
            with contextlib.suppress(SQLAlchemyError):
                connection.close()
        raise failure from None

    def _begun(self, *, writing: bool) -> Connection:
        """Return a connection with a begun transaction, retrying until the time is over."""
        until = time.monotonic() + self._wait
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                return self._begin(writing=writing)
            except SQLAlchemyError as raised:
                failure = explained(raised)
            if not self._may_pass(failure) or time.monotonic() > until:
                raise failure from None
            # A random factor, so that two waiting processes do not retry at the same time.
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
            pause = min(2 * pause, MAX_RETRY_SECONDS)

    def _may_pass(self, failure: DeskError) -> bool:
        """Return whether waiting may help: for a lock or a restarting server, but not for a damaged file."""
        return isinstance(failure, DatabaseBusyError) or (
            isinstance(failure, DatabaseGoneError) and self._file is None
        )

    def _begin(self, *, writing: bool) -> Connection:
        self._check_file()
        connection = self._engine.connect()
        try:
            connection = connection.execution_options(
                writing=writing, isolation_level=self._isolation(writing)
            )
            connection.begin()
            if writing and self._file is None:
                wait = int(self._wait * 1000)
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait}")
                connection.exec_driver_sql(
                    f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}"
                )
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
        except SQLAlchemyError:
            connection.close()
            raise
        return connection

    def _isolation(self, writing: bool) -> str:
        """Return the isolation level: a writer must see the previous writer's commit, a reader one state."""
        if self._file is not None:
            return "SERIALIZABLE"
        return "READ COMMITTED" if writing else "REPEATABLE READ"

    def _check_file(self) -> None:
        """Refuse a file that was removed or replaced, into which SQLite would go on writing."""
        if self._file is None:
            return
        try:
            inode = self._file.stat().st_ino
        except OSError as error:
            msg = f"データベースのファイルがありません({type(error).__name__})"
            raise DatabaseGoneError(msg) from None
        if self._inode is None:
            self._inode = inode
        if inode != self._inode:
            msg = "データベースのファイルが入れ替わっています"
            raise DatabaseGoneError(msg)


def open_database(settings: Settings, *, create: bool = False) -> Database:
    """Open the database of the settings.

    Args:
        settings: ``database`` is a URL; by default SQLite in ``home``.
        create: Whether a missing SQLite file may be made, empty.

    Raises:
        DatabaseGoneError: when the URL is invalid, its driver is missing or there is no file.
    """
    url = settings.database_url
    try:
        parsed = make_url(url)
        file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
        if file is not None:
            _prepare_file(file, create=create)
            # mode=rw: SQLite must not create an empty database when ours is missing.
            parsed = make_url(f"sqlite:///file:{file}?mode=rw&uri=true")
            engine = create_engine(
                parsed, hide_parameters=True, connect_args={"timeout": 1.0, "factory": SQLiteConnection}
            )
            _set_up_sqlite(engine)
        else:
            options = {"connect_timeout": max(2, int(settings.database_wait_seconds))}
            engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=options)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        msg = f"KAIJI_DATABASE を使えません({type(error).__name__})"
        raise DatabaseGoneError(msg) from None
    return Database(engine, settings.database_wait_seconds, file)


def _prepare_file(file: Path, *, create: bool) -> None:
    try:
        if create:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        msg = f"データベースのファイルを作れません({type(error).__name__})"
        raise DatabaseGoneError(msg) from None
    if not file.is_file():
        msg = "データベースのファイルがありません"
        raise DatabaseGoneError(msg)


def _set_up_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        # sqlite3 must not begin transactions itself, because it would not take the writer's lock first.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: the audit log must survive a power cut, not only a killed process.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # Erased data is overwritten, not only marked as free.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "checkin")
    def returned(connection: SQLiteConnection | None, _: object) -> None:
        # ``None``: the pool has closed it already.
        if connection is not None:
            connection.end_statements()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def explained(raised: SQLAlchemyError) -> DeskError:
    """Return our error for one of SQLAlchemy's, without its SQL and values."""
    if isinstance(raised, IntegrityError):
        return ConflictError("データベースの内容と矛盾する変更です")
    original = raised.orig if isinstance(raised, DBAPIError) else None
    kind = type(original or raised).__name__
    sqlite, pg = getattr(original, "sqlite_errorcode", None), getattr(original, "sqlstate", None)
    primary = sqlite & 0xFF if isinstance(sqlite, int) else None
    if primary in {SQLITE_BUSY, SQLITE_LOCKED} or pg in PG_BUSY:
        return DatabaseBusyError("データベースが使用中です。しばらくしてからやり直してください")
    if primary == SQLITE_FULL or sqlite == SQLITE_IOERR_SHMSIZE or pg in PG_FULL:
        return DatabaseFullError("データベースを書く空きがありません")
    detail = pg or getattr(original, "sqlite_errorname", None) or kind
    return DatabaseGoneError(f"データベースを使えません({detail})")
