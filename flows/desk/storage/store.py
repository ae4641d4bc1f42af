"""Files at rest: a folder by default, a bucket by its URL; sealed on either (``chunks``).

A file has a random name and is there as a whole or not at all.  It belongs to the desk once a
row names it; what no row names is swept after a while.
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

import fsspec

from flows.desk.kinds.errors import (
    DeskError,
    FileMissingError,
    StorageFullError,
    StorageGoneError,
)
from flows.desk.sealing.chunks import CHUNK_BYTES, HEADER_BYTES, SealedReader, key_id_of, seal_stream
from flows.desk.sealing.keys import Keyring
from flows.files.folders import held_folder, let_go, sweep
from flows.settings import Settings

__all__ = ["Store", "StoredFile", "open_store"]

TEMPORARY_PREFIX = ".part-"
CLEAR_PREFIX = "clear-"
"""What the names of folders with clear copies begin with."""

CLIENTS = {"aiobotocore", "aiohttp", "botocore", "google", "azure", "requests"}
"""Libraries beneath fsspec's file systems whose errors are no ``OSError``."""

FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in the store.

    Attributes:
        key: The store's name for it: random.
        sha256: Of the clear text.
        bytes: Of the clear text.
    """

    key: str
    sha256: str
    bytes: int


class Store:
    """The sealed files of a desk.

    Args:
        fs: File system of fsspec.
        root: Folder or bucket and prefix in it.
        keyring: Of this desk.
        work: Folder for clear copies.
    """

    def __init__(self, fs: Any, root: str, keyring: Keyring, work: Path) -> None:
        self._fs = fs
        self._root = root.rstrip("/")
        self._keyring = keyring
        self._work = work

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine."""
        return "file" in (self._fs.protocol if isinstance(self._fs.protocol, tuple) else (self._fs.protocol,))

    def put(self, source: Path | BinaryIO | bytes, key: str | None = None) -> StoredFile:
        """Seal a file into the store: all of it, or nothing.

        Args:
            source: The clear text.
            key: Name in the store; by default a new random one.

        Raises:
            StorageFullError: no room.
            StorageGoneError: the store cannot be written.
        """
        name = key or secrets.token_hex(16)
        with _opened(source) as clear, _translated(name), self._fresh(name) as target:
            digest, size = seal_stream(clear, target, self._keyring, name)
        return StoredFile(name, digest, size)

    @contextlib.contextmanager
    def _fresh(self, name: str) -> Iterator[BinaryIO]:
        """A new file that gets its name when all of it is written."""
        path = self._path(name)
        if not self.is_folder:
            file = self._fs.open(path, "wb")
            try:
                yield file
            except BaseException:
                # Closing would finish the upload: half a file under a good name.
                with contextlib.suppress(Exception):
                    file.discard()
                file.closed = True
                raise
            file.close()
            return
        final = Path(path)
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = final.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as local:
                yield local
                local.flush()
                os.fsync(local.fileno())
            part.replace(final)
            _settle(final.parent)
        finally:
            part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """A stored file's clear text as a stream that can seek.

        Raises:
            FileMissingError: the store has no such file.
            FileDamagedError: on reading, where it was changed or cut off.
            WrongKeyError: its key is not among ours.
        """
        with _translated(key):
            raw = _Guarded(self._fs.open(self._path(key), "rb"), key)
        # What the caller does with the stream must not be taken for the store's failure.
        with contextlib.closing(raw):
            size = raw.seek(0, io.SEEK_END)
            raw.seek(0)
            yield io.BufferedReader(SealedReader(raw, size, self._keyring, key), CHUNK_BYTES)

    def read(self, key: str) -> bytes:
        """A small stored file's clear text."""
        with self.open(key) as clear:
            return clear.read()

    @contextlib.contextmanager
    def open_clear(self, key: str, name: str = "file") -> Iterator[Path]:
        """A clear copy of a stored file, readable by its owner only, for as long as the context lasts.

        Args:
            key: Of the file.
            name: What the copy is called; no personal data.
        """
        with self.private_folder() as folder:
            path = folder / name
            with self.open(key) as clear, _translated(key), path.open("wb") as copy:
                shutil.copyfileobj(clear, copy, CHUNK_BYTES)
            yield path

    @contextlib.contextmanager
    def private_folder(self) -> Iterator[Path]:
        """A folder for clear copies that is gone afterwards, whatever happens."""
        try:
            self._work.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._work.stat().st_uid != os.getuid():
                # In a shared place for temporary files anyone could have laid it there first.
                msg = "作業フォルダが別の利用者のものです(KAIJI_WORK で別の場所を指定してください)"
                raise StorageGoneError(msg)
            sweep(self._work, CLEAR_PREFIX)
        except OSError as error:
            msg = f"作業フォルダを作れません({type(error).__name__})"
            raise StorageGoneError(msg) from None
        with held_folder(self._work, CLEAR_PREFIX) as folder:
            yield folder

    def let_go(self) -> None:
        """Remove the clear copies of this process now: it ends, and nobody waits for what is under way."""
        let_go(self._work)

    def key_id(self, key: str) -> str:
        """The id of the key that a file was sealed with."""
        with _translated(key), self._fs.open(self._path(key), "rb") as raw:
            return key_id_of(raw.read(HEADER_BYTES))

    def exists(self, key: str) -> bool:
        """Whether the store holds a file."""
        with _translated(key):
            return bool(self._fs.exists(self._path(key)))

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error, so that a deletion can be repeated."""
        with _translated(key), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._path(key))

    def listing(self) -> Iterator[tuple[str, float]]:
        """All files of the store, unfinished ones of a folder too, and their age in seconds."""
        with _translated("*"):
            if self.is_folder and not Path(self._root).is_dir():
                return
            found = self._fs.find(self._root, detail=True)
        for path, info in found.items():
            yield path.rsplit("/", 1)[-1], _age(info)

    def drop(self, name: str) -> None:
        """Remove whatever goes by a name that ``listing`` gave, unfinished files too."""
        with _translated(name):
            for path in self._fs.find(self._root):
                if path.rsplit("/", 1)[-1] == name:
                    self._fs.rm_file(path)

    def _path(self, key: str) -> str:
        return f"{self._root}/{key[:2]}/{key}"


def open_store(settings: Settings, keyring: Keyring) -> Store:
    """Open the store of the settings; nothing is written yet.

    Raises:
        StorageGoneError: when the URL or its options cannot be used.
    """
    try:
        raw = settings.store_options.get_secret_value() if settings.store_options else "{}"
        options = json.loads(raw)
        fs, root = fsspec.core.url_to_fs(settings.store_url, use_listings_cache=False, **options)
    except (ValueError, TypeError, ImportError, OSError) as error:
        msg = f"KAIJI_STORE か KAIJI_STORE_OPTIONS を使えません({type(error).__name__})"
        raise StorageGoneError(msg) from None
    return Store(fs, root, keyring, settings.work)


class _Guarded:
    """A file of the store whose errors are ours."""

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
    """Errors of the store's file system as ours."""
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
        # A backend raises what its client library does, and the message may hold the URL and more.
        if not _of_a_client(error):
            raise
        failure = StorageGoneError(f"保管場所を使えません({type(error).__name__})")
    else:
        return
    raise failure from None


def _of_a_client(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in CLIENTS


def _age(info: dict[str, Any]) -> float:
    """Seconds since a file was last written, by the store's own clock where it tells it."""
    at = info.get("mtime", info.get("LastModified", info.get("created")))
    now = datetime.now(UTC)
    if isinstance(at, datetime):
        return (now - at).total_seconds()
    return now.timestamp() - float(at) if at is not None else 0.0


def _settle(folder: Path) -> None:
    """Make a new name in a folder outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
