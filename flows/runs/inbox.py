"""The inbox: a folder for single recordings that no catalogue lists.

A file that is taken from it is sealed into the store and removed here; the inbox is no place to keep
files.  A file's name may contain a person's name or number, so Prefect and its form know a file by an id
that is computed from its name and the key.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from flows.desk.cases.calls import SUFFIXES, attach_call, check_attach, list_calls
from flows.desk.cases.catalogue import RecordingQuery, get_recording, search
from flows.desk.cases.handed_over import Original, hand_over, hash_of, put_into_store
from flows.desk.cases.requests import get
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DuplicateError, NotFoundError, RecordingUnreadableError
from flows.desk.kinds.values import Actor, NewRecording
from flows.folders.open_folder import OpenFolder, open_folder

ID_DIGITS = 16
"""Hexadecimal digits of an id: enough that two files of one inbox never get the same."""


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A recording in the inbox.

    Attributes:
        file_id: Its id in Prefect and on the command line.
        path: Its path.
    """

    file_id: str
    path: Path = field(repr=False)


def inbox_folder(desk: Desk) -> Path:
    """Return the path of the inbox, which need not exist."""
    return desk.settings.home.absolute() / "inbox"


def list_inbox(desk: Desk) -> tuple[InboxFile, ...]:
    """List the recordings in the inbox, ordered by name."""
    return tuple(InboxFile(_marks(desk, path)[0], path) for path in _recordings(desk))


def _recordings(desk: Desk) -> Iterator[Path]:
    with _opened(desk) as folder:
        if folder is not None:
            named = [name for name in folder.names() if Path(name).suffix.lower() in SUFFIXES]
            yield from (inbox_folder(desk) / name for name in named if folder.has_file(name))


@contextlib.contextmanager
def _opened(desk: Desk) -> Iterator[OpenFolder | None]:
    """Open the inbox, into which other people may put files; ``None`` where there is none."""
    try:
        opened = open_folder(inbox_folder(desk))
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    except OSError as error:
        raise _unreadable(error) from None
    with opened:
        yield opened


def _marks(desk: Desk, path: Path) -> tuple[str, ...]:
    """Return a file's id, and the ids that it had under earlier keys."""
    return tuple(f"i{mark[:ID_DIGITS]}" for mark in desk.keyring.blind("inbox", path.name))


def take_from_inbox(desk: Desk, actor: Actor, file_id: str, request: str) -> str:
    """Put a file of the inbox into the catalogue and attach it to a request.

    Repeating it changes nothing.

    Args:
        desk: The desk.
        actor: The person or flow that does it.
        file_id: The file's id.
        request: Id or public number.

    Returns:
        The call's id.

    Raises:
        NotFoundError: when there is no such file or request.
        ImpossibleStepError: when the request accepts no calls now.
        RecordingUnreadableError: when the file cannot be read.
    """
    path = next((path for path in _recordings(desk) if file_id in _marks(desk, path)), None)
    if path is None:
        return _taken_before(desk, file_id, request)
    check_attach(desk, request)
    with _opened(desk) as folder:
        if folder is None:
            return _taken_before(desk, file_id, request)
        with _read(folder, path.name) as clear:
            return _taken(desk, actor, _InboxFile(folder, path, clear, file_id), request)


@dataclass(frozen=True, slots=True)
class _InboxFile:
    """An open file of the inbox: its folder, its path, its clear bytes, and its id."""

    folder: OpenFolder
    path: Path
    clear: BufferedReader
    file_id: str


def _taken(desk: Desk, actor: Actor, file: _InboxFile, request: str) -> str:
    """Import an open file.

    Sealed, measured and compared is always the same file, whatever has its name by then.
    """
    folder, path, clear = file.folder, file.path, file.clear
    recording = _as_recording(path, clear, f"{file.file_id}-{get(desk, request).request_id}")
    found = search(desk, RecordingQuery(source_id=recording.source_id))
    if found:
        recording_id = found[0].recording_id
    else:
        original = Original(put_into_store(desk, clear), recording)
        (recording_id,) = hand_over(desk, actor, request, [original])
    try:
        call = attach_call(desk, actor, request, recording_id)
    except DuplicateError:
        calls = list_calls(desk, request=request)
        call = next(call for call in calls if call.recording_id == recording_id)
    # Only a file whose exact bytes are in the store is removed.
    clear.seek(0)
    same = hash_of(clear) == call.sha256 and folder.has(path.name, clear)
    # An earlier version kept the recording in the inbox instead of the store.
    digest = recording.source_id.rpartition("-")[2]
    if same and not search(desk, RecordingQuery(source_id=f"inbox-{digest}")):
        folder.remove(path.name)
    return call.call_id


def _taken_before(desk: Desk, file_id: str, request: str) -> str:
    """Return the call of a file that was taken before and is no longer in the inbox."""
    for call in list_calls(desk, request=request):
        if get_recording(desk, call.recording_id).content.source_id.startswith(f"inbox-{file_id}-"):
            return call.call_id
    msg = f"受信箱にそのファイルはありません({file_id})"
    raise NotFoundError(msg)


def _read(folder: OpenFolder, name: str) -> BufferedReader:
    try:
        return folder.read(name, only_name=True)
    except OSError as error:
        raise _unreadable(error) from None


def _unreadable(error: OSError) -> RecordingUnreadableError:
    return RecordingUnreadableError(f"受信箱のファイルを読めません({type(error).__name__})")


def _as_recording(path: Path, clear: BufferedReader, source: str) -> NewRecording:
    """Return the catalogue entry of a file, which is always the same for the same file."""
    digest = hashlib.file_digest(clear, "sha256").hexdigest()
    clear.seek(0)
    written = os.fstat(clear.fileno()).st_mtime
    at = datetime.fromtimestamp(int(written), UTC)
    return NewRecording(source_id=f"inbox-{source}-{digest}", started_at=at, uri=str(path))
