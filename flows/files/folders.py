"""Temporary folders for clear text: closed to other users, and always removed afterwards.

A killed process cannot clean up.  Each folder therefore has a lock that the system releases when its
process ends, and a later process removes the folders whose lock nobody holds.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.files.endings import before_ending, undisturbed

__all__ = ["held_folder", "is_held", "let_go", "sweep"]

LOCK = ".lock"

NEW_FOLDER_SECONDS = 60.0
"""Seconds within which a folder without a lock counts as one that is still being made."""


_held: dict[Path, int] = {}
"""Folders of this process with its process id, because a forked process inherits its parent's list."""


def is_held(folder: Path) -> bool:
    """Return whether a running process holds the lock of a folder."""
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def held_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a folder with a random name, readable by its owner only, for as long as the context lasts.

    Args:
        parent: An existing folder.
        prefix: Prefix of the name.

    Yields:
        The folder; afterwards it is removed with everything in it.
    """
    folder: Path | None = None
    try:
        with undisturbed():
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
            _held[folder] = os.getpid()
        with (folder / LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        if folder is not None:
            with undisturbed():
                _remove(folder)
                _held.pop(folder, None)


def let_go(parent: Path) -> None:
    """Remove this process's folders now, because the process ends and its background work with it.

    Args:
        parent: The folder that contains them.
    """
    for folder, process in tuple(_held.items()):
        if folder.parent == parent and process == os.getpid():
            _remove(folder)


@before_ending
@atexit.register
def _let_go_of_all() -> None:
    """Remove, at the end of the process, the folders of contexts that were never left."""
    for folder, process in tuple(_held.items()):
        if process == os.getpid():
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, its lock last, so that a later process can finish an interrupted removal."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != LOCK:
                path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, prefix: str, before: Callable[[Path], None] = lambda _: None) -> None:
    """Remove the folders that killed processes left.

    Args:
        parent: An existing folder.
        prefix: Prefix of their names.
        before: Called with each folder before it is removed.
    """
    for folder in parent.glob(f"{prefix}*"):
        # Skip a folder that disappears meanwhile or belongs to another user.
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid() and _left_behind(folder):
                before(folder)
                _remove(folder)


def _left_behind(folder: Path) -> bool:
    lock_file = folder / LOCK
    if not lock_file.is_file():
        return time.time() - folder.stat().st_mtime > NEW_FOLDER_SECONDS
    with lock_file.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
