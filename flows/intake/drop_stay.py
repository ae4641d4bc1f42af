"""Retention in drop folders: requests that were set aside, and files that earlier versions left.

Only a run over a drop folder knows its path, so each run writes it down for the retention run, which also
works when nothing is dropped any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import time
from pathlib import Path

from sqlalchemy import select

from flows.desk.cases.catalogue import RECORDING
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import RecordingRow
from flows.files.case_file import REASONS, UNKNOWN_KEY, read_json
from flows.intake.faults import Fault, IntakeError
from flows.intake.known import dropped_reference, known_references
from pipeline.errors import CaseFileError

__all__ = [
    "DONE",
    "FAILED",
    "clear_stays",
    "clear_stays_of",
    "is_plain",
    "remember_folder",
    "set_aside",
]

DONE, FAILED = "done", "failed"
ERROR_SUFFIX = ".error.json"
OWN_FOLDER = re.compile(r"x[0-9a-f]{16}")
"""Name of one request's folder, as ``new_id("x")`` makes it; nothing else is removed."""

DAY_SECONDS = 86_400.0
FOLDER_LIST = "drop-folders.json"


def is_plain(path: Path) -> bool:
    """Return whether a path is an ordinary file: not a link, a pipe or a device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def set_aside(folder: Path, target: Path, faults: tuple[Fault, ...]) -> None:
    """Move a request's files to where they stay for a while.

    The reason is written first; after a kill in between, the next run writes it again.
    """
    told = [{"column": _kept(fault), "reason": fault.reason} for fault in faults]
    text = json.dumps({"code": IntakeError.code, "faults": told}, ensure_ascii=False, indent=2)
    target.with_name(f"{target.name}{ERROR_SUFFIX}").write_text(text + "\n", encoding="utf-8")
    folder.replace(target)


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
    file = desk.settings.home / FOLDER_LIST
    part = file.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as new:
        json.dump([*known, place], new, ensure_ascii=False)
    part.replace(file)


def _remembered(desk: Desk) -> list[str]:
    try:
        found = json.loads((desk.settings.home / FOLDER_LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # No list yet, or an incomplete one: the next run over a folder writes it again.
        return []
    return [place for place in found if isinstance(place, str)] if isinstance(found, list) else []


def clear_stays(desk: Desk, actor: Actor) -> int:
    """Remove from all drop folders of this machine what has stayed long enough.

    Returns:
        Number of requests whose files were removed.
    """
    count = 0
    for place in _remembered(desk):
        # The folder's disk may not be mounted.
        with contextlib.suppress(OSError):
            count += clear_stays_of(desk, actor, Path(place))
    return count


def clear_stays_of(desk: Desk, actor: Actor, inbox: Path) -> int:
    """Remove from one drop folder what has stayed long enough, and record it in the audit log.

    Requests that were set aside stay for ``retain_failed_days``.  Files that earlier versions left in
    ``done/`` stay as long as the ledger knows the request or one of its recordings.

    Returns:
        Number of requests whose files were removed.
    """
    gone = 0
    latest = time.time() - desk.settings.retain_failed_days * DAY_SECONDS
    for folder in _folders(inbox / FAILED):
        reason = folder.with_name(f"{folder.name}{ERROR_SUFFIX}")
        if (reason if reason.exists() else folder).stat().st_mtime < latest:
            shutil.rmtree(folder)
            reason.unlink(missing_ok=True)
            gone += 1
    old = _folders(inbox / DONE)
    places = _places(desk) if old else set()
    for folder in old:
        if str(folder.absolute()) not in places and not _is_known(desk, folder):
            shutil.rmtree(folder)
            gone += 1
    if gone:
        with desk.change(actor) as change:
            change.record("drop.erase", Subject(), {"requests": gone})
    return gone


def _folders(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    found = (path for path in place.iterdir() if OWN_FOLDER.fullmatch(path.name))
    return sorted(path for path in found if path.is_dir() and not path.is_symlink())


def _places(desk: Desk) -> set[str]:
    """Return the folders in which the catalogue has a recording."""
    with desk.read() as session:
        rows = session.scalars(select(RecordingRow)).all()
        return {str(Path(take_sealed(row, RECORDING, desk.keyring).uri).parent) for row in rows}


def _is_known(desk: Desk, folder: Path) -> bool:
    """Return whether the ledger still has the request whose document lies in a folder."""
    references = []
    for file in folder.glob("*.json"):
        references.append(dropped_reference(desk, file.read_bytes()))
        with contextlib.suppress(CaseFileError):
            document = read_json(file, "JSON")
            if isinstance(document, dict):
                references.append(str(document.get("reference", "")).strip())
    return bool(known_references(desk, filter(None, references)))
