"""Read recordings from the company's places, which are never written."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from flows.desk.kinds.errors import DeskError, RecordingUnreadableError, StorageFullError
from flows.desk.storage.local_files import local_path, split_protocol
from flows.settings import Settings
from pipeline.file_bytes import open_file

PROTOCOLS = {"file", "s3", "s3a", "gs", "gcs", "abfs", "az", "sftp", "memory"}
"""Allowed fsspec protocols, so that an imported list cannot make the desk fetch from arbitrary servers."""

READ_BYTES = 1 << 20


@contextlib.contextmanager
def open_source(settings: Settings, uri: str) -> Iterator[BinaryIO]:
    """Open a recording.

    Args:
        settings: Settings with the allowed place of recordings.
        uri: Path or URL.

    Raises:
        RecordingUnreadableError: when it is missing, unreadable, or outside the allowed place.
    """
    _check_place(settings, uri)
    options = (
        json.loads(settings.recordings_options.get_secret_value()) if settings.recordings_options else {}
    )
    try:
        path = local_path(uri)
        # On this machine only ordinary files are opened, no pipes or devices.
        file = open_file(Path(path)) if path is not None else _elsewhere(uri, options)
    except Exception as error:  # noqa: BLE001
        # A client library's message would contain the URI, which may contain a name or a number.
        kind = type(error).__name__
    else:
        with file:
            yield file
        return
    msg = f"録音ファイルを読めません({kind})"
    raise RecordingUnreadableError(msg)


def _elsewhere(uri: str, options: dict[str, Any]) -> BinaryIO:
    import fsspec
    from fsspec.implementations.local import LocalFileSystem

    fs, place = fsspec.url_to_fs(uri, **options)
    # fsspec can find its way back to this machine, such as from a chain of URLs.
    file: BinaryIO = open_file(Path(place)) if isinstance(fs, LocalFileSystem) else fs.open(place, "rb")
    return file


def _check_place(settings: Settings, uri: str) -> None:
    protocol, path = split_protocol(uri)
    root = settings.recordings
    inside = protocol is None or protocol in PROTOCOLS
    if root is not None and inside:
        root_protocol, root_path = split_protocol(root)
        inside = (protocol or "file") == (root_protocol or "file") and _within(path, root_path, protocol)
    if not inside:
        msg = "録音ファイルの場所が許されていません(KAIJI_RECORDINGS)"
        raise RecordingUnreadableError(msg)


def _within(path: str, root: str, protocol: str | None) -> bool:
    if protocol in {None, "file"}:
        try:
            return Path(path).resolve().is_relative_to(Path(root).resolve())
        except (OSError, RuntimeError):
            # Raised for a cycle of links.
            return False
    return ".." not in path.split("/") and path.startswith(root.rstrip("/") + "/")


def copy_source(settings: Settings, uri: str, target: Path) -> tuple[str, int]:
    """Copy a recording, and return SHA-256 and length of the written bytes."""
    with open_source(settings, uri) as file:
        return copy_stream(file, target)


def copy_stream(file: BinaryIO, target: Path) -> tuple[str, int]:
    """Copy an opened recording, and return SHA-256 and length of the written bytes."""
    # Unbuffered, so that a full disk is reported at the write and not again when the file is closed.
    with _room(), target.open("wb", buffering=0) as copy:
        return drain(file, copy)


def drain(file: BinaryIO, copy: io.RawIOBase | None = None) -> tuple[str, int]:
    """Return SHA-256 and length of a stream's content, writing it to ``copy`` on the way."""
    digest, size = hashlib.sha256(), 0
    while block := _read(file):
        digest.update(block)
        size += len(block)
        if copy is not None:
            copy.write(block)
    return digest.hexdigest(), size


def _read(file: BinaryIO) -> bytes:
    try:
        return file.read(READ_BYTES)
    except DeskError:
        # An error of our own store keeps its type.
        raise
    except Exception as error:  # noqa: BLE001
        kind = type(error).__name__
    msg = f"録音ファイルを読めません({kind})"
    raise RecordingUnreadableError(msg)


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """Report a failed write as a fault of the disk, not of the recording."""
    try:
        yield
    except OSError as error:
        kind = type(error).__name__
    else:
        return
    msg = f"作業フォルダに録音の写しを置けません({kind})"
    raise StorageFullError(msg)
