"""The witness: the head outside of the database, in the store and in a place of the company's own."""

from __future__ import annotations

import errno
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from flows.cli import main as cli
from flows.desk.book.door import do
from flows.desk.book.requests import Remarked, Withdrawn
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk, open_desk
from flows.desk.integrity.head import take_head
from flows.desk.integrity.witness import MARKER, Witness, read_mark
from flows.desk.kinds.errors import (
    DeskError,
    RolledBackError,
    SealBrokenError,
    StorageFullError,
    StorageGoneError,
)
from flows.desk.storage.store import Store
from tests.desk_builders import (
    CLERK,
    approve,
    desk_settings,
    identified,
    in_review,
    new_request,
    raw_database,
)
from tests.flows.desk.test_attacks import everything, write_everything
from tests.servers import postgres, postgres_programs


def newest(desk: Desk) -> int:
    """Version that the store knows."""
    mark = read_mark(desk.store)
    assert mark is not None
    assert mark.head is not None
    return mark.head.version


def test_each_change_is_told_and_looking_tells_nothing(desk):
    """One version a change."""
    before = newest(desk)
    number = requests.receive(desk, CLERK, new_request()).number
    requests.get(desk, number)
    requests.list_requests(desk)

    assert newest(desk) == before + 1


def test_a_change_that_changed_nothing_is_none(desk):
    """Such as asking for work when there is none."""
    before = newest(desk)
    with desk.change(CLERK):
        pass

    assert newest(desk) == before


def _change(folder: Path) -> None:
    with open_desk(desk_settings(folder, database_wait_seconds=60.0)) as desk:
        for _ in range(5):
            identified(desk)


def test_many_processes_leave_one_line_of_heads(tmp_path):
    """Nobody is refused, nothing is lost, and the last change is the one that is known outside."""
    open_desk(desk_settings(tmp_path)).close()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(_change, [tmp_path] * 4)

    with open_desk(desk_settings(tmp_path)) as desk:
        assert audit.verify(desk) == ()
        assert len(requests.list_requests(desk)) == 20
        # 20 requests of two changes each, upon the one that made the desk.
        assert newest(desk) == 41


@pytest.mark.skipif(postgres_programs() is None, reason="PostgreSQL is not installed")
def test_rows_of_postgresql_are_sealed_likewise(tmp_path):
    """Written and read by another database they have the same hashes; forged ones have not."""
    import psycopg

    with postgres() as where:
        url = SecretStr(f"postgresql+psycopg://{where}/kaiji")
        settings = desk_settings(tmp_path, database=url)
        with open_desk(settings) as desk:
            call = in_review(desk, tmp_path)
            approve(desk, call)
            assert audit.verify(desk) == ()
            with psycopg.connect(f"postgresql://{where}/kaiji", autocommit=True) as database:
                database.execute("UPDATE requests SET state='received'")
            with pytest.raises(SealBrokenError):
                requests.get(desk, call.request_id)


@pytest.fixture
def elsewhere(tmp_path: Path) -> str:
    """A place of the company's own."""
    return str(tmp_path / "elsewhere")


def test_an_older_store_with_an_older_database_is_noticed_elsewhere(tmp_path, elsewhere):
    """Who writes database and store still does not write the company's own place."""
    settings = desk_settings(tmp_path, witness=elsewhere)
    with open_desk(settings) as desk:
        number = identified(desk).number
        older, marker = everything(desk), desk.store.read(MARKER)
        do(desk, CLERK, Withdrawn(number, "取下げ"))
        write_everything(desk, older)
        desk.store.put(marker, MARKER)

    with pytest.raises(RolledBackError):
        open_desk(settings)


def test_the_place_of_the_companys_own_cannot_be_left_out(tmp_path, elsewhere):
    """Not by leaving out the setting, by naming another, or by emptying it."""
    with open_desk(desk_settings(tmp_path, witness=elsewhere)) as desk:
        identified(desk)
        assert [entry.action for entry in audit.entries(desk)][1] == "witness.add"

    for witness in (None, str(tmp_path / "another")):
        with pytest.raises(StorageGoneError):
            open_desk(desk_settings(tmp_path, witness=witness))
    for path in Path(elsewhere).rglob(MARKER):
        path.unlink()
    with pytest.raises(StorageGoneError):
        open_desk(desk_settings(tmp_path, witness=elsewhere))


def test_a_restored_database_counts_once_a_person_accepts_it(tmp_path):
    """On record; what was lost can then not come back either."""
    settings = desk_settings(tmp_path)
    with open_desk(settings) as desk:
        number = identified(desk).number
        older = everything(desk).rename(tmp_path / "older")
        for text in ("一", "二", "三", "四"):
            do(desk, CLERK, Remarked(number, text))
        lost = everything(desk)
        write_everything(desk, older)

    with open_desk(settings, unwitnessed=True) as desk:
        assert audit.verify(desk)
        with pytest.raises(RolledBackError):
            identified(desk)
        audit.accept(desk, CLERK)
    with open_desk(settings) as desk:
        assert audit.verify(desk) == ()
        assert audit.entries(desk)[-1].action == "witness.accept"
        identified(desk)
        write_everything(desk, lost)
    with pytest.raises(RolledBackError):
        open_desk(settings)


def test_a_forged_database_is_not_accepted(tmp_path):
    """Accepting is for what is older, not for what is wrong."""
    settings = desk_settings(tmp_path)
    with open_desk(settings) as desk:
        identified(desk)
        with closing(raw_database(desk)) as database:
            database.execute("UPDATE requests SET state='approved'")
    with open_desk(settings, unwitnessed=True) as desk, pytest.raises(SealBrokenError):
        audit.accept(desk, CLERK)


