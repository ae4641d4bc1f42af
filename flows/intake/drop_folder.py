"""Import requests from a drop folder: a request's JSON and the recordings that it names.

    inbox/X.json, a.wav      as somebody puts them there
    inbox/taking/ID/         ours: being taken in; a killed run's are finished by the next
    inbox/done/ID.json       taken in: the request's number and how many files, no personal data
    inbox/failed/ID/         set aside for a while; why is in ``failed/ID.error.json``, no personal data

ID is random, so it reveals nothing about the request.

Others write to the folder, so it is opened once and each name in it is one step from its descriptor; files
are read from copies in a private folder.  If one of the three folders in it is not ours, nothing is done
there.

The folder is not for keeping files: imported files lie sealed in the store, where they are erased with their
request, and are removed here.  Each file is sealed and read back, then one transaction registers all of them
together with the request, and only then is the clear file removed, if its bytes are the sealed ones.  After a
kill at any point the next run finds the clear files without a request, or both, and finishes.  A file is
unlinked, not overwritten: overwriting would also change other hard links of the file, and proves nothing on a
disk with wear levelling or snapshots.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from flows.desk.cases import requests
from flows.desk.cases.files import NewFile, drop_unnamed
from flows.desk.cases.handed_over import Original, named_digests, put_into_store, receive
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, DuplicateError, RecordingUnreadableError
from flows.desk.kinds.values import JAPAN, Actor, FileKind, NewRecording, Request
from flows.desk.storage.sources import copy_stream
from flows.desk.storage.tables import new_id
from flows.files.case_fields import Strict
from flows.files.case_file import MAX_FILE_BYTES, json_of
from flows.files.keyed_digest import Digested
from flows.folders.open_folder import NotOurFolderError, OpenFolder, OtherNamesError
from flows.intake.drop_stay import (
    OWN_FOLDER,
    TAKING,
    DropFolder,
    clear_stays_of,
    open_drop_folder,
    remember_folder,
    set_aside,
)
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import Free, Moment, Phones, Refused
from flows.intake.known import dropped_reference, known_references
from flows.intake.recordings import AUDIO_SUFFIXES, SETTLE_SECONDS, measured_sound
from flows.intake.request_document import RequestDocument
from flows.intake.tabular import FileError, Record
from pipeline.errors import CaseFileError

LOCK_NAME = ".lock"
"""Name of the lock in ``taking``, a folder of ours, where nobody else can place that name."""

OTHER_NAMES = "ほかの名前(ハードリンク)もあるファイルは取り込みません。写しを置いてください"

WAIT_SECONDS = 600.0
"""Seconds that a request waits for recordings that are still being copied."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The result of importing a drop folder.

    Attributes:
        requests: The requests that were taken in.
        failed: Number of requests that were set aside.
        waiting: Number of requests that are incomplete or still being written; a later run takes them.
        unnamed: Number of recordings that no request names; they are left alone.
    """

    requests: tuple[Request, ...] = ()
    failed: int = 0
    waiting: int = 0
    unnamed: int = 0


class _Recording(Strict):
    file: Free = Field(repr=False)
    started_at: Moment
    call_id: Free = Field(default="", repr=False)
    numbers: Phones = Field(default=(), repr=False)
    customer_id: Free = Field(default="", repr=False)
    operator: Free = Field(default="", repr=False)

    @field_validator("file")
    @classmethod
    def _beside(cls, file: str) -> str:
        if Path(file).name != file or file.startswith(".") or Path(file).suffix.lower() not in AUDIO_SUFFIXES:
            raise Refused("同じフォルダの録音ファイルの名前ではありません")
        return file


class _Dropped(RequestDocument):
    recordings: tuple[_Recording, ...] = Field(default=(), repr=False)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.file for one in self.recordings}) < len(self.recordings):
            raise Refused("同じ録音ファイルが2回あります")
        return self


def take_folder(desk: Desk, actor: Actor, inbox: Path, *, settled: float = SETTLE_SECONDS) -> Taken:
    """Import the documents and recordings in a drop folder.

    Args:
        desk: The desk.
        actor: The person who imports.
        inbox: The folder; sub-folders are made in it.
        settled: Seconds since the last write after which a file counts as complete.

    Raises:
        FileError: when the folder cannot be used.
        ConflictError: when another process uses the folder.
        DeskError: when the desk cannot be used; the next run finishes the begun imports.
    """
    taken = Taken()
    with _held(inbox) as drop:
        remember_folder(desk, inbox)
        clear_stays_of(desk, actor, drop)
        for name in filter(OWN_FOLDER.fullmatch, drop.taking.names()):
            taken = _take(desk, actor, _RequestFolder(drop, name), taken, resumed=True)
        for file in drop.inbox.names():
            found = drop.inbox.found(file)
            # A folder is no request, and may be anybody's.
            if not file.endswith(".json") or found is None or stat.S_ISDIR(found.st_mode):
                continue
            if stat.S_ISREG(found.st_mode) and not _complete(drop.inbox, file, settled):
                taken = replace(taken, waiting=taken.waiting + 1)
                continue
            name = new_id("x")
            with drop.taking.make(name) as folder:
                drop.inbox.move(file, folder, file)
            taken = _take(desk, actor, _RequestFolder(drop, name), taken, resumed=False)
        unnamed = sum(_is_audio(file) and drop.inbox.has_file(file) for file in drop.inbox.names())
    # The recordings of a waiting request are in the folder too.
    return taken if taken.waiting else replace(taken, unnamed=unnamed)


def _is_audio(name: str) -> bool:
    return Path(name).suffix.lower() in AUDIO_SUFFIXES


@contextlib.contextmanager
def _held(inbox: Path) -> Iterator[DropFolder]:
    """Open the folder, with the sub-folders, and lock it against other processes."""
    with contextlib.ExitStack() as stack:
        try:
            drop = stack.enter_context(open_drop_folder(inbox))
            lock = stack.enter_context(drop.taking.lock(LOCK_NAME))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (FileNotFoundError, NotADirectoryError):
            msg = "受付フォルダがありません"
            raise FileError(msg) from None
        except BlockingIOError:
            msg = "ほかの処理がこの受付フォルダを取り込んでいます"
            raise ConflictError(msg) from None
        except NotOurFolderError:
            msg = "受付フォルダへの道に、ほかの利用者のリンクがあります"
            raise FileError(msg) from None
        except OSError as error:
            msg = f"受付フォルダに書けません({type(error).__name__})"
            raise FileError(msg) from None
        try:
            yield drop
        except OSError as error:
            # The error's own text would contain a file's name.
            kind = type(error).__name__
        else:
            return
    msg = f"受付フォルダのファイルを動かせません({kind})"
    raise FileError(msg)


def _complete(inbox: OpenFolder, file: str, settled: float) -> bool:
    """Return whether a request and all its recordings seem to be completely written."""
    now = time.time()
    age = now - _written_at(inbox, file)
    if age < settled:
        return False
    named = _named(_content(inbox, file))
    if not all(inbox.has_file(name) for name in named):
        # After that time the request is imported as it is, and refused for the missing files.
        return age > WAIT_SECONDS
    return all(now - _written_at(inbox, name) >= settled for name in named)


def _written_at(inbox: OpenFolder, name: str) -> float:
    found = inbox.found(name)
    # Gone by now: as if just written, so that the next run looks again.
    return time.time() if found is None else found.st_mtime


def _content(folder: OpenFolder, name: str) -> bytes:
    """Return the files under a request's name, up to the size of a request; empty where it is no file."""
    try:
        with folder.read(name) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError:
        return b""


