"""Opening the desk: what belongs together, what was lost, what is somebody else's."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr

from flows.desk.cases import calls, requests
from flows.desk.integrity import audit, opening
from flows.desk.integrity.desk import MARKER, Desk, open_desk
from flows.desk.integrity.schema import SCHEMA_VERSION
from flows.desk.kinds.errors import (
    DatabaseGoneError,
    DeskError,
    KeyMissingError,
    SchemaError,
    StorageGoneError,
    WrongKeyError,
)
from flows.desk.people import accounts
from flows.desk.sealing.keys import new_key
from flows.desk.storage.tables import DeskRow
from tests.desk_builders import CLERK, as_before, desk_settings, in_review, new_request


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The home of a desk with a request in it, closed."""
    with open_desk(desk_settings(tmp_path)) as desk:
        requests.receive(desk, CLERK, new_request())
    return tmp_path / "home"


def open_again(home: Path, **more: object) -> Desk:
    """Open the desk as the next process does."""
    return open_desk(desk_settings(home.parent, **more))


def everything(home: Path) -> dict[Path, bytes]:
    """All files but SQLite's own beside the database."""
    return {
        path: path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix == ".sqlite3"
    } | {path: path.read_bytes() for path in home.rglob("*") if path.is_file() and "sqlite3" not in path.name}


def test_a_desk_is_made_once_and_opened_afterwards(closed):
    """The second opening finds what the first one wrote."""
    with open_again(closed) as desk:
        assert len(requests.list_requests(desk)) == 1
        assert audit.verify(desk) == ()


def lose_key(home: Path) -> None:
    """The key file is gone."""
    (home / "key").unlink()


def lose_database(home: Path) -> None:
    """The database is gone."""
    for path in home.glob("desk.sqlite3*"):
        path.unlink()


def lose_store(home: Path) -> None:
    """The store is gone, or not mounted."""
    shutil.rmtree(home / "store")


def lose_key_and_store(home: Path) -> None:
    """Only the database is left."""
    lose_key(home)
    lose_store(home)


def lose_key_and_database(home: Path) -> None:
    """Only the store is left."""
    lose_key(home)
    lose_database(home)


def change_key(home: Path) -> None:
    """Another key in the key file."""
    (home / "key").write_text(new_key().line)


@pytest.mark.parametrize(
    ("lose", "error"),
    [
        (lose_key, KeyMissingError),
        (lose_key_and_store, KeyMissingError),
        (lose_key_and_database, KeyMissingError),
        (lose_database, DatabaseGoneError),
        (lose_store, StorageGoneError),
        (change_key, WrongKeyError),
    ],
)
def test_what_is_lost_is_told_and_not_made_anew(closed, lose, error):
    """Nothing is written: what was lost may be found again."""
    lose(closed)
    before = everything(closed)

    with pytest.raises(error):
        open_again(closed)

    assert everything(closed) == before


def test_a_lost_key_that_is_found_again_opens_everything(closed, tmp_path):
    """The refusal did no harm."""
    (closed / "key").rename(tmp_path / "found")
    with pytest.raises(KeyMissingError):
        open_again(closed)

    with open_again(closed, key_file=tmp_path / "found") as desk:
        assert len(requests.list_requests(desk)) == 1


def test_a_wrong_key_in_the_environment_is_told(closed):
    """With the id of the right one."""
    with pytest.raises(WrongKeyError, match="必要な鍵は"):
        open_again(closed, key=SecretStr(new_key().line))


def test_database_and_store_of_two_desks_are_told(closed, tmp_path):
    """With one key for both."""
    key = closed / "key"
    open_desk(desk_settings(tmp_path / "other", key_file=key)).close()

    with pytest.raises(StorageGoneError, match="別の窓口"):
        open_again(closed, store=str(tmp_path / "other" / "home" / "store"))


def test_a_database_of_before_the_review_page_gets_its_tables(tmp_path):
    """What was in it stays."""
    with open_desk(desk_settings(tmp_path)) as desk:
        call = in_review(desk, tmp_path)
        as_before(desk, 1)

    with open_desk(desk_settings(tmp_path)) as desk:
        assert not accounts.any_account(desk)
        assert calls.get_call(desk, call.call_id).call_id == call.call_id
        with desk.read() as session:
            assert session.get_one(DeskRow, 1).schema_version == SCHEMA_VERSION


def test_a_database_of_a_newer_program_is_told(closed):
    """And not touched."""
    with open_again(closed) as desk, desk.database.write() as session:
        session.get_one(DeskRow, 1).schema_version = SCHEMA_VERSION + 1

    with pytest.raises(SchemaError):
        open_again(closed)


@pytest.mark.parametrize("left", ["key", "database", "marker"])
def test_a_making_that_was_killed_is_gone_on_with(tmp_path, left, monkeypatch):
    """After the key was written, after the database was, after the store was marked."""
    settings = desk_settings(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    targets = {"key": "flows.desk.integrity.opening._make", "database": "flows.desk.storage.store.Store.put"}
    with monkeypatch.context() as patch:
        patch.setattr(targets.get(left, "flows.desk.integrity.opening._bring_up"), killed)
        with pytest.raises(KeyboardInterrupt):
            open_desk(settings)

    with open_desk(settings) as desk:
        requests.receive(desk, CLERK, new_request())
        assert desk.store.exists(MARKER)
        assert audit.verify(desk) == ()


def _open(folder: Path) -> str:
    try:
        with open_desk(desk_settings(folder, database_wait_seconds=60.0)) as desk:
            return desk.keyring.current.key_id
    except DeskError as error:
        return error.code


def test_one_that_is_made_between_two_looks_is_opened(tmp_path, monkeypatch):
    """The row was not there yet; when the store is looked at, another process has made them both."""
    settings, look = desk_settings(tmp_path), opening.read_mark

    def late(store):
        monkeypatch.setattr(opening, "read_mark", look)
        open_desk(settings).close()
        return look(store)

    monkeypatch.setattr(opening, "read_mark", late)
    with open_desk(settings) as desk:
        assert [entry.action for entry in audit.entries(desk)] == ["desk.make"]


def test_processes_that_make_it_at_once_make_one(tmp_path):
    """Four processes: one key, one desk."""
    with multiprocessing.get_context("fork").Pool(4) as pool:
        ids = pool.map(_open, [tmp_path] * 4)

    assert len(set(ids)) == 1
    with open_desk(desk_settings(tmp_path)) as desk:
        assert desk.keyring.current.key_id in ids
        assert [entry.action for entry in audit.entries(desk)] == ["desk.make"]