@contextmanager
def unwritable(monkeypatch, *, error: OSError, root: str = "") -> Iterator[None]:
    """A witness that can be read and not written: all places, or the one whose path ends so."""
    fresh = Store._fresh

    def refusing(store: Store, name: str):
        if name == MARKER and store._root.endswith(root):
            raise error
        return fresh(store, name)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_fresh", refusing)
        yield


@pytest.mark.parametrize(
    "error", [PermissionError(13, "x"), OSError(errno.EROFS, "x"), OSError(errno.ENOSPC, "x")], ids=str
)
@pytest.mark.parametrize("root", ["", "elsewhere", "store"])
def test_nothing_is_changed_while_a_witness_cannot_be_written(tmp_path, monkeypatch, elsewhere, error, root):
    """Read-only or full, everywhere or in one place: refused, looked at as before, and gone on with after."""
    with open_desk(desk_settings(tmp_path, witness=elsewhere)) as desk:
        number = identified(desk).number
        entries = audit.entries(desk)
        with unwritable(monkeypatch, error=error, root=root):
            for _ in range(2):
                with pytest.raises((StorageGoneError, StorageFullError)):
                    do(desk, CLERK, Remarked(number, "x"))
                with pytest.raises((StorageGoneError, StorageFullError)):
                    identified(desk)
            assert requests.get(desk, number).number == number
            assert requests.notes(desk, number) == ()
            assert audit.entries(desk) == entries
            assert audit.verify(desk) == ()
        do(desk, CLERK, Remarked(number, "y"))
        assert [note.text for note in requests.notes(desk, number)] == ["y"]


def test_a_change_that_was_not_told_is_told_before_the_next_one(tmp_path, monkeypatch, elsewhere):
    """The witness was lost right after the commit: no second change follows it unseen."""
    settings = desk_settings(tmp_path, witness=elsewhere)
    with open_desk(settings) as desk:
        number = identified(desk).number
        with monkeypatch.context() as patch:
            patch.setattr(Witness, "tell", lambda *_, **__: _lost())
            do(desk, CLERK, Remarked(number, "一"))
        older = everything(desk).rename(tmp_path / "older")
        with monkeypatch.context() as patch:
            patch.setattr(Witness, "tell", lambda *_, **__: _lost())
            do(desk, CLERK, Remarked(number, "二"))
        write_everything(desk, older)
        assert newest(desk) == take(desk).version

    with open_desk(settings) as desk:
        before_both = everything(desk).rename(tmp_path / "now")
        do(desk, CLERK, Remarked(number, "三"))
        write_everything(desk, before_both)
    with pytest.raises(RolledBackError):
        open_desk(settings)


def _lost() -> None:
    raise StorageGoneError


def take(desk: Desk):
    """The database's own head."""
    with desk.database.read() as session:
        return take_head(session, desk.keyring)


PLACES = ["store", "elsewhere"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("damage", ["truncated", "emptied", "older", "anothers", "not json", "without head"])
def test_a_witness_that_was_tampered_with_is_not_believed(tmp_path, elsewhere, place, damage):
    """Cut short, replaced by an older or a foreign one, or sealed by nobody: the desk does not open."""
    settings = desk_settings(tmp_path, witness=elsewhere)
    with open_desk(settings) as desk:
        (mark,) = (tmp_path / ("home/store" if place == "store" else place)).rglob(MARKER)
        older = mark.read_bytes()
        number = identified(desk).number
    with open_desk(desk_settings(tmp_path / "two", witness=str(tmp_path / "two" / "elsewhere"))) as other:
        (foreign,) = (other.settings.home / "store").rglob(MARKER)
    if damage == "older":
        # An older mark alone is what a kill leaves: the database is newer, and the next opening tells it.
        mark.write_bytes(older)
        with open_desk(settings) as desk:
            assert requests.get(desk, number).number == number
            assert mark.read_bytes() != older
        return
    content = {
        "truncated": mark.read_bytes()[:-5],
        "emptied": b"",
        "anothers": foreign.read_bytes(),
        "not json": b"{}",
    }
    if damage == "without head":
        with open_desk(settings) as desk:
            store = desk.store if place == "store" else desk.witness._stores[1]
            store.put(json.dumps({"desk": desk.witness._desk_id, "head": None}).encode(), MARKER)
    else:
        mark.write_bytes(content[damage])

    with pytest.raises(DeskError):
        open_desk(settings)


def test_the_terminal_tells_of_an_older_database_and_accepts_it_when_told(tmp_path, monkeypatch):
    """``kaiji audit verify`` ends with 3; every other command too, until ``kaiji audit accept``."""
    for name, value in {"HOME": "home", "WORK": "work"}.items():
        monkeypatch.setenv(f"KAIJI_{name}", str(tmp_path / value))
    with open_desk(desk_settings(tmp_path)) as desk:
        number = identified(desk).number
        older = everything(desk)
        do(desk, CLERK, Remarked(number, "x"))
        write_everything(desk, older)

    def status(*words: str) -> int:
        return CliRunner().invoke(cli.app, list(words)).exit_code

    assert status("audit", "verify") == 3
    assert status("case", "list") == 3
    assert status("audit", "accept", "--yes") == 0
    assert status("audit", "verify") == status("case", "list") == 0
