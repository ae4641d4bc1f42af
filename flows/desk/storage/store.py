"""The store of sealed files (``chunks``): by default a folder, or a bucket by its URL.

A file has a random name and appears only as a whole.  It belongs to the desk once a row names it; files
without a row are swept after a while.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from flows.desk.kinds.errors import (
    DeskError,
    FileMissingError,
    StorageFullError,
    StorageGoneError,
)
from flows.desk.sealing.chunks import CHUNK_BYTES, HEADER_BYTES, SealedReader, key_id_of, seal_stream
from flows.desk.sealing.keys import Keyring
from flows.desk.storage.local_files import LocalFiles, files_at
from flows.folders.held_folder import let_go, remove_left, swept_folder
from flows.folders.open_folder import open_folder
from flows.settings import Settings

TEMPORARY_PREFIX = ".part-"
CLEAR_PREFIX = "clear-"
"""Prefix of folders with clear copies."""

CLIENTS = {"aiobotocore", "aiohttp", "botocore", "google", "azure", "requests"}
"""Client libraries of fsspec's file systems with errors that are no ``OSError``."""

FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store.

    Attributes:
        key: The store's random name of it.
        sha256: SHA-256 of the clear text.
        bytes: Length of the clear text in bytes.
    """

    key: str
    sha256: str
    bytes: int


class Store:
    """The store of a desk.

    Args:
        fs: ``LocalFiles``, or a file system of fsspec.
        root: Folder, or bucket and prefix.
        keyring: Keys of this desk.
        work: Folder for clear copies.
    """

    def __init__(self, fs: Any, root: str, keyring: Keyring, work: Path) -> None:
        self._fs = fs
        self._root = root.rstrip("/")
        self._keyring = keyring
        self._work = work

    @property
    def is_folder(self) -> bool:
        """Whether it is a local folder."""
        return isinstance(self._fs, LocalFiles)

    def put(self, source: Path | BinaryIO | bytes, key: str | None = None) -> StoredFile:
        """Seal a file into the store, whole or not at all.

        Args:
            source: The clear text.
            key: Name in the store; by default a new random one.

        Raises:
            StorageFullError: when there is no room.
            StorageGoneError: when the store cannot be written.
        """
        name = key or secrets.token_hex(16)
        with _opened(source) as clear, _translated(name), self._fresh(name) as target:
            digest, size = seal_stream(clear, target, self._keyring, name)
        return StoredFile(name, digest, size)

    @contextlib.contextmanager
    def _fresh(self, name: str) -> Iterator[BinaryIO]:
        """Open a new file that gets its name when it is completely written."""
        path = self._path(name)
        if not self.is_folder:
            file = self._fs.open(path, "wb")
            try:
                yield file
            except BaseException:
                # Closing would complete the upload of an incomplete file.
                with contextlib.suppress(Exception):
                    file.discard()
                file.closed = True
                raise
            file.close()
            return
        final = Path(path)
        part = f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
        with open_folder(final.parent, make=0o700) as folder:
            try:
                with folder.create(part) as local:
                    yield local
                    local.flush()
                    os.fsync(local.fileno())
                folder.move(part, folder, final.name)
                folder.settle()
            finally:
                folder.remove(part)

    @contextlib.contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Open a stored file's clear text as a seekable stream.

        Raises:
            FileMissingError: when the store has no such file.
            FileDamagedError: on reading, when it was changed or truncated.
            WrongKeyError: when its key is not among ours.
        """
        with _translated(key):
            raw = _Guarded(self._fs.open(self._path(key), "rb"), key)
        # Errors of the caller's code must not be reported as the store's.
        with contextlib.closing(raw):
            size = raw.seek(0, io.SEEK_END)
            raw.seek(0)
            yield io.BufferedReader(SealedReader(raw, size, self._keyring, key), CHUNK_BYTES)

    def read(self, key: str) -> bytes:
        """Return a small stored file's clear text.

        It is read at once: if another machine replaces the file meanwhile, the result is all of the old one
        or all of the new one, whereas a bucket breaks off a stream that was opened before.

        Raises:
            FileMissingError: when the store has no such file.
            FileDamagedError: when it was changed or truncated.
            WrongKeyError: when its key is not among ours.
        """
        with _translated(key):
            sealed: bytes = self._fs.cat_file(self._path(key))
        reader = SealedReader(io.BytesIO(sealed), len(sealed), self._keyring, key)
        return io.BufferedReader(reader, CHUNK_BYTES).read()

    @contextlib.contextmanager
    def open_clear(self, key: str, name: str = "file") -> Iterator[Path]:
        """Make a clear copy of a stored file, readable by its owner only, for as long as the context lasts.

        Args:
            key: The store's name of the file.
            name: Name of the copy; no personal data.
        """
        with self.private_folder() as folder:
            path = folder / name
            with self.open(key) as clear, _translated(key), path.open("wb") as copy:
                shutil.copyfileobj(clear, copy, CHUNK_BYTES)
            yield path

    def private_folder(self) -> contextlib.AbstractContextManager[Path]:
        """Make a folder for clear copies, which is always removed afterwards."""
        return swept_folder(self._work, CLEAR_PREFIX, StorageGoneError)

    def remove_left_over(self) -> None:
        """Remove the clear copies of processes that were killed.

        Raises:
            StorageGoneError: when others can write to the work folder or exchange it.
        """
        remove_left(self._work, CLEAR_PREFIX, StorageGoneError)

    def let_go(self) -> None:
        """Remove the clear copies of this process now, because the process ends."""
        let_go(self._work)

    def key_id(self, key: str) -> str:
        """Return the id of the key that a file was sealed with."""
        with _translated(key):
            return key_id_of(self._fs.cat_file(self._path(key), start=0, end=HEADER_BYTES))

    def exists(self, key: str) -> bool:
        """Return whether the store has a file."""
        with _translated(key):
            return bool(self._fs.exists(self._path(key)))

    def delete(self, key: str) -> None:
        """Remove a file; a missing one is no error, so that a deletion can be repeated."""
        with _translated(key), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._path(key))

    def listing(self) -> Iterator[tuple[str, float]]:
        """List all files of the store, including a folder's unfinished ones, with their age in seconds."""
        with _translated("*"):
            if self.is_folder and not Path(self._root).is_dir():
                return
            found = self._fs.find(self._root, detail=True)
        for path, info in found.items():
            yield path.rsplit("/", 1)[-1], _age(info)

    def drop(self, name: str) -> None:
        """Remove a file by a name from ``listing``, which may be an unfinished one."""
        with _translated(name):
            for path in self._fs.find(self._root):
                if path.rsplit("/", 1)[-1] == name:
                    self._fs.rm_file(path)

    def _path(self, key: str) -> str:
        return f"{self._root}/{key[:2]}/{key}"


