"""Who may write to a drop folder leads the import nowhere: no file of ours is cut, moved, read or removed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.desk.cases import catalogue, requests
from flows.desk.cases.catalogue import RecordingQuery
from flows.desk.integrity.desk import Desk
from flows.intake import drop_folder
from flows.intake.drop_folder import take_folder
from flows.intake.drop_stay import clear_stays
from flows.intake.tabular import FileError
from tests.builders import voice_file
from tests.desk_builders import CLERK
from tests.flows.intake.test_drop_folder import dropped, inbox, left, old, reasons, take

__all__ = ["inbox"]

SOMEBODY = 54321
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to another user")


@pytest.mark.parametrize(
    "kind", ["link to the key", "link to the database", "dangling link", "hard link", "pipe"]
)
@pytest.mark.parametrize("name", [".kaiji-lock", "taking/.lock"])
def test_what_is_laid_where_the_lock_was_or_is(desk: Desk, inbox: Path, kind: str, name: str):
    """The lock lies in a folder of ours; its old name is nothing any more, and no content is ever changed."""
    key, database = desk.settings.home / "key", desk.settings.home / "desk.sqlite3"
    before = key.read_bytes(), database.stat().st_size
    dropped(inbox, recordings=[])
    (inbox / "taking").mkdir(mode=0o700)
    laid: dict[str, Callable[[Path], object]] = {
        "link to the key": lambda path: path.symlink_to(key),
        "link to the database": lambda path: path.symlink_to(database),
        "dangling link": lambda path: path.symlink_to(desk.settings.home / "new"),
        "hard link": lambda path: path.hardlink_to(key),
        "pipe": os.mkfifo,
    }
    laid[kind](inbox / name)
    try:
        taken = len(take(desk, inbox).requests)
    except FileError:
        taken = 0

    assert (key.read_bytes(), database.stat().st_size >= before[1]) == (before[0], True)
    assert not (desk.settings.home / "new").exists()
    assert name != ".kaiji-lock" or taken == 1


WAYS: dict[str, Callable[[Path, Path], object]] = {
    "link": lambda path, ours: path.symlink_to(ours),
    "dangling link": lambda path, ours: path.symlink_to(ours / "new"),
    "file": lambda path, _: path.write_text(""),
    "pipe": lambda path, _: os.mkfifo(path),
    "open to all": lambda path, _: (path.mkdir(), path.chmod(0o777)),
    "somebody's": lambda path, _: (path.mkdir(), os.chown(path, SOMEBODY, SOMEBODY)),
}


@as_root
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["taking", "done", "failed"])
def test_a_folder_of_ours_that_is_not(desk: Desk, inbox: Path, tmp_path: Path, name: str, way: str):
    """Nothing is imported, written or removed, here or behind it, by an import or by retention."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "x0123456789abcdef").mkdir(parents=True)
    (elsewhere / "x0123456789abcdef" / "precious.json").write_text("{}")
    take(desk, inbox)
    dropped(inbox, recordings=[])
    for path in (inbox / name).iterdir():
        path.unlink()
    (inbox / name).rmdir()
    WAYS[way](inbox / name, elsewhere)
    old(elsewhere, 10_000)
    with pytest.raises(FileError) as raised:
        take(desk, inbox)
    assert clear_stays(desk, CLERK) == 0

    assert "鈴木" not in str(raised.value)
    assert requests.list_requests(desk) == ()
    assert (inbox / "鈴木花子.json").is_file()
    assert [path.name for path in elsewhere.rglob("*")] == ["x0123456789abcdef", "precious.json"]


@as_root
def test_a_drop_folder_that_somebody_made_a_link(desk: Desk, tmp_path: Path):
    """Else every JSON of the folder that they chose would be moved, and removed after a while."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.json").write_text("{}")
    link = tmp_path / "drop"
    link.symlink_to(mine)
    os.chown(link, SOMEBODY, SOMEBODY, follow_symlinks=False)
    with pytest.raises(FileError):
        take(desk, link)

    assert [path.name for path in mine.iterdir()] == ["notes.json"]


def test_a_folder_with_the_name_of_a_request_is_never_moved_or_removed(desk: Desk, inbox: Path):
    """In a shared folder anybody can give our own folder that name."""
    (inbox / "mine.json").mkdir()
    (inbox / "mine.json" / "precious").write_text("ours")
    old(inbox, 10_000)
    take(desk, inbox)
    clear_stays(desk, CLERK)

    assert (inbox / "mine.json" / "precious").read_text() == "ours"


def test_a_folder_among_what_was_set_aside_stays(desk: Desk, inbox: Path):
    """Files go after their time; a folder is nothing that we made there."""
    dropped(inbox, requester={"names": []}, recordings=[])
    take(desk, inbox)
    (aside,) = (inbox / "failed").glob("x*[0-9a-f]")
    (aside / "deep").mkdir()
    (aside / "deep" / "precious").write_text("ours")
    old(inbox / "failed", 10_000)
    take(desk, inbox)

    assert [path.name for path in aside.rglob("*")] == ["deep", "precious"]


@pytest.mark.parametrize("which", ["鈴木花子.json", "鈴木.wav"])
@pytest.mark.parametrize("kind", ["link", "hard link"])
def test_a_file_of_ours_under_another_name_is_not_read(
    desk: Desk, inbox: Path, tmp_path: Path, which: str, kind: str
):
    """Somebody who may not read our recording would get it by a request."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    ours = (inbox / which).rename(tmp_path / "ours")
    (inbox / which).symlink_to(ours) if kind == "link" else (inbox / which).hardlink_to(ours)
    before = ours.read_bytes()
    for path in inbox.glob("*.json"):
        if not path.is_symlink():
            os.utime(path, (0, 0))
    taken = take(desk, inbox)

    assert (len(taken.requests), taken.failed) == (0, 1)
    assert ours.read_bytes() == before
    assert catalogue.search(desk, RecordingQuery()) == ()


@pytest.mark.parametrize("name", ["taking", "done", "failed", "the drop folder"])
def test_a_folder_that_is_swapped_while_a_request_is_taken(
    desk: Desk, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    """What is under its name by then sees nothing of it; the request is whole, its clear files are gone."""
    dropped(inbox)
    voice_file(inbox / "鈴木.wav", 1.0)
    elsewhere, away = tmp_path / "elsewhere", tmp_path / "away"
    elsewhere.mkdir()
    swapped = inbox if name == "the drop folder" else inbox / name
    real = drop_folder.receive

    def meanwhile(*args: object) -> object:
        swapped.rename(away)
        swapped.symlink_to(elsewhere)
        return real(*args)

    monkeypatch.setattr(drop_folder, "receive", meanwhile)
    taken = take_folder(desk, CLERK, inbox, settled=0.0)

    assert len(taken.requests) == 1
    assert list(elsewhere.iterdir()) == []
    assert [path for path in (*away.rglob("*"), *tmp_path.glob("inbox/*")) if "鈴木" in path.name] == []


def test_a_long_request_is_not_read_to_its_end(desk: Desk, inbox: Path):
    """Nor is a sparse file of a terabyte."""
    path = dropped(inbox, recordings=[])
    with path.open("r+b") as file:
        file.truncate(1 << 40)
    assert take(desk, inbox).failed == 1
    assert "大きすぎます" in reasons(inbox)[0]["reason"]
    assert json.loads(next((inbox / "failed").glob("*.error.json")).read_text())["code"] == "intake"
    assert [name for name in left(inbox) if not name.startswith("failed/")] == []