def _named(content: bytes) -> list[str]:
    """Return the recordings that a request seems to name; mistakes are reported when it is taken in."""
    try:
        document = json_of(content, "JSON")
    except CaseFileError:
        return []
    listed = document.get("recordings") if isinstance(document, dict) else None
    entries = listed if isinstance(listed, list) else []
    names = [entry.get("file") for entry in entries if isinstance(entry, dict)]
    return [name for name in names if isinstance(name, str) and name and Path(name).name == name]


@dataclass(frozen=True, slots=True)
class _RequestFolder:
    """A drop folder, and the name of a request's folder in ``taking``."""

    drop: DropFolder
    name: str


def _take(desk: Desk, actor: Actor, place: _RequestFolder, taken: Taken, *, resumed: bool) -> Taken:
    """Import one request, or set it aside."""
    drop, name = place.drop, place.name
    with drop.taking.own(name) as folder:
        if not folder.names():
            # A run was killed before it moved the request here, or after it had finished.
            drop.taking.remove_empty(name)
            return taken
        try:
            file = _document(folder)
            for sound in _named(_content(folder, file)):
                if drop.inbox.has_file(sound) and folder.found(sound) is None:
                    drop.inbox.move(sound, folder, sound)
            request = _received(desk, actor, place, _Document(folder, file), resumed=resumed)
            taken = replace(taken, requests=(*taken.requests, request))
            _remove(desk, place, folder, request)
        except IntakeError as error:
            set_aside(drop, name, error.faults)
        except (FileError, DuplicateError) as error:
            set_aside(drop, name, (Fault(0, "", str(error)),))
        else:
            return taken
    return replace(taken, failed=taken.failed + 1)


