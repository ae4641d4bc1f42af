"""A folder into which requests are dropped: a request's JSON and the recordings that it names.

    inbox/X.json, a.wav      as somebody puts them there
    inbox/taking/ID/         being taken in; a killed run's are finished by the next
    inbox/done/ID/           taken in; the catalogue knows the recordings by this place
    inbox/failed/ID/         set aside; what is wrong is in ``failed/ID.error.json``, no personal data

ID is random, so that only names that people chose can tell anything.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from flows.case_file import REASONS, UNKNOWN_KEY, read_json
from flows.desk import catalogue, requests
from flows.desk.desk import Desk
from flows.desk.errors import ConflictError, DuplicateError
from flows.desk.tables import new_id
from flows.desk.values import Actor, NewRecording, NewRequest, Request
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import Free, Moment, Phones, Refused, Strict
from flows.intake.known import known_references
from flows.intake.recordings import AUDIO, SETTLED, measure
from flows.intake.request_document import RequestDocument
from flows.intake.tabular import FileError, Record, read_bytes
from pipeline.errors import CaseFileError

__all__ = ["Taken", "take_folder"]

TAKING, DONE, FAILED = "taking", "done", "failed"
ERROR = ".error.json"
LOCK = ".kaiji-lock"

PATIENCE = 600.0
"""Seconds for which a request waits for recordings that are still being copied."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a folder's files.

    Attributes:
        requests: Taken in.
        failed: How many were set aside.
        waiting: How many may still be being written, or miss a recording; a later run takes them.
    """

    requests: tuple[Request, ...] = ()
    failed: int = 0
    waiting: int = 0


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
        if Path(file).name != file or file.startswith(".") or Path(file).suffix.lower() not in AUDIO:
            raise Refused("同じフォルダの録音ファイルの名前ではありません")
        return file


class _Dropped(RequestDocument):
    recordings: tuple[_Recording, ...] = Field(default=(), repr=False)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({one.file for one in self.recordings}) < len(self.recordings):
            raise Refused("同じ録音ファイルが2回あります")
        return self


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A request and its recordings, checked."""

    new: NewRequest = field(repr=False)
    recordings: tuple[NewRecording, ...] = field(repr=False)


def take_folder(desk: Desk, actor: Actor, inbox: Path, *, settled: float = SETTLED) -> Taken:
    """Take in what lies in a drop folder.

    Args:
        desk: The desk.
        actor: Who takes it in.
        inbox: The folder; sub-folders are made in it.
        settled: Seconds since it was last written after which a file is taken for finished.

    Raises:
        FileError: when the folder cannot be used.
        ConflictError: when another process is at it.
        DeskError: when the desk cannot be used; what was begun is finished by the next run.
    """
    taken = Taken()
    with _held(inbox):
        for folder in sorted((inbox / TAKING).iterdir()):
            taken = _take(desk, actor, folder, taken, resumed=True)
        for file in sorted(inbox.glob("*.json")):
            if not _complete(inbox, file, settled):
                taken = replace(taken, waiting=taken.waiting + 1)
                continue
            folder = inbox / TAKING / new_id("x")
            folder.mkdir(mode=0o700)
            file.replace(folder / file.name)
            taken = _take(desk, actor, folder, taken, resumed=False)
    return taken


@contextlib.contextmanager
def _held(inbox: Path) -> Iterator[None]:
    """The folder with its sub-folders, held against other processes."""
    try:
        if not inbox.is_dir():
            msg = "受付フォルダがありません"
            raise FileError(msg)
        for name in (TAKING, DONE, FAILED):
            (inbox / name).mkdir(mode=0o700, exist_ok=True)
        lock = (inbox / LOCK).open("wb")
    except OSError as error:
        msg = f"受付フォルダに書けません({type(error).__name__})"
        raise FileError(msg) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = "ほかの処理がこの受付フォルダを取り込んでいます"
            raise ConflictError(msg) from None
        try:
            yield
        except OSError as error:
            # Its own text would hold a file's name.
            kind = type(error).__name__
        else:
            return
    msg = f"受付フォルダのファイルを動かせません({kind})"
    raise FileError(msg)


def _complete(inbox: Path, file: Path, settled: float) -> bool:
    """Whether a request and its recordings seem to be there as a whole."""
    now = time.time()
    age = now - file.stat().st_mtime
    if age < settled:
        return False
    named = [inbox / name for name in _named(file)]
    if not all(path.is_file() for path in named):
        # After that long the request is taken as it is, and refused for what it lacks.
        return age > PATIENCE
    return all(now - path.stat().st_mtime >= settled for path in named)


