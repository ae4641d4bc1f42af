"""A folder that others can write to: what they lay there leads nowhere, and nothing of ours is lost by it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.folders.held_folder import held_folder, sweep
from flows.folders.moving import JOURNAL, sweep_parts, undo_moving
from flows.folders.open_folder import (
    NotOurFolderError,
    OtherNamesError,
    new_file,
    open_folder,
    open_own_folder,
    put_file,
)
from flows.folders.secret_file import OpenSecretError, read_secret_file

SOMEBODY = 54321
"""Another user's number; only root can give a file to them."""

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to another user")


def precious(place: Path) -> Path:
    """A file of ours, elsewhere."""
    path = place / "precious"
    path.write_text("ours")
    return path


def _socket(path: Path, _: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))


LAID: dict[str, Callable[[Path, Path], object]] = {
    "link to a file": lambda path, ours: path.symlink_to(ours),
    "link to a folder": lambda path, ours: path.symlink_to(ours.parent),
    "dangling link": lambda path, ours: path.symlink_to(ours.parent / "nothing"),
    "loop": lambda path, _: path.symlink_to(path),
    "pipe": lambda path, _: os.mkfifo(path),
    "socket": _socket,
    "folder": lambda path, _: path.mkdir(),
    "device": lambda path, _: os.mknod(path, 0o20600, os.makedev(1, 3)),
}
"""What can be laid under a name, by the path and a file of ours."""

laid = pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=as_root if kind == "device" else ()) for kind in LAID]
)


@laid
@pytest.mark.parametrize("how", ["read", "create", "put", "add", "own", "put_file", "new_file"])
def test_what_is_laid_under_a_name_is_neither_read_nor_written(tmp_path: Path, kind: str, how: str):
    """Whichever step meets whichever thing: an error at once, nothing behind it changes, it stays itself."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "out").mkdir()
    ours = precious(tmp_path / "ours")
    path = tmp_path / "out" / "name"
    LAID[kind](path, ours)
    before = path.lstat().st_ino
    with open_folder(tmp_path / "out") as folder:
        steps: dict[str, Callable[[], object]] = {
            "read": lambda: folder.read("name"),
            "create": lambda: folder.create("name"),
            "put": lambda: folder.put("name", b"new"),
            "add": lambda: folder.add("name", b"new"),
            "own": lambda: folder.own("name", make=True).__exit__(),
            "put_file": lambda: put_file(path, b"new"),
            "new_file": lambda: new_file(path),
        }
        if (kind, how) != ("folder", "own"):
            with pytest.raises(OSError):  # noqa: PT011 (which one is the system's affair)
                steps[how]()

    assert ours.read_text() == "ours"
    assert path.lstat().st_ino == before
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["name"]


@pytest.mark.parametrize("name", ["", ".", "..", "../precious", "/etc/passwd", "a/b", "a\0b"])
@pytest.mark.parametrize("how", ["read", "create", "remove", "own", "found", "move"])
def test_a_name_is_one_step(tmp_path: Path, name: str, how: str):
    """Neither up nor down nor from the root."""
    (tmp_path / "out").mkdir()
    ours = precious(tmp_path)
    with open_folder(tmp_path / "out") as folder:
        step = getattr(folder, how)
        with pytest.raises(OSError):  # noqa: PT011
            step(name, folder, "x") if how == "move" else step(name)
    assert ours.read_text() == "ours"


def test_a_hard_link_is_told_and_putting_leaves_the_other_name_alone(tmp_path: Path):
    """It may be another name of a file of ours."""
    ours = precious(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "name").hardlink_to(ours)
    with open_folder(tmp_path / "out") as folder:
        with pytest.raises(OtherNamesError):
            folder.read("name", only_name=True)
        folder.put("name", b"new")
        assert folder.read("name", only_name=True).read() == b"new"
    assert ours.read_text() == "ours"


@pytest.mark.parametrize("swapped", ["for a link", "for a folder"])
def test_a_folder_that_is_swapped_after_it_was_opened(tmp_path: Path, swapped: str):
    """All goes on in the folder that was opened; what lies at its path by now sees nothing."""
    (tmp_path / "out").mkdir()
    (tmp_path / "ours").mkdir()
    ours = precious(tmp_path / "ours")
    with open_folder(tmp_path / "out") as folder:
        (tmp_path / "out").rename(tmp_path / "away")
        if swapped == "for a link":
            (tmp_path / "out").symlink_to(tmp_path / "ours")
        else:
            (tmp_path / "ours").rename(tmp_path / "out")
            ours = tmp_path / "out" / "precious"
        folder.put("precious", b"new")
        folder.remove("precious")
        folder.put("other", b"new")

    assert ours.read_text() == "ours"
    assert [path.name for path in (tmp_path / "away").iterdir()] == ["other"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious"]


@as_root
@pytest.mark.parametrize("where", ["the folder", "above it"])
@pytest.mark.parametrize("whose", ["ours", "somebody's"])
def test_a_link_on_the_way(tmp_path: Path, where: str, whose: str):
    """Our own is followed, as when a disk was moved; another user's leads nowhere."""
    (tmp_path / "real" / "out").mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real" if where == "above it" else tmp_path / "real" / "out")
    path = link / "out" if where == "above it" else link
    if whose == "ours":
        with open_folder(path) as folder:
            folder.add("x", b"")
        assert (tmp_path / "real" / "out" / "x").exists()
        return
    os.chown(link, SOMEBODY, SOMEBODY, follow_symlinks=False)
    with pytest.raises(NotOurFolderError):
        open_folder(path)


def _of_somebody(path: Path) -> None:
    os.chown(path, SOMEBODY, SOMEBODY)


