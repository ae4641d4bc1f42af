"""New files are written all or none, for their owner, over nobody's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.new_files import write_new
from flows.outputs import OutputFolderError


def test_contents_and_copies_are_written_for_their_owner(tmp_path: Path):
    """Whatever the umask is."""
    large = tmp_path / "large"
    large.write_bytes(os.urandom(3_000_000))
    out = tmp_path / "out"
    out.mkdir()
    old = os.umask(0)
    try:
        write_new(out, {"a": b"words", "b": large})
    finally:
        os.umask(old)

    assert (out / "a").read_bytes() == b"words"
    assert (out / "b").read_bytes() == large.read_bytes()
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}


@pytest.mark.parametrize("there", ["file", "folder", "link to nowhere"])
def test_what_is_there_stays_and_nothing_is_added(tmp_path: Path, there: str):
    """The second is taken: the first goes again, and the message has no name."""
    taken = tmp_path / "鈴木花子"
    {"file": lambda: taken.write_bytes(b"theirs"), "folder": taken.mkdir,
     "link to nowhere": lambda: taken.symlink_to(tmp_path / "nowhere")}[there]()  # fmt: skip
    with pytest.raises(OutputFolderError) as raised:
        write_new(tmp_path, {"first": b"1", taken.name: b"2"})

    assert [path.name for path in tmp_path.iterdir()] == ["鈴木花子"]
    assert str(raised.value) == "出力先のフォルダ: すでにあります"
    assert there != "file" or taken.read_bytes() == b"theirs"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path):
    """The file that is copied went away."""
    with pytest.raises(OutputFolderError, match="FileNotFoundError"):
        write_new(tmp_path, {"first": b"1", "second": tmp_path / "gone"})

    assert list(tmp_path.iterdir()) == []