@dataclass(frozen=True, slots=True)
class _Document:
    """A request's JSON: its open folder and its name."""

    folder: OpenFolder
    name: str


def _document(folder: OpenFolder) -> str:
    """Return the name of a request's JSON."""
    files = [name for name in folder.names() if name.endswith(".json")]
    if len(files) != 1 or not folder.has_file(files[0]):
        msg = "請求の JSON が通常のファイルとして1つありません"
        raise FileError(msg)
    return files[0]


def _received(
    desk: Desk, actor: Actor, place: _RequestFolder, document: _Document, *, resumed: bool
) -> Request:
    """Take the request in, unless a killed run already did."""
    drop, name = place.drop, place.name
    raw = _only_named(document.folder, document.name)
    try:
        record = Record(0, json_of(raw, "JSON"))
    except CaseFileError as error:
        raise FileError(error.kept) from None
    checked = record.checked(_Dropped, {"now": desk.clock(), "numbered": False})
    new = checked.value()
    if not new.reference:
        # The same file was dropped a second time.
        new = replace(new, reference=dropped_reference(desk, raw))
    known = known_references(desk, [new.reference]).get(new.reference)
    if known is not None:
        request = requests.get(desk, known)
        if resumed and request.content == new:
            return request
        msg = f"すでに取り込まれています({known})"
        raise DuplicateError(msg)
    if drop.done.found(f"{name}.json") is not None:
        # The request was taken in before and erased since, so it is not taken in again.
        msg = "この請求の個人情報は台帳から消されています"
        raise FileError(msg)
    originals: list[Original] = []
    with desk.store.private_folder() as private:
        recordings = _recordings(record, checked, drop.path / TAKING / name, document.folder, private)
        try:
            originals.append(Original(put_into_store(desk, raw)))
            for copy, recording in recordings:
                originals.append(Original(put_into_store(desk, copy), recording))
            return receive(desk, actor, new, originals)
        except BaseException:
            drop_unnamed(desk, [NewFile(FileKind.ORIGINAL, one.stored) for one in originals])
            raise


def _only_named(folder: OpenFolder, name: str) -> bytes:
    """Return a request's bytes; a file that has another name too may be one of ours, and is not read."""
    try:
        with folder.read(name, only_name=True) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OtherNamesError:
        raise FileError(OTHER_NAMES) from None
    except OSError as error:
        msg = f"ファイルを読めません({type(error).__name__})"
        raise FileError(msg) from None


def _recordings(
    record: Record, document: _Dropped, path: Path, folder: OpenFolder, private: Path
) -> tuple[tuple[Path, NewRecording], ...]:
    """Return a private copy of each recording that a request names, with its catalogue entry."""
    found, faults = [], []
    for number, one in enumerate(document.recordings):
        copy = private / f"recording-{number}{Path(one.file).suffix.lower()}"
        sound = None
        try:
            with folder.read(one.file, only_name=True) as clear:
                copy_stream(clear, copy)
            sound = measured_sound(copy)
            reason = "音声として読めません"
        except RecordingUnreadableError:
            reason = "音声として読めません"
        except OtherNamesError:
            reason = OTHER_NAMES
        except OSError:
            reason = "録音ファイルがありません"
        if sound is None:
            faults.append(record.fault(("recordings", number, "file"), reason))
            continue
        new = NewRecording(
            source_id=one.call_id or str(path / one.file),
            started_at=one.started_at,
            uri=str(path / one.file),
            duration=sound.seconds,
            numbers=one.numbers,
            customer_id=one.customer_id or document.member_number,
            operator=one.operator,
        )
        found.append((copy, new))
    if faults:
        raise IntakeError(faults)
    return tuple(found)


def _remove(desk: Desk, place: _RequestFolder, folder: OpenFolder, request: Request) -> None:
    """Remove the clear files of a request that was taken in, the JSON last.

    Raises:
        FileError: when one of them differs from its sealed copy, such as a file still being written.
    """
    drop, name = place.drop, place.name
    files = sorted(folder.names(), key=lambda file: file.endswith(".json"))
    named = named_digests(desk, request.number)
    if any(not folder.has_file(file) or _digest(desk, folder, file) not in named for file in files):
        msg = f"取り込んだ後に変わったファイルがあります({request.number})"
        raise FileError(msg)
    at = desk.clock().astimezone(JAPAN).isoformat(timespec="seconds")
    text = json.dumps({"request": request.number, "files": len(files), "taken_at": at}) + "\n"
    drop.done.put(f"{name}.json", text.encode())
    for file in files:
        folder.remove(file)
    drop.taking.remove_empty(name)


def _digest(desk: Desk, folder: OpenFolder, file: str) -> str:
    return desk.digest(Digested.FILE, folder.sha256(file))
