"""The way to a folder or file: one name at a time, over no other user's link.

A person with write access to a folder on the way can exchange the rest of the way between a check and its
use.  So the way is followed once, by descriptors, and the folder at its end is held.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from flows.folders.endings import undisturbed

WALK: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""Flag with which a folder need not be readable to be passed through; only where there is ``O_PATH``."""

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_MAX_LINKS: Final = 40

Check = Callable[[os.stat_result], None]


class NotOurFolderError(OSError):
    """A folder, or a link on the way to it, is another user's, or others can write to it."""


def walk(path: Path, check: Check, *, make: int | None = None, file: bool = False) -> tuple[int, str]:
    """Go from the root to a folder or a file.

    Args:
        path: Path of the folder.  A link on the way is followed if root or this user made it.
        check: Called for each folder on the way, but not for the last one.
        make: Mode of folders that are made where they are missing; by default none is made.
        file: Whether the last name is a file's, which is not opened.

    Returns:
        Descriptor of the folder, and the last name in it where it is a file's.

    Raises:
        NotOurFolderError: when the way leads over a link of another user.
        OSError: when there is no such folder, also where links go round in a circle.
    """
    # A signal between two descriptors would leave one open, or close one that is another file's by then.
    with undisturbed():
        return _walked(path, check, make=make, file=file)


def _walked(path: Path, check: Check, *, make: int | None, file: bool) -> tuple[int, str]:
    waiting = list(reversed(path.absolute().parts[1:]))
    here, links = os.open("/", WALK), 0
    try:
        while waiting:
            check(os.fstat(here))
            name = waiting.pop()
            target = _link(here, name)
            if target is None and file and not waiting:
                return here, name
            if target is None:
                here = _exchanged(here, _opened(here, name, make))
                continue
            links += 1
            _check_count(links)
            waiting.extend(part for part in reversed(Path(target).parts) if part != "/")
            if target.startswith("/"):
                here = _exchanged(here, os.open("/", WALK))
    except BaseException:
        os.close(here)
        raise
    return here, ""


def check_nothing(_: os.stat_result) -> None:
    """Let any folder be on the way."""


def check_ours(found: os.stat_result) -> None:
    """Refuse a folder that is another user's, or that others can write to."""
    if found.st_uid != os.getuid() or found.st_mode & _OTHERS_WRITE:
        raise NotOurFolderError


def check_way(found: os.stat_result) -> None:
    """Refuse a folder in which others could exchange the next one on the way."""
    # With the sticky bit only the owner of an entry, and of the folder, may move it.
    kept = found.st_mode & stat.S_ISVTX
    # Where every user has a private group, the group's write permission is harmless.
    group = found.st_mode & stat.S_IWGRP and found.st_gid not in {0, os.getgid()}
    if found.st_uid not in _trusted() or (not kept and (group or found.st_mode & stat.S_IWOTH)):
        raise NotOurFolderError


def _link(here: int, name: str) -> str | None:
    """Return where a link leads that root or this user made; ``None`` for anything else."""
    try:
        before = os.stat(name, dir_fd=here, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISLNK(before.st_mode):
        return None
    target = os.readlink(name, dir_fd=here)
    # A link cannot be held, so another one may have come between the two steps.
    if _mark(os.stat(name, dir_fd=here, follow_symlinks=False)) != _mark(before):
        raise NotOurFolderError
    if before.st_uid not in _trusted():
        raise NotOurFolderError
    return target


def _check_count(links: int) -> None:
    if links > _MAX_LINKS:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_dev, found.st_ino, found.st_ctime_ns


def _opened(here: int, name: str, make: int | None) -> int:
    try:
        return os.open(name, WALK, dir_fd=here)
    except FileNotFoundError:
        if make is None:
            raise
    # Another process may have made it first; a link to nowhere does not open.
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, make, dir_fd=here)
    return os.open(name, WALK, dir_fd=here)


def _exchanged(old: int, new: int) -> int:
    os.close(old)
    return new


def _trusted() -> set[int]:
    """Return the users who may do everything here anyway; in a container, root may have another number."""
    return {0, os.getuid(), Path("/").stat().st_uid}