OPEN_WAYS: dict[str, Callable[[Path], object]] = {
    "everybody may write": lambda path: path.chmod(0o777),
    "everybody may write, sticky": lambda path: path.chmod(0o1777),
    "a group may write": lambda path: path.chmod(0o770),
    "somebody's": _of_somebody,
    "everybody may write above": lambda path: path.parent.chmod(0o777),
    "somebody's above": lambda path: _of_somebody(path.parent),
}


@as_root
@pytest.mark.parametrize("way", OPEN_WAYS)
def test_a_folder_of_ours_that_others_can_write_to_or_exchange(tmp_path: Path, way: str):
    """No clear text is laid there, and nothing in it is taken for ours and removed."""
    work = tmp_path / "shared" / "work"
    work.mkdir(parents=True, mode=0o700)
    mine = work / "run-1"
    mine.mkdir()
    os.utime(mine, (0, 0))
    OPEN_WAYS[way](work)
    with pytest.raises(NotOurFolderError):
        open_own_folder(work)
    with pytest.raises(NotOurFolderError), held_folder(work, "run-"):
        pass
    with pytest.raises(NotOurFolderError):
        sweep(work, "run-")

    assert [path.name for path in work.iterdir()] == ["run-1"]


def test_a_shared_place_above_with_the_sticky_bit_will_do(tmp_path: Path):
    """As ``/tmp`` has it: there nobody can move what is ours."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    with held_folder(tmp_path / "shared" / "work", "x-") as folder:
        assert folder.is_dir()


@pytest.mark.parametrize("how", ["link", "open to others"])
def test_a_sweep_does_not_empty_what_only_has_the_name(tmp_path: Path, how: str):
    """A link to an old folder of ours, and a folder in which others can lay links."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    ours = precious(elsewhere)
    os.utime(elsewhere, (0, 0))
    work = tmp_path / "work"
    work.mkdir(mode=0o700)
    if how == "link":
        (work / "x-1").symlink_to(elsewhere)
    else:
        elsewhere.chmod(0o777)
        elsewhere.rename(work / "x-1")
        ours = work / "x-1" / "precious"
    sweep(work, "x-")

    assert ours.read_text() == "ours"


def test_what_is_removed_whole_takes_nothing_behind_its_links(tmp_path: Path):
    """A link in a folder of ours goes, and where it leads stays."""
    ours = precious(tmp_path)
    with held_folder(tmp_path / "work", "x-") as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "link").symlink_to(tmp_path)
        (folder / "link").symlink_to(ours)
    assert ours.read_text() == "ours"
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "folder", "pipe", "young"])
def test_a_copy_of_a_killed_run_is_one_file_of_ours(tmp_path: Path, kind: str):
    """Only an old ordinary file goes by the name; whatever else has it stays."""
    (tmp_path / "out").mkdir()
    (tmp_path / "ours").mkdir()
    ours = precious(tmp_path / "ours")
    part, old = (tmp_path / "out" / f".kaiji-{digit * 32}.part" for digit in "ab")
    if kind == "young":
        part.write_text("being written")
    else:
        LAID[kind](part, ours)
    old.write_text("clear")
    os.utime(old, (0, 0))
    with open_folder(tmp_path / "out") as folder:
        sweep_parts(folder)

    assert [path.name for path in (tmp_path / "out").iterdir()] == [part.name]
    assert ours.read_text() == "ours"


@pytest.mark.parametrize("name", ["../precious", "/precious", "..", "deep/precious", "link"])
def test_a_journal_names_files_of_its_folder_only(tmp_path: Path, name: str):
    """Whoever changed it: a way up, down, from the root or through a link removes nothing."""
    import hashlib
    import json

    out = tmp_path / "out"
    (out / "deep").mkdir(parents=True)
    kept = [precious(tmp_path), precious(out / "deep")]
    (out / "link").symlink_to(kept[0])
    digest = hashlib.sha256(b"ours").hexdigest()
    found = out.stat()
    noted = {"out": str(out), "identity": [found.st_dev, found.st_ino]}
    (tmp_path / JOURNAL).write_text(json.dumps(noted | {"named": {name: digest, "last": "0"}}))
    undo_moving(tmp_path)

    assert [path.read_text() for path in kept] == ["ours", "ours"]


OPEN_SECRETS: dict[str, Callable[[Path], object]] = {
    "others read": lambda path: path.chmod(0o604),
    "a group reads": lambda path: path.chmod(0o640),
    "others write": lambda path: path.chmod(0o602),
    "a folder": lambda path: (path.unlink(), path.mkdir(0o700)),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path, 0o600)),
    "somebody's": lambda path: os.chown(path, SOMEBODY, SOMEBODY),
}


@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=as_root if way == "somebody's" else ()) for way in OPEN_SECRETS]
)
@pytest.mark.parametrize("by", ["its path", "a link"])
def test_a_secret_that_is_not_its_owners_alone(tmp_path: Path, way: str, by: str):
    """Refused on what was opened, whatever led there."""
    path = tmp_path / "key"
    path.write_text("secret")
    path.chmod(0o600)
    link = tmp_path / "link"
    link.symlink_to(path)
    given = path if by == "its path" else link
    assert read_secret_file(given) == b"secret"
    OPEN_SECRETS[way](path)

    with pytest.raises(OpenSecretError):
        read_secret_file(given)


@as_root
def test_a_link_of_somebody_leads_to_no_secret(tmp_path: Path):
    """They would choose among our secrets."""
    path = tmp_path / "key"
    path.write_text("secret")
    path.chmod(0o600)
    (tmp_path / "link").symlink_to(path)
    os.chown(tmp_path / "link", SOMEBODY, SOMEBODY, follow_symlinks=False)

    with pytest.raises(NotOurFolderError):
        read_secret_file(tmp_path / "link")