def open_store(settings: Settings, keyring: Keyring) -> Store:
    """Open the store of the settings, without writing anything.

    Raises:
        StorageGoneError: when the URL or its options cannot be used.
    """
    try:
        raw = settings.store_options.get_secret_value() if settings.store_options else "{}"
        options = json.loads(raw)
        fs, root = files_at(settings.store_url, **options)
    except (ValueError, TypeError, ImportError, OSError) as error:
        msg = f"KAIJI_STORE か KAIJI_STORE_OPTIONS を使えません({type(error).__name__})"
        raise StorageGoneError(msg) from None
    return Store(fs, root, keyring, settings.work)


class _Guarded:
    """A file of the store that raises our errors."""

    def __init__(self, raw: BinaryIO, name: str) -> None:
        self._raw = raw
        self._name = name

    def read(self, size: int = -1, /) -> bytes:
        with _translated(self._name):
            return self._raw.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        with _translated(self._name):
            return self._raw.seek(offset, whence)

    def close(self) -> None:
        self._raw.close()


@contextlib.contextmanager
def _opened(source: Path | BinaryIO | bytes) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        yield source


@contextlib.contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn errors of the store's file system into ours."""
    try:
        yield
    except DeskError:
        raise
    except FileNotFoundError:
        failure: DeskError = FileMissingError(f"保管ファイル {name} がありません")
    except OSError as error:
        if error.errno in FULL:
            failure = StorageFullError("保管場所に空きがありません")
        else:
            failure = StorageGoneError(f"保管場所を使えません({type(error).__name__})")
    except Exception as error:
        # A backend raises its client library's errors, whose message may contain the URL and more.
        if not of_a_client(error):
            raise
        failure = StorageGoneError(f"保管場所を使えません({type(error).__name__})")
    else:
        return
    raise failure from None


def of_a_client(error: Exception) -> bool:
    """Return whether an error is a client library's of one of fsspec's file systems."""
    return type(error).__module__.partition(".")[0] in CLIENTS


def _age(info: dict[str, Any]) -> float:
    """Return the seconds since a file was last written, by the store's own clock if it provides one."""
    at = info.get("mtime", info.get("LastModified", info.get("created")))
    now = datetime.now(UTC)
    if isinstance(at, datetime):
        return (now - at).total_seconds()
    return now.timestamp() - float(at) if at is not None else 0.0
