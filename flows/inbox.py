"""The inbox: a folder for single recordings that no catalogue lists.

A file's name may hold a name or a number, so Prefect and its form know a file by an id that
follows from name and key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flows.desk.calls import SUFFIXES, attach_call, list_calls
from flows.desk.catalogue import RecordingQuery, add_recordings, search
from flows.desk.desk import Desk
from flows.desk.errors import DuplicateError, NotFoundError, RecordingUnreadableError
from flows.desk.values import Actor, NewRecording
from pipeline.file_bytes import open_file

__all__ = ["InboxFile", "inbox_folder", "list_inbox", "take_from_inbox"]

MARK = 16
"""Hexadecimal digits: enough that two files of one inbox never meet."""


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A recording in the inbox.

    Attributes:
        file_id: What it is called outside.
        path: Where it lies.
    """

    file_id: str
    path: Path = field(repr=False)


def inbox_folder(desk: Desk) -> Path:
    """Where the inbox is; it need not exist."""
    return desk.settings.home.absolute() / "inbox"


def list_inbox(desk: Desk) -> tuple[InboxFile, ...]:
    """The recordings in the inbox, by name."""
    return tuple(InboxFile(_marks(desk, path)[0], path) for path in _recordings(desk))


def _recordings(desk: Desk) -> Iterator[Path]:
    folder = inbox_folder(desk)
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def _marks(desk: Desk, path: Path) -> tuple[str, ...]:
    """A file's id, and those that it had under earlier keys."""
    return tuple(f"i{mark[:MARK]}" for mark in desk.keyring.blind("inbox", path.name))


def take_from_inbox(desk: Desk, actor: Actor, file_id: str, request: str) -> str:
    """Put a file of the inbox into the catalogue and attach it to a request.

    Doing it twice does nothing twice.

    Args:
        desk: The desk.
        actor: Who does it.
        file_id: Of the file.
        request: Id or public number.

    Returns:
        The call's id.

    Raises:
        NotFoundError: no such file or request.
        ImpossibleStepError: the request takes no calls.
        RecordingUnreadableError: the file cannot be read.
    """
    path = next((path for path in _recordings(desk) if file_id in _marks(desk, path)), None)
    if path is None:
        msg = f"受信箱にそのファイルはありません({file_id})"
        raise NotFoundError(msg)
    recording = _as_recording(path)
    add_recordings(desk, actor, [recording])
    (found,) = search(desk, RecordingQuery(source_id=recording.source_id))
    try:
        return attach_call(desk, actor, request, found.recording_id).call_id
    except DuplicateError:
        calls = list_calls(desk, request=request)
    return next(call.call_id for call in calls if call.recording_id == found.recording_id)


def _as_recording(path: Path) -> NewRecording:
    """An entry of the catalogue, the same whenever it is made of the same file."""
    try:
        with open_file(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        written = path.stat().st_mtime
    except OSError as error:
        msg = f"受信箱のファイルを読めません({type(error).__name__})"
        raise RecordingUnreadableError(msg) from None
    at = datetime.fromtimestamp(int(written), UTC)
    return NewRecording(source_id=f"inbox-{digest}", started_at=at, uri=str(path))
