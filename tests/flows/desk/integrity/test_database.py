from __future__ import annotations

import signal
import sqlite3
import threading
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import event, select, text

from flows.desk.integrity.database import Database, open_database
from flows.desk.kinds.errors import (
    ConflictError,
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseGoneError,
)
from flows.desk.storage.tables import CounterRow, Table
from flows.folders.endings import EndedBySignal
from tests.desk_builders import desk_settings


@pytest.fixture
def database(tmp_path: Path):
    """A database with tables and nothing in them."""
    opened = open_database(desk_settings(tmp_path, database_wait_seconds=0.5), create=True)
    with opened.write() as session:
        Table.metadata.create_all(session.connection())
    yield opened
    opened.close()


def count(database: Database) -> int:
    """How many rows the test has made."""
    with database.read() as session:
        return len(session.scalars(select(CounterRow)).all())


def other_writer(tmp_path: Path) -> sqlite3.Connection:
    """Somebody else who writes and does not come to an end."""
    connection = sqlite3.connect(tmp_path / "home" / "desk.sqlite3", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_an_error_leaves_everything_as_it_was(database):
    """Also what was flushed before it."""

    def fail() -> None:
        with database.write() as session:
            session.add(CounterRow(name="a", value=1))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert count(database) == 0


def test_reading_changes_nothing(database):
    """A row added while reading is not kept."""
    with database.read() as session:
        session.add(CounterRow(name="a", value=1))

    assert count(database) == 0


def test_a_locked_database_is_busy_and_unchanged(database, tmp_path):
    """Waited for, then told; readers go on meanwhile; afterwards it works again."""
    other = other_writer(tmp_path)

    with pytest.raises(DatabaseBusyError), database.write() as session:
        session.add(CounterRow(name="a", value=1))
    assert count(database) == 0

    other.execute("ROLLBACK")
    with database.write() as session:
        session.add(CounterRow(name="a", value=1))
    assert count(database) == 1


def test_a_lock_that_is_let_go_of_in_time_is_waited_for(tmp_path, database):
    """Nobody is told of it."""
    patient = open_database(desk_settings(tmp_path))
    other = sqlite3.connect(tmp_path / "home" / "desk.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("ROLLBACK")).start()

    with patient.write() as session:
        session.add(CounterRow(name="a", value=1))

    patient.close()
    assert count(database) == 1


def test_a_result_that_nobody_read_to_its_end_holds_no_state(database, tmp_path):
    """Its connection reads what others have written since, and writes."""
    with database.write() as session:
        session.add_all(CounterRow(name=f"{number:04}", value=0) for number in range(2000))
    with database.read() as session:
        left = iter(session.execute(text("SELECT name FROM counters")).cursor)
        next(left)
    other = other_writer(tmp_path)
    other.execute("UPDATE counters SET value = 1")
    other.execute("COMMIT")

    with database.read() as session:
        assert session.get_one(CounterRow, "0000").value == 1
    with database.write() as session:
        session.get_one(CounterRow, "0000").value = 2
    other.close()


@pytest.mark.usefixtures("database")
def test_writers_come_one_after_the_other(tmp_path):
    """Twenty that read, add one and write lose nothing."""
    patient = open_database(desk_settings(tmp_path, database_wait_seconds=60.0))
    with patient.write() as session:
        session.add(CounterRow(name="a", value=0))

    def add_one() -> None:
        with patient.write() as session:
            row = session.get_one(CounterRow, "a")
            row.value += 1

    threads = [threading.Thread(target=add_one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with patient.read() as session:
        assert session.get_one(CounterRow, "a").value == 20
    patient.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_database_that_went_away_is_not_written_on(database, tmp_path, replaced):
    """Removed, or another file in its place: SQLite itself would go on and lose it all."""
    file = tmp_path / "home" / "desk.sqlite3"
    file.rename(tmp_path / "elsewhere")
    if replaced:
        file.write_bytes((tmp_path / "elsewhere").read_bytes())

    with pytest.raises(DatabaseGoneError), database.write() as session:
        session.add(CounterRow(name="a", value=1))

    assert file.exists() is replaced


def test_a_missing_database_is_not_made(tmp_path):
    """Unless it is meant to be."""
    with pytest.raises(DatabaseGoneError):
        open_database(desk_settings(tmp_path))

    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at" * 50])
def test_a_file_that_is_no_database_is_told(tmp_path, content):
    """With the kind of failure, without the path."""
    settings = desk_settings(tmp_path)
    settings.home.mkdir()
    (settings.home / "desk.sqlite3").write_bytes(content)
    database = open_database(settings)

    with pytest.raises(DatabaseGoneError) as raised, database.read():
        pytest.fail("it was opened")

    assert str(tmp_path) not in str(raised.value)
    database.close()


def test_no_room_for_the_database_leaves_it_as_it_was(database):
    """SQLite's own limit stands for the full disk: it fails at the same place, in the same way."""

    @event.listens_for(database._engine, "connect")
    def small(connection, _):
        connection.execute("PRAGMA max_page_count=1")

    database._engine.dispose()
    with pytest.raises(DatabaseFullError), database.write() as session:
        session.add_all(CounterRow(name=f"{i:0200}", value=i) for i in range(1000))

    assert count(database) == 0


def test_a_contradiction_is_told_without_its_values(database):
    """No SQL, no value."""
    with pytest.raises(ConflictError) as raised, database.write() as session:
        session.execute(text("INSERT INTO counters VALUES ('鈴木花子', 1), ('鈴木花子', 2)"))

    assert "鈴木" not in str(raised.value)
    assert "INSERT" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["nonsense", "nosuch://host/db", "postgresql+nosuch://host/db", "sqlite:////proc/1/x/desk.sqlite3"]
)
def test_a_url_that_cannot_be_used_is_told(tmp_path, url):
    """No URL, no such database, no such driver, no such folder."""
    with pytest.raises(DatabaseGoneError):
        open_database(desk_settings(tmp_path, database=SecretStr(url)), create=True)


def test_a_server_that_does_not_answer_is_gone(tmp_path):
    """PostgreSQL at a port where nobody listens; the password is not told."""
    url = SecretStr("postgresql+psycopg://kaiji:sesame@127.0.0.1:1/kaiji")
    database = open_database(desk_settings(tmp_path, database=url, database_wait_seconds=0.5))

    with pytest.raises(DatabaseGoneError) as raised, database.write():
        pytest.fail("it was opened")

    assert "sesame" not in str(raised.value)
    database.close()


@pytest.mark.parametrize("writing", [False, True])
def test_a_signal_waits_until_the_transaction_is_over(database, writing: bool):
    """What a signal raises inside SQLAlchemy may come out as another error, or not at all."""

    def told(number: int, _: object) -> None:
        raise EndedBySignal(number)

    def work() -> None:
        with database.write() if writing else database.read() as session:
            signal.raise_signal(signal.SIGTERM)
            if writing:
                session.add(CounterRow(name="a", value=1))
            done.append(len(session.scalars(select(CounterRow)).all()))

    done: list[int] = []
    before = signal.signal(signal.SIGTERM, told)
    try:
        with pytest.raises(EndedBySignal):
            work()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert done == [count(database)] == [int(writing)]
