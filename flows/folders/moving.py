"""Move the files of a call into a folder that others may write to: all of them, or none.

Each is copied there under a random name, because renaming is atomic only within one file system; then all
get their names, the last one telling that the others are there.  What a killed run leaves is removed by a
later one: a copy by its random name, and files with their names already by the journal in our own folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from flows.folders.endings import undisturbed
from flows.folders.open_folder import PART, OpenFolder, open_folder

JOURNAL: Final = "moving"
"""File of a folder of ours that says which files are getting their names where."""

_PART_NAME: Final = re.compile(rf"{re.escape(PART)}[0-9a-f]{{32}}\.part")

_NEW_PART_SECONDS: Final = 60.0
"""Seconds within which a part without a lock counts as one that is just being made."""

_COPIED_BYTES: Final = 1 << 20


def move_in(place: Path, out: OpenFolder, files: Mapping[str, Path], private: Path) -> None:
    """Copy files into a folder and give them their names.

    Args:
        place: Path of the folder, by which a later run finds it.
        out: The folder.
        files: Each file by its new name, in the order in which they get them.
        private: A folder of ours, for the journal.

    Raises:
        OSError: when one cannot be written or its name is taken; then none is there.
    """
    with contextlib.ExitStack() as locked:
        parts: dict[str, str] = {}
        named: dict[str, str] = {}
        given: list[str] = []
        try:
            for name, path in files.items():
                with path.open("rb") as source:
                    with undisturbed():
                        parts[name], part = out.part(stat.S_IMODE(os.fstat(source.fileno()).st_mode))
                        locked.enter_context(part)
                    fcntl.flock(part, fcntl.LOCK_EX)
                    named[name] = _copied(source, part)
            noted = {"out": str(place.absolute()), "identity": out.identity, "named": named}
            (private / JOURNAL).write_text(json.dumps(noted), encoding="utf-8")
            with undisturbed():
                for name, waiting in parts.items():
                    out.give_name(waiting, name)
                    given.append(name)
        finally:
            with undisturbed():
                if len(given) < len(files):
                    for name in (*given, *parts.values()):
                        out.remove(name)


def _copied(source: BinaryIO, part: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := source.read(_COPIED_BYTES):
        digest.update(block)
        part.write(block)
    part.flush()
    return digest.hexdigest()


def undo_moving(private: Path) -> None:
    """Remove the files of a killed run that had got their names before the last one did.

    Args:
        private: The folder of ours that has the journal.
    """
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        noted = json.loads((private / JOURNAL).read_text(encoding="utf-8"))
        named = {str(name): str(digest) for name, digest in noted["named"].items()}
        with open_folder(Path(noted["out"])) as out:
            # By now the path may lead to another folder.
            if list(out.identity) != noted["identity"] or _holds(out, *list(named.items())[-1]):
                return
            for name, digest in named.items():
                if _holds(out, name, digest):
                    out.remove(name)


def _holds(out: OpenFolder, name: str, digest: str) -> bool:
    return out.has_file(name) and out.sha256(name) == digest


def sweep_parts(out: OpenFolder) -> None:
    """Remove the copies that killed runs left in a folder.

    Another writer could have made such a name.  So the target of a name is never removed or changed; only the
    name itself is, and only that of an ordinary file of this user.
    """
    for name in _parts(out):
        with contextlib.suppress(OSError), out.read(name) as file:
            found = os.fstat(file.fileno())
            if found.st_uid == os.getuid() and time.time() - found.st_mtime > _NEW_PART_SECONDS:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                out.remove(name)


def _parts(out: OpenFolder) -> Iterator[str]:
    return (name for name in out.names() if _PART_NAME.fullmatch(name))
