from __future__ import annotations

import os
from pathlib import Path

import fsspec
import pytest

from flows.desk.storage.local_files import LocalFiles, local_path


@pytest.mark.parametrize(
    "url",
    ["store", "./store", "/srv/store", "~/store", "file:///srv/store", "local:///srv/store", "/a b/開示"],
)
def test_a_local_place_is_what_fsspec_takes_it_for(url: str):
    """The same folder, so that a store that was made before is found."""
    assert local_path(url) == fsspec.core.url_to_fs(url)[1]


@pytest.mark.parametrize("url", ["s3://bucket/desk", "memory://x", "simplecache::s3://bucket/desk"])
def test_another_place_is_fsspecs(url: str):
    """It is no path on this machine."""
    assert local_path(url) is None


def test_it_answers_as_fsspec_does(tmp_path: Path):
    """What is there, where, and which bytes."""
    ours, theirs = LocalFiles(), fsspec.filesystem("file")
    (tmp_path / "ab").mkdir()
    for name, clear in (("ab/abc", b"0123456789"), ("ab/.part-1", b""), ("marker", b"m")):
        (tmp_path / name).write_bytes(clear)
    file, gone = f"{tmp_path}/ab/abc", f"{tmp_path}/ab/none"

    for files in (ours, theirs):
        assert files.cat_file(file) == b"0123456789"
        assert files.cat_file(file, start=2, end=5) == b"234"
        assert (files.exists(file), files.exists(gone)) == (True, False)
        for ask in (files.cat_file, files.rm_file):
            with pytest.raises(FileNotFoundError):
                ask(gone)
    assert ours.find(str(tmp_path)) == theirs.find(str(tmp_path))
    found = ours.find(str(tmp_path), detail=True)
    assert {path: info["mtime"] for path, info in found.items()} == {
        path: info["mtime"] for path, info in theirs.find(str(tmp_path), detail=True).items()
    }
    with ours.open(file, "rb") as read:
        assert (read.seek(0, os.SEEK_END), read.seek(0), read.read(3)) == (10, 0, b"012")
    ours.rm_file(file)
    assert not Path(file).exists()


def test_what_may_not_be_looked_at_is_no_absent_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A desk is made where there is none: a store that cannot be read must not look like none."""

    def refused(*_: object, **__: object) -> os.stat_result:
        raise PermissionError

    monkeypatch.setattr(os, "stat", refused)
    with pytest.raises(PermissionError):
        LocalFiles().exists(str(tmp_path / "marker"))