def _named(file: Path) -> list[str]:
    """The recordings that a request seems to name; what is wrong with it is told when it is taken."""
    try:
        document = read_json(file, "JSON")
    except CaseFileError:
        return []
    listed = document.get("recordings") if isinstance(document, dict) else None
    entries = listed if isinstance(listed, list) else []
    names = [entry.get("file") for entry in entries if isinstance(entry, dict)]
    return [name for name in names if isinstance(name, str) and name and Path(name).name == name]


def _take(desk: Desk, actor: Actor, folder: Path, taken: Taken, *, resumed: bool) -> Taken:
    """Take one request in, or set it aside."""
    inbox = folder.parent.parent
    files = list(folder.glob("*.json"))
    if not files:
        # Killed before the request was moved in.
        folder.rmdir()
        return taken
    for name in _named(files[0]):
        if (inbox / name).is_file() and not (folder / name).exists():
            (inbox / name).replace(folder / name)
    try:
        parcel = _parcel(desk, files[0], inbox / DONE / folder.name)
        request = _received(desk, actor, parcel, resumed=resumed)
    except IntakeError as error:
        _set_aside(folder, inbox / FAILED / folder.name, error.faults)
    except (FileError, DuplicateError) as error:
        _set_aside(folder, inbox / FAILED / folder.name, (Fault(0, "", str(error)),))
    else:
        folder.replace(inbox / DONE / folder.name)
        return replace(taken, requests=(*taken.requests, request))
    return replace(taken, failed=taken.failed + 1)


def _parcel(desk: Desk, file: Path, done: Path) -> _Parcel:
    raw = read_bytes(file)
    try:
        record = Record(0, read_json(file, "JSON"))
    except CaseFileError as error:
        raise FileError(error.kept) from None
    document = record.checked(_Dropped, {"now": desk.clock(), "numbered": False})
    new = document.value()
    if not new.reference:
        # The very same file dropped again is a double import.
        new = replace(new, reference=f"inbox:{hashlib.sha256(raw).hexdigest()}")
    recordings, faults = [], []
    for place, one in enumerate(document.recordings):
        uri = str(done.absolute() / one.file)
        path = file.with_name(one.file)
        duration = measure(desk, str(path.absolute())) if path.is_file() else None
        if duration is None:
            reason = "音声として読めません" if path.is_file() else "録音ファイルがありません"
            faults.append(record.fault(("recordings", place, "file"), reason))
        recordings.append(
            NewRecording(
                source_id=one.call_id or uri,
                started_at=one.started_at,
                uri=uri,
                duration=duration,
                numbers=one.numbers,
                customer_id=one.customer_id or document.member_number,
                operator=one.operator,
            )
        )
    if faults:
        raise IntakeError(faults)
    return _Parcel(new, tuple(recordings))


def _received(desk: Desk, actor: Actor, parcel: _Parcel, *, resumed: bool) -> Request:
    """The request, taken in; after a killed run it may be there already."""
    known = known_references(desk, [parcel.new.reference]).get(parcel.new.reference)
    if known is not None:
        request = requests.get(desk, known)
        if resumed and request.content == parcel.new:
            return request
        msg = f"すでに取り込まれています({known})"
        raise DuplicateError(msg)
    # First the recordings: they may be there already, which is no error.
    if parcel.recordings:
        catalogue.add_recordings(desk, actor, parcel.recordings)
    return requests.receive(desk, actor, parcel.new)


def _set_aside(folder: Path, target: Path, faults: tuple[Fault, ...]) -> None:
    """The reason first: killed in between, the next run writes it again."""
    told = [{"column": _kept(fault), "reason": fault.reason} for fault in faults]
    text = json.dumps({"code": IntakeError.code, "faults": told}, ensure_ascii=False, indent=2)
    target.with_name(f"{target.name}{ERROR}").write_text(text + "\n", encoding="utf-8")
    folder.replace(target)


def _kept(fault: Fault) -> str:
    """Where a mistake is; a key that the sender made up may be somebody's name in any letters."""
    if fault.reason != REASONS["extra_forbidden"]:
        return fault.column
    above, dot, _ = fault.column.rpartition(".")
    return f"{above}{dot}{UNKNOWN_KEY}"
