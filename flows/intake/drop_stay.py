"""Retention in drop folders: requests that were set aside, and files that earlier versions left.

Only a run over a drop folder knows its path, so each run writes it down for the retention run, which also
works when nothing is dropped any more.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from flows.desk.cases.catalogue import RECORDING
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import RecordingRow
from flows.files.case_file import REASONS, UNKNOWN_KEY, json_of
from flows.folders.open_folder import NotOurFolderError, OpenFolder, open_folder
from flows.intake.faults import Fault, IntakeError
from flows.intake.known import dropped_reference, known_references
from flows.intake.tabular import FileError
from pipeline.errors import CaseFileError

TAKING, DONE, FAILED = "taking", "done", "failed"
ERROR_SUFFIX = ".error.json"
OWN_FOLDER = re.compile(r"x[0-9a-f]{16}")
"""Name of one request's folder, as ``new_id("x")`` makes it; nothing else is removed."""

DAY_SECONDS = 86_400.0
FOLDER_LIST = "drop-folders.json"


@dataclass(frozen=True, slots=True)
class DropFolder:
    """A drop folder, and the three folders of ours in it, held open.

    Attributes:
        path: Its path, for the catalogue and for telling people; nothing is opened by it.
        inbox: Folder into which people put their files.
        taking: Requests that are being taken in.
        done: The receipts.
        failed: Requests that were set aside.
    """

    path: Path = field(repr=False)
    inbox: OpenFolder
    taking: OpenFolder
    done: OpenFolder
    failed: OpenFolder


@contextlib.contextmanager
def open_drop_folder(path: Path) -> Iterator[DropFolder]:
    """Open a drop folder; its three sub-folders are made where they are missing.

    Raises:
        FileError: when one of the three is a link or a file, another user's, or others can write to it.
        OSError: when the folder cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        inbox = stack.enter_context(open_folder(path))
        try:
            taking, done, failed = (
                stack.enter_context(inbox.own(name, make=True)) for name in (TAKING, DONE, FAILED)
            )
        except (NotADirectoryError, NotOurFolderError):
            msg = (
                "受付フォルダの taking・done・failed のどれかがフォルダでない(リンクなど)か、"
                "ほかの利用者のものか、ほかの利用者が書けます。調べて除いてから、もう一度実行してください"
            )
            raise FileError(msg) from None
        yield DropFolder(path, inbox, taking, done, failed)


def set_aside(drop: DropFolder, name: str, faults: tuple[Fault, ...]) -> None:
    """Move a request's folder to where it stays for a while.

    The reason is written first; after a kill in between, the next run writes it again.
    """
    told = [{"column": _kept(fault), "reason": fault.reason} for fault in faults]
    text = json.dumps({"code": IntakeError.code, "faults": told}, ensure_ascii=False, indent=2)
    drop.failed.put(f"{name}{ERROR_SUFFIX}", f"{text}\n".encode())
    drop.taking.move(name, drop.failed, name)


def _kept(fault: Fault) -> str:
    """Return the place of a mistake, without keys that the sender invented: they may be names."""
    if fault.reason != REASONS["extra_forbidden"]:
        return fault.column
    above, dot, _ = fault.column.rpartition(".")
    return f"{above}{dot}{UNKNOWN_KEY}"


def remember_folder(desk: Desk, inbox: Path) -> None:
    """Write down the path of a drop folder, for this machine."""
    known, place = _remembered(desk), str(inbox.absolute())
    if place in known:
        return
    with open_folder(desk.settings.home) as home:
        home.put(FOLDER_LIST, json.dumps([*known, place], ensure_ascii=False).encode(), 0o600)


def _remembered(desk: Desk) -> list[str]:
    try:
        found = json.loads((desk.settings.home / FOLDER_LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # No list yet, or an incomplete one: the next run over a folder writes it again.
        return []
    return [place for place in found if isinstance(place, str)] if isinstance(found, list) else []


def clear_stays(desk: Desk, actor: Actor) -> int:
    """Remove files that have stayed long enough from all drop folders of this machine.

    Returns:
        Number of requests whose files were removed.
    """
    count = 0
    for place in _remembered(desk):
        # The folder's disk may not be mounted, or somebody put a link there: the next import reports it.
        with contextlib.suppress(OSError, FileError), open_drop_folder(Path(place)) as drop:
            count += clear_stays_of(desk, actor, drop)
    return count


def clear_stays_of(desk: Desk, actor: Actor, drop: DropFolder) -> int:
    """Remove files that have stayed long enough from one drop folder, and record it in the audit log.

    Requests that were set aside stay for ``retain_failed_days``.  Files that earlier versions left in
    ``done/`` stay as long as the ledger knows the request or one of its recordings.

    Returns:
        Number of requests whose files were removed.
    """
    gone = 0
    latest = time.time() - desk.settings.retain_failed_days * DAY_SECONDS
    for name in _own_names(drop.failed):
        reason = f"{name}{ERROR_SUFFIX}"
        since = drop.failed.found(reason) or drop.failed.found(name)
        if since is not None and since.st_mtime < latest:
            gone += _cleared(drop.failed, name)
            drop.failed.remove(reason)
    old = _own_names(drop.done)
    places = _places(desk) if old else set()
    for name in old:
        if str(drop.path.absolute() / DONE / name) not in places and not _is_known(desk, drop.done, name):
            gone += _cleared(drop.done, name)
    if gone:
        with desk.change(actor) as change:
            change.record("drop.erase", Subject(), {"requests": gone})
    return gone


def _own_names(place: OpenFolder) -> list[str]:
    """Return the names of the folders in it that are requests' own."""
    found = []
    for name in filter(OWN_FOLDER.fullmatch, place.names()):
        with contextlib.suppress(NotADirectoryError, NotOurFolderError), place.own(name):
            found.append(name)
    return found


def _cleared(place: OpenFolder, name: str) -> bool:
    """Remove a request's folder and the files in it; a folder in it is nothing of ours and stays."""
    with place.own(name) as folder:
        for file in folder.names():
            with contextlib.suppress(IsADirectoryError, PermissionError):
                folder.remove(file)
        empty = not folder.names()
    if empty:
        place.remove_empty(name)
    return empty


def _places(desk: Desk) -> set[str]:
    """Return the folders in which the catalogue has a recording."""
    with desk.read() as session:
        rows = session.scalars(select(RecordingRow)).all()
        return {str(Path(take_sealed(row, RECORDING, desk.keyring).uri).parent) for row in rows}


def _is_known(desk: Desk, place: OpenFolder, name: str) -> bool:
    """Return whether the ledger still has the request of the document in a folder."""
    references = []
    with place.own(name) as folder:
        for each in folder.names():
            if not each.endswith(".json") or not folder.has_file(each):
                continue
            with folder.read(each) as file:
                raw = file.read()
            references.append(dropped_reference(desk, raw))
            with contextlib.suppress(CaseFileError):
                document = json_of(raw, "JSON")
                if isinstance(document, dict):
                    references.append(str(document.get("reference", "")).strip())
    return bool(known_references(desk, filter(None, references)))
