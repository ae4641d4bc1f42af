"""Temporary folders for clear text: closed to other users, and always removed afterwards.

They lie in a folder of ours that nobody else can write to, so everything in it is ours.  A killed process
cannot clean up.  Each folder therefore has a lock that the system releases when its process ends, and a later
process removes the folders without a lock holder.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.folders.endings import before_ending, undisturbed
from flows.folders.open_folder import NotOurFolderError, OpenFolder, open_own_folder
from pipeline.errors import PipelineError

_NOT_OURS = (
    "作業フォルダが別の利用者のものか、ほかの利用者が書けるか入れ替えられます"
    "(chmod go-w とするか、KAIJI_WORK で別の場所を指定してください)"
)
"""Message to a person whose ``KAIJI_WORK`` can be written to by others."""

LOCK = ".lock"

NEW_FOLDER_SECONDS = 60.0
"""Seconds within which a folder without a lock counts as one that is still being made."""


_held: dict[Path, int] = {}
"""Folders of this process with its process id, because a forked process inherits its parent's list."""


def is_held(folder: Path) -> bool:
    """Return whether a running process holds the lock of a folder of ours.

    Args:
        folder: The folder; a missing one has no holder.

    Raises:
        NotOurFolderError: when others can write to the folder or exchange it.
        OSError: when it cannot be read.
    """
    try:
        with open_own_folder(folder) as held, held.read(LOCK) as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def held_folder(root: Path, prefix: str) -> Iterator[Path]:
    """Make a folder with a random name, readable by its owner only, for as long as the context lasts.

    Args:
        root: The folder that contains it: ours alone, and made where it is missing.
        prefix: Prefix of the name.

    Yields:
        The folder; afterwards it is removed with everything in it.

    Raises:
        NotOurFolderError: when others can write to ``root`` or exchange it.
        OSError: when the folder cannot be made.
    """
    folder: Path | None = None
    with contextlib.ExitStack() as held:
        try:
            with open_own_folder(root, make=True) as parent:
                with undisturbed():
                    name = f"{prefix}{secrets.token_hex(8)}"
                    folder = root / name
                    _held[folder] = os.getpid()
                    made = held.enter_context(parent.make(name))
                # Locked before it has its name: a sweep between the two would take the folder for a leftover.
                unnamed, lock = made.part()
                held.enter_context(lock)
                fcntl.flock(lock, fcntl.LOCK_EX)
                made.move(unnamed, made, LOCK)
            yield folder
        finally:
            if folder is not None:
                with undisturbed():
                    _remove(folder)
                    _held.pop(folder, None)


@contextlib.contextmanager
def swept_folder(root: Path, prefix: str, failure: type[PipelineError]) -> Iterator[Path]:
    """Make a folder as ``held_folder`` does, once the folders that killed processes left are removed.

    Args:
        root: The folder that contains it: ours alone, and made where it is missing.
        prefix: Prefix of the folder's name, shared by the others to be removed.
        failure: Error to raise.

    Yields:
        The folder; errors raised inside the context pass unchanged.

    Raises:
        PipelineError: of the type ``failure``, when the folder cannot be made, or others can write to
            ``root`` or exchange it.
    """
    remove_left(root, prefix, failure)
    with contextlib.ExitStack() as stack:
        with _raised_as(failure):
            folder = stack.enter_context(held_folder(root, prefix))
        yield folder


def remove_left(root: Path, prefix: str, failure: type[PipelineError]) -> None:
    """Remove the folders that killed processes left, as ``sweep`` does.

    Args:
        root: The folder that contains them: ours alone, and made where it is missing.
        prefix: Prefix of their names.
        failure: Error to raise.

    Raises:
        PipelineError: of the type ``failure``, when others can write to ``root`` or exchange it.
    """
    with _raised_as(failure):
        sweep(root, prefix)


@contextlib.contextmanager
def _raised_as(failure: type[PipelineError]) -> Iterator[None]:
    """Turn the system's errors of the work folder into an error for a person."""
    try:
        yield
    except NotOurFolderError:
        raise failure(_NOT_OURS) from None
    except OSError as error:
        msg = f"作業フォルダを作れません({type(error).__name__})"
        raise failure(msg) from None


def let_go(root: Path) -> None:
    """Remove this process's folders now, because the process ends and its background work with it.

    Args:
        root: The folder that contains them.
    """
    for folder, process in tuple(_held.items()):
        if folder.parent == root and process == os.getpid():
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
    with contextlib.suppress(OSError), open_own_folder(folder.parent) as parent:
        parent.remove_whole(folder.name, last=LOCK)


def sweep(root: Path, prefix: str, before: Callable[[Path], None] = lambda _: None) -> None:
    """Remove the folders that killed processes left.

    Args:
        root: The folder that contains them: ours alone, and made where it is missing.
        prefix: Prefix of their names.
        before: Called with each folder before it is removed.

    Raises:
        NotOurFolderError: when others can write to ``root`` or exchange it; nothing is removed.
    """
    with open_own_folder(root, make=True) as parent:
        for name in parent.names():
            # Skip a folder that disappears meanwhile, and anything that is no folder of ours.
            with contextlib.suppress(OSError):
                if name.startswith(prefix) and _left_behind(parent, name):
                    before(root / name)
                    parent.remove_whole(name, last=LOCK)


def _left_behind(parent: OpenFolder, name: str) -> bool:
    with parent.own(name) as folder:
        if not folder.has_file(LOCK):
            return time.time() - folder.written_at > NEW_FOLDER_SECONDS
        with folder.read(LOCK) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
    return True
