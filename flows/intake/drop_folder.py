"""Imports requests from a drop folder: a request's JSON and the recordings that it names.

    inbox/X.json, a.wav      as somebody puts them there
    inbox/taking/ID/         being taken in; a killed run's are finished by the next
    inbox/done/ID.json       taken in: the request's number and how many files, no personal data
    inbox/failed/ID/         set aside for a while; why is in ``failed/ID.error.json``, no personal data

ID is random, so it tells nothing about the request.

The folder is no place to keep files: what was taken in lies sealed in the store, where it is erased with
its request, and is removed here.  Each file is sealed and read back, then one transaction registers all
of them together with the request, and only then is the clear file removed, if its bytes are the sealed
ones.  After a kill at any point the next run finds the clear files without a request, or both, and
finishes.  A file is unlinked, not overwritten: overwriting would also change other hard links of the file,
and proves nothing on a disk with wear levelling or snapshots.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from flows.desk.cases import requests
from flows.desk.cases.files import NewFile, drop_unnamed
from flows.desk.cases.handed_over import Original, hash_of, named_digests, put_into_store, receive
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, DuplicateError
from flows.desk.kinds.values import JAPAN, Actor, FileKind, NewRecording, Request
from flows.desk.storage.tables import new_id
from flows.files.case_file import read_json
from flows.files.keyed_digest import Digested
from flows.intake.drop_stay import (
    DONE,
    FAILED,
    clear_stays_of,
    is_plain,
    remember_folder,
    set_aside,
)
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import Free, Moment, Phones, Refused, Strict
from flows.intake.known import dropped_reference, known_references
from flows.intake.recordings import AUDIO_SUFFIXES, SETTLE_SECONDS, measure
from flows.intake.request_document import RequestDocument
from flows.intake.tabular import FileError, Record, read_bytes
from pipeline.errors import CaseFileError

__all__ = ["Taken", "take_folder"]

TAKING = "taking"
LOCK_NAME = ".kaiji-lock"

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
    """Import what lies in a drop folder.

    Args:
        desk: The desk.
        actor: The person who imports.
        inbox: The folder; sub-folders are made in it.
        settled: Seconds since the last write after which a file counts as complete.

    Raises:
        FileError: when the folder cannot be used.
        ConflictError: when another process uses the folder.
        DeskError: when the desk cannot be used; the next run finishes what was begun.
    """
    taken = Taken()
    with _held(inbox):
        remember_folder(desk, inbox)
        clear_stays_of(desk, actor, inbox)
        for folder in sorted((inbox / TAKING).iterdir()):
            taken = _take(desk, actor, folder, taken, resumed=True)
        for file in sorted(inbox.glob("*.json")):
            if is_plain(file) and not _complete(inbox, file, settled):
                taken = replace(taken, waiting=taken.waiting + 1)
                continue
            folder = inbox / TAKING / new_id("x")
            folder.mkdir(mode=0o700)
            file.replace(folder / file.name)
            taken = _take(desk, actor, folder, taken, resumed=False)
        unnamed = sum(path.suffix.lower() in AUDIO_SUFFIXES for path in inbox.iterdir() if path.is_file())
    # The recordings of a waiting request are in the folder too.
    return taken if taken.waiting else replace(taken, unnamed=unnamed)


@contextlib.contextmanager
def _held(inbox: Path) -> Iterator[None]:
    """Make the sub-folders and lock the folder against other processes."""
    try:
        if not inbox.is_dir():
            msg = "受付フォルダがありません"
            raise FileError(msg)
        for name in (TAKING, DONE, FAILED):
            (inbox / name).mkdir(mode=0o700, exist_ok=True)
        lock = (inbox / LOCK_NAME).open("wb")
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
            # The error's own text would contain a file's name.
            kind = type(error).__name__
        else:
            return
    msg = f"受付フォルダのファイルを動かせません({kind})"
    raise FileError(msg)


def _complete(inbox: Path, file: Path, settled: float) -> bool:
    """Return whether a request and all its recordings seem to be completely written."""
    now = time.time()
    age = now - file.stat().st_mtime
    if age < settled:
        return False
    named = [inbox / name for name in _named(file)]
    if not all(path.is_file() for path in named):
        # After that time the request is taken as it is, and refused for what is missing.
        return age > WAIT_SECONDS
    return all(now - path.stat().st_mtime >= settled for path in named)


def _named(file: Path) -> list[str]:
    """Return the recordings that a request seems to name; mistakes are reported when it is taken in."""
    try:
        document = read_json(file, "JSON")
    except CaseFileError:
        return []
    listed = document.get("recordings") if isinstance(document, dict) else None
    entries = listed if isinstance(listed, list) else []
    names = [entry.get("file") for entry in entries if isinstance(entry, dict)]
    return [name for name in names if isinstance(name, str) and name and Path(name).name == name]


def _take(desk: Desk, actor: Actor, folder: Path, taken: Taken, *, resumed: bool) -> Taken:
    """Import one request, or set it aside."""
    inbox = folder.parent.parent
    if not any(folder.iterdir()):
        # A run was killed before it moved the request here, or after it had finished.
        folder.rmdir()
        return taken
    try:
        file = _document(folder)
        for name in _named(file):
            if is_plain(inbox / name) and not (folder / name).exists():
                (inbox / name).replace(folder / name)
        request = _received(desk, actor, file, resumed=resumed)
        taken = replace(taken, requests=(*taken.requests, request))
        _remove(desk, folder, request)
    except IntakeError as error:
        set_aside(folder, inbox / FAILED / folder.name, error.faults)
    except (FileError, DuplicateError) as error:
        set_aside(folder, inbox / FAILED / folder.name, (Fault(0, "", str(error)),))
    else:
        return taken
    return replace(taken, failed=taken.failed + 1)


def _document(folder: Path) -> Path:
    """Return the path of a request's JSON."""
    files = list(folder.glob("*.json"))
    if len(files) != 1 or not is_plain(files[0]):
        msg = "請求の JSON が通常のファイルとして1つありません"
        raise FileError(msg)
    return files[0]


