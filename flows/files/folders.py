"""Folders that hold clear text for a while: closed to others, and gone afterwards, whatever happens.

A process that is killed cannot tidy up.  Each folder is therefore held by a lock that the system
lets go when its process ends, and a later process removes those that nobody holds any more.
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

from flows.files.endings import undisturbed

__all__ = ["held_folder", "let_go", "sweep"]

LOCK = ".lock"

NEW_FOLDER_SECONDS = 60.0
"""Seconds within which a folder without a lock is taken for one that is just being made."""


_held: dict[Path, int] = {}
"""Those of this process, with its id: a forked one has its parent's in its memory."""


@contextlib.contextmanager
def held_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder of a random name, readable by its owner only, for as long as the context lasts.

    Args:
        parent: An existing folder.
        prefix: What the name begins with.

    Yields:
        The folder; it is removed with all that is in it.
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
    """Remove this process's folders now: it ends, and what works in them in the background with it.

    Args:
        parent: The folder that they were made in.
    """
    for folder, process in tuple(_held.items()):
        if folder.parent == parent and process == os.getpid():
            _remove(folder)


@atexit.register
def _let_go_of_all() -> None:
    """What a context that never came to its end still holds when the process does."""
    for folder, process in tuple(_held.items()):
        if process == os.getpid():
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder, its lock last: of one whose removal is killed a later process sees what it is."""
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
        prefix: What their names begin with.
        before: Done with each of them first.
    """
    for folder in parent.glob(f"{prefix}*"):
        # One that goes away meanwhile, or is somebody else's, is not ours to tidy.
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
