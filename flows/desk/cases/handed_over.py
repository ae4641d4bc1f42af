"""Files that were handed over for one request: sealed into the store, and erased with the request.

The company's recordings stay where the company keeps them, and the catalogue has their place.  A file from
a drop folder or the inbox was handed over, and its place is the store.  One transaction registers the
sealed files, adds the recordings to the catalogue, and takes the request in.  Only after it the clear files
may be removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from flows.desk.cases.catalogue import add_recording
from flows.desk.cases.files import NewFile, list_files, name_files
from flows.desk.cases.requests import receive_within, row_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.errors import RecordingUnreadableError, StorageGoneError
from flows.desk.kinds.file_values import FileOwner
from flows.desk.kinds.values import Actor, FileKind, NewRecording, NewRequest, Request
from flows.desk.storage.store import StoredFile
from flows.desk.storage.tables import FileRow, new_id
from flows.files.keyed_digest import KeyedDigest

SCHEME = "kaiji:"
"""URL scheme of a place in our own store.  It is valid only with the recording's own random id behind it, so
that an imported list cannot name the file of another recording."""

READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Original:
    """A sealed file that was handed over.

    Attributes:
        stored: The stored file.
        recording: Catalogue entry of the recording, whose ``uri`` is still its former place; ``None`` for the
            request's own document.
    """

    stored: StoredFile
    recording: NewRecording | None = field(default=None, repr=False)


def put_into_store(desk: Desk, clear: Path | BinaryIO | bytes) -> StoredFile:
    """Seal a clear file into the store, and read the sealed copy back.

    Raises:
        StorageGoneError: when the store returns different bytes.
        StorageFullError: when there is no room.
    """
    stored = desk.store.put(clear)
    with desk.store.open(stored.key) as sealed:
        if hash_of(sealed) != stored.sha256:
            msg = "保管場所に置いたものが元と一致しません"
            raise StorageGoneError(msg)
    return stored


def hash_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of a stream's content."""
    digest = hashlib.sha256()
    while block := stream.read(READ_BYTES):
        digest.update(block)
    return digest.hexdigest()


def receive(desk: Desk, actor: Actor, new: NewRequest, originals: Sequence[Original]) -> Request:
    """Take a request in together with the files that were handed over for it, all or nothing.

    Args:
        desk: The desk.
        actor: The person who takes it in.
        new: The request.
        originals: Its files, which are in the store.

    Raises:
        DuplicateError: when its ``reference`` was taken in before, or the catalogue has another
            recording with the same id; the message names its position, from 1.
    """
    with desk.change(actor) as change:
        request = receive_within(change, new, desk.settings)
        _name(change, desk, request.request_id, originals)
        return request


def hand_over(desk: Desk, actor: Actor, request: str, originals: Sequence[Original]) -> tuple[str, ...]:
    """Add files to an existing request.

    Args:
        desk: The desk.
        actor: The person who adds them.
        request: Id or public number.
        originals: Originals as for ``receive``.

    Returns:
        Ids of the recordings among them.
    """
    with desk.change(actor) as change:
        return _name(change, desk, row_of(change.session, request).id, originals)


def _name(change: Change, desk: Desk, request_id: str, originals: Sequence[Original]) -> tuple[str, ...]:
    recordings: list[str] = []
    files: list[NewFile] = []
    for one in originals:
        file = NewFile(FileKind.ORIGINAL, one.stored)
        if one.recording is not None:
            recording_id, was = new_id("g"), one.recording.uri
            place = f"{SCHEME}{recording_id}{PurePosixPath(was).suffix.lower()}"
            # A recording identified by its place gets the new one; the old contains names people gave.
            source = place if one.recording.source_id == was else one.recording.source_id
            content = replace(one.recording, uri=place, source_id=source)
            add_recording(change, content, recording_id, len(recordings) + 1)
            recordings.append(recording_id)
            file = replace(file, file_id=_file_id(recording_id))
        files.append(file)
    name_files(change, desk, FileOwner(request_id, None, 0), files)
    if recordings:
        change.record("recordings.add", Subject(request_id), {"new": len(recordings), "known": 0})
    return tuple(recordings)


def _file_id(recording_id: str) -> str:
    """Return the id of a recording's file, by which ``files.time_is_over`` finds one from the other."""
    return f"f{recording_id[1:]}"


def is_handed_over(recording_id: str, content: NewRecording) -> bool:
    """Return whether a recording lies in our own store."""
    return content.uri.partition(".")[0] == f"{SCHEME}{recording_id}"


@contextmanager
def open_handed_over(desk: Desk, recording_id: str) -> Iterator[BinaryIO]:
    """Open a recording in our own store as a stream of clear text.

    Raises:
        RecordingUnreadableError: when it was erased.
    """
    with desk.read() as session:
        row = session.get(FileRow, _file_id(recording_id))
    if row is None or row.deleted_at is not None:
        msg = "録音ファイルは保存期間を過ぎて消されました"
        raise RecordingUnreadableError(msg)
    with desk.store.open(row.store_key) as stream:
        yield stream


def named_digests(desk: Desk, request: str) -> frozenset[KeyedDigest]:
    """Return the digest of every file that was handed over for a request and is in the store."""
    files = list_files(desk, request=request)
    return frozenset(
        file.digest for file in files if file.kind is FileKind.ORIGINAL and desk.store.exists(file.store_key)
    )