def _received(desk: Desk, actor: Actor, file: Path, *, resumed: bool) -> Request:
    """Take the request in, unless a killed run already did."""
    raw = read_bytes(file)
    try:
        record = Record(0, read_json(file, "JSON"))
    except CaseFileError as error:
        raise FileError(error.kept) from None
    document = record.checked(_Dropped, {"now": desk.clock(), "numbered": False})
    new = document.value()
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
    if (file.parents[2] / DONE / f"{file.parent.name}.json").exists():
        # The request was taken in before and erased since, so it is not taken in again.
        msg = "この請求の個人情報は台帳から消されています"
        raise FileError(msg)
    recordings = _recordings(desk, record, document, file.parent)
    originals: list[Original] = []
    try:
        originals.append(Original(put_into_store(desk, file)))
        for path, recording in recordings:
            originals.append(Original(put_into_store(desk, path), recording))
        return receive(desk, actor, new, originals)
    except BaseException:
        drop_unnamed(desk, [NewFile(FileKind.ORIGINAL, one.stored) for one in originals])
        raise


def _recordings(
    desk: Desk, record: Record, document: _Dropped, folder: Path
) -> tuple[tuple[Path, NewRecording], ...]:
    """Return the recordings that a request names, each with its catalogue entry."""
    found, faults = [], []
    for place, one in enumerate(document.recordings):
        path = folder / one.file
        duration = measure(desk, str(path.absolute())) if is_plain(path) else None
        if duration is None:
            reason = "音声として読めません" if is_plain(path) else "録音ファイルがありません"
            faults.append(record.fault(("recordings", place, "file"), reason))
        new = NewRecording(
            source_id=one.call_id or str(path),
            started_at=one.started_at,
            uri=str(path),
            duration=duration,
            numbers=one.numbers,
            customer_id=one.customer_id or document.member_number,
            operator=one.operator,
        )
        found.append((path, new))
    if faults:
        raise IntakeError(faults)
    return tuple(found)


def _remove(desk: Desk, folder: Path, request: Request) -> None:
    """Remove the clear files of a request that was taken in, the JSON last.

    Raises:
        FileError: when one of them differs from what was sealed, such as a file still being written.
    """
    files = sorted(folder.iterdir(), key=lambda path: path.suffix == ".json")
    named = named_digests(desk, request.number)
    if any(_digest(desk, path) not in named for path in files):
        msg = f"取り込んだ後に変わったファイルがあります({request.number})"
        raise FileError(msg)
    at = desk.clock().astimezone(JAPAN).isoformat(timespec="seconds")
    text = json.dumps({"request": request.number, "files": len(files), "taken_at": at}) + "\n"
    (folder.parent.parent / DONE / f"{folder.name}.json").write_text(text, encoding="utf-8")
    for path in files:
        path.unlink()
    folder.rmdir()


def _digest(desk: Desk, path: Path) -> str:
    if not is_plain(path):
        return ""
    with path.open("rb") as file:
        return desk.digest(Digested.FILE, hash_of(file))
