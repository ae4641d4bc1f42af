from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from pathlib import Path

import pytest

from flows.desk.kinds.errors import (
    FileDamagedError,
    FileMissingError,
    StorageFullError,
    StorageGoneError,
    WrongKeyError,
)
from flows.desk.sealing.chunks import CHUNK_BYTES, HEADER_BYTES, TAG
from flows.desk.sealing.keys import Keyring, new_key
from flows.desk.storage.store import Store, open_store
from tests.desk_builders import desk_settings


@pytest.fixture
def ring() -> Keyring:
    """One key."""
    return Keyring((new_key(),))


@pytest.fixture
def store(tmp_path: Path, ring: Keyring) -> Store:
    """A store in a folder."""
    return open_store(desk_settings(tmp_path), ring)


def sealed_file(store: Store, key: str) -> Path:
    """Where a stored file lies on the disk."""
    return Path(store._path(key))


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 7]
)
def test_a_file_of_any_size_comes_back(store, size):
    """Also where it ends with a chunk; with its length and the hash of its clear text."""
    clear = os.urandom(size)

    stored = store.put(clear)

    assert store.read(stored.key) == clear
    assert stored.bytes == size
    chunks = max(1, -(-size // CHUNK_BYTES))
    assert sealed_file(store, stored.key).stat().st_size == HEADER_BYTES + size + chunks * TAG


def test_a_source_that_gives_little_at_a_time_is_read_to_its_end(store):
    """A pipe or a socket gives less than it is asked for."""

    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 100_003))

    clear = os.urandom(CHUNK_BYTES + 5)

    assert store.read(store.put(Trickle(clear)).key) == clear


def test_a_stream_can_seek(store):
    """A player jumps into the middle, over the border of a chunk and to the end."""
    clear = os.urandom(2 * CHUNK_BYTES + 100)
    stored = store.put(clear)

    with store.open(stored.key) as stream:
        for at in (CHUNK_BYTES - 10, 2 * CHUNK_BYTES + 90, 5, 0):
            stream.seek(at)
            assert stream.read(30) == clear[at : at + 30]
        assert stream.seek(-20, io.SEEK_END) == len(clear) - 20
        assert stream.read() == clear[-20:]


def test_nothing_lies_there_in_clear(store):
    """Neither in the file nor in its name; and it is closed to others."""
    source = io.BytesIO("鈴木花子".encode() * 1000)
    stored = store.put(source)
    path = sealed_file(store, stored.key)

    assert "鈴木".encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert store.put(b"x").key != store.put(b"x").key


@pytest.mark.parametrize(
    "cut",
    [
        0,
        10,
        HEADER_BYTES,
        HEADER_BYTES + 5,
        HEADER_BYTES + CHUNK_BYTES + TAG,
        HEADER_BYTES + 2 * (CHUNK_BYTES + TAG),
        -1,
    ],
)
def test_a_file_that_is_cut_off_is_found_out_at_once(store, cut):
    """At any place, the borders of chunks too, and before a byte of it is handed out."""
    stored = store.put(os.urandom(2 * CHUNK_BYTES + 100))
    path = sealed_file(store, stored.key)
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(FileDamagedError), store.open(stored.key):
        pytest.fail("a file that is cut off was opened")


@pytest.mark.parametrize(
    "at", [8, 20, 30, HEADER_BYTES, HEADER_BYTES + CHUNK_BYTES, HEADER_BYTES + CHUNK_BYTES + TAG + 3, -1]
)
def test_a_changed_byte_is_found_out(store, at):
    """In the head, in a chunk, in a tag."""
    stored = store.put(os.urandom(CHUNK_BYTES + 100))
    path = sealed_file(store, stored.key)
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)

    with pytest.raises(FileDamagedError):
        store.read(stored.key)


