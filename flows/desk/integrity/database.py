"""The database: SQLite by default, PostgreSQL by its URL; one writer at a time on either.

Writing is serialised by a lock taken at the beginning of each transaction (``BEGIN IMMEDIATE``,
an advisory lock on PostgreSQL): changes of a desk are small and few, the record of them is one
chain, and nothing has to be worked out twice because two changes crossed.
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
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.desk.integrity.witness import Witness

__all__ = ["Database", "open_database"]

SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL = 5, 6, 13
"""Primary result codes; extended ones carry them in their lowest byte (sqlite.org/rescode.html)."""

SQLITE_IOERR_SHMSIZE = 4874
"""The shared-memory file beside the database finds no room."""

PG_BUSY = {"55P03", "40001", "40P01", "57014", "53300"}
"""lock not available, serialisation failure, deadlock, statement timeout, too many connections."""

PG_FULL = {"53100"}

WRITER_LOCK = 0x6B61696A69
"""Any number that no other program on the same PostgreSQL database is likely to take: "kaiji"."""

IDLE_TIMEOUT_MS = 60_000
"""Milliseconds after which PostgreSQL takes the lock from a writer whose machine has died: no
change of ours waits for anything but the database."""

FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 0.05, 1.0
"""Seconds between two tries."""


class Database:
    """An opened database.

    Args:
        engine: Made by ``open_database``.
        wait_seconds: How long to wait for other writers.
        file: Of SQLite.

    Attributes:
        witness: What is known of it outside; ``open_desk`` gives it one before anything else uses it.
    """

    witness: Witness

    def __init__(self, engine: Engine, wait_seconds: float, file: Path | None) -> None:
        self._engine = engine
        self._wait = wait_seconds
        self._file = file
        self._inode: int | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded one."""
        return self._file is not None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that may change rows; all of it happens, or nothing.

        Yields:
            The session.  An error inside leaves everything as it was.

        Raises:
            DatabaseBusyError: when others kept it longer than ``wait_seconds``.
            DatabaseGoneError: when it cannot be reached, or is not the file it was.
            DatabaseFullError: when there is no room.
            ConflictError: when a row contradicts another.
        """
        with self._transaction(writing=True) as session:
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one state of all rows and changes none."""
        with self._transaction(writing=False) as session:
            yield session

    def empty_log(self) -> None:
        """Leave nothing of rows that are gone in SQLite's write-ahead log; PostgreSQL keeps its own.

        The log holds pages as they were before too (sqlite.org/wal.html): what was erased stood
        in it until another round of writing came over it.

        Raises:
            DatabaseBusyError: when readers or writers kept it longer than ``wait_seconds``.
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
                # Busy, pages in the log, pages written back: 0 where nobody was in the way.
                return bool(raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        except SQLAlchemyError as raised:
            failure = explained(raised)
        raise failure

    @contextlib.contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Session]:
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
            # Rolls back what was not committed.
            with contextlib.suppress(SQLAlchemyError):
                connection.close()
        raise failure from None

    def _begun(self, *, writing: bool) -> Connection:
        """A connection inside a transaction, tried until the time is over."""
        until = time.monotonic() + self._wait
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                return self._begin(writing=writing)
            except SQLAlchemyError as raised:
                failure = explained(raised)
            if not self._may_pass(failure) or time.monotonic() > until:
                raise failure from None
            # Two that wait for the same lock should not come back together.
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
            pause = min(2 * pause, MAX_RETRY_SECONDS)

    def _may_pass(self, failure: DeskError) -> bool:
        """A lock is let go of, and a server comes back; a file does not mend itself."""
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
        """READ COMMITTED sees what the writer before us committed; a reader wants one state."""
        if self._file is not None:
            return "SERIALIZABLE"
        return "READ COMMITTED" if writing else "REPEATABLE READ"

    def _check_file(self) -> None:
        """SQLite goes on writing into a file that was removed or replaced: never do."""
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
        DatabaseGoneError: when the URL is none, its driver is missing or there is no file.
    """
    url = settings.database_url
    try:
        parsed = make_url(url)
        file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
        if file is not None:
            _prepare_file(file, create=create)
            # mode=rw: SQLite must not make an empty database where ours is missing.
            parsed = make_url(f"sqlite:///file:{file}?mode=rw&uri=true")
            engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": 1.0})
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
        # sqlite3 must not begin transactions by itself, or it would never take the writer's lock first.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # FULL: the record must outlast a power cut, not only a killed process.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        # What is erased is overwritten, not only let go of.
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def explained(raised: SQLAlchemyError) -> DeskError:
    """Our error for one of SQLAlchemy's: neither SQL nor a value is in it."""
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
