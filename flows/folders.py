"""Folders that hold clear text for a while: closed to others, and gone afterwards, whatever happens.

A process that is killed cannot tidy up.  Each folder is therefore held by a lock that the system
lets go when its process ends, and a later process removes those that nobody holds any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["held_folder", "let_go", "sweep"]

LOCK = ".lock"

YOUNG = 60.0
"""Seconds within which a folder without a lock is taken for one that is just being made."""


_held: set[Path] = set()
"""Those of this process."""


@contextlib.contextmanager
def held_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder of a random name, readable by its owner only, for as long as the context lasts.

    Args:
        parent: An existing folder.
        prefix: What the name begins with.

    Yields:
        The folder; it is removed with all that is in it.
    """
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    _held.add(folder)
    try:
        with (folder / LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        _held.discard(folder)
        _remove(folder)


def let_go(parent: Path) -> None:
    """Remove this process's folders now: it ends, and what works in them in the background with it.

    Args:
        parent: The folder that they were made in.
    """
    for folder in [each for each in tuple(_held) if each.parent == parent]:
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


def sweep(parent: Path, prefix: str) -> None:
    """Remove the folders that killed processes left.

    Args:
        parent: An existing folder.
        prefix: What their names begin with.
    """
    for folder in parent.glob(f"{prefix}*"):
        # One that goes away meanwhile, or is somebody else's, is not ours to tidy.
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid() and _left_behind(folder):
                _remove(folder)


def _left_behind(folder: Path) -> bool:
    lock_file = folder / LOCK
    if not lock_file.is_file():
        return time.time() - folder.stat().st_mtime > YOUNG
    with lock_file.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