def test_chunks_in_another_order_are_found_out(store):
    """Two whole chunks, exchanged."""
    stored = store.put(os.urandom(2 * CHUNK_BYTES + 1))
    path, full = sealed_file(store, stored.key), CHUNK_BYTES + TAG
    raw = path.read_bytes()
    path.write_bytes(
        raw[:HEADER_BYTES]
        + raw[HEADER_BYTES + full : HEADER_BYTES + 2 * full]
        + raw[HEADER_BYTES : HEADER_BYTES + full]
        + raw[HEADER_BYTES + 2 * full :]
    )

    with pytest.raises(FileDamagedError):
        store.read(stored.key)


def test_a_file_under_anothers_name_is_found_out(store):
    """Though it is a whole file of this desk."""
    one, other = store.put(b"one"), store.put(b"other")
    sealed_file(store, one.key).write_bytes(sealed_file(store, other.key).read_bytes())

    with pytest.raises(FileDamagedError):
        store.read(one.key)


def test_another_desks_key_does_not_open_it(store, tmp_path):
    """The message names the key that is needed."""
    stored = store.put(b"clear")
    stranger = open_store(desk_settings(tmp_path), Keyring((new_key(),)))

    with pytest.raises(WrongKeyError, match=store.key_id(stored.key)):
        stranger.read(stored.key)


def test_a_missing_file_is_named_by_its_key(store):
    """Reading it is an error, deleting it again is none."""
    stored = store.put(b"clear")
    store.delete(stored.key)
    store.delete(stored.key)

    assert not store.exists(stored.key)
    with pytest.raises(FileMissingError, match=stored.key):
        store.read(stored.key)


def test_a_full_disk_leaves_nothing_of_the_file(store, monkeypatch):
    """The error is clear, and neither a name nor an unfinished file is left."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/secret/path")

    monkeypatch.setattr("flows.desk.storage.store.os.fsync", full)

    with pytest.raises(StorageFullError) as raised:
        store.put(b"clear")

    assert "/secret" not in str(raised.value)
    assert list(store.listing()) == []


def test_a_store_that_cannot_be_written_is_told(tmp_path, ring):
    """A file stands where the folder should be."""
    settings = desk_settings(tmp_path, store=str(tmp_path / "taken"))
    (tmp_path / "taken").write_text("")

    with pytest.raises(StorageGoneError):
        open_store(settings, ring).put(b"clear")


@pytest.mark.parametrize(("url", "options"), [("nosuch://x", "{}"), ("folder", "no json"), ("folder", "[1]")])
def test_a_store_that_cannot_be_opened_is_told(tmp_path, ring, url, options):
    """Unknown kind of URL, options that are no JSON."""
    from pydantic import SecretStr

    with pytest.raises(StorageGoneError):
        open_store(desk_settings(tmp_path, store=url, store_options=SecretStr(options)), ring)


def test_a_source_that_fails_half_way_leaves_nothing(store):
    """The source's own error comes through, the file does not."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.put(Broken(b"x" * 10))

    assert list(store.listing()) == []


def test_a_clear_copy_is_gone_afterwards(store, tmp_path):
    """Also when its user fails; while it is there nobody else can read it."""
    stored = store.put(b"clear")

    with contextlib.suppress(ZeroDivisionError), store.open_clear(stored.key, "c1.wav") as path:
        assert path.read_bytes() == b"clear"
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        raise ZeroDivisionError

    assert not path.exists()
    assert not list((tmp_path / "work").rglob("c1*"))


def test_a_failure_of_the_reader_is_not_the_stores(store):
    """An error of what is done with the stream comes through as it is."""
    stored = store.put(b"clear")

    with pytest.raises(FileNotFoundError), store.open(stored.key):
        raise FileNotFoundError


def test_unfinished_files_are_listed_and_dropped(store):
    """What a killed process left can be found and removed."""
    stored = store.put(b"clear")
    part = sealed_file(store, stored.key).with_name(".part-0123")
    part.write_bytes(b"half")

    assert {name for name, _ in store.listing()} == {stored.key, ".part-0123"}
    assert all(0 <= age < 60 for _, age in store.listing())
    store.drop(".part-0123")
    assert not part.exists()
    assert store.read(stored.key) == b"clear"
