"""A folder opened once, by descriptor, for places that other people can write to.

A person with write access to a folder can put a link, a pipe or another person's folder under any name in it,
and can exchange the folder itself between a check and its use.  So a folder is opened once, on a way without
other users' links, and from then on each name in it is one step from its descriptor, without following links.
No folder is removed with its content, except folders of ours inside folders of ours.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO, Final, Self

from flows.folders.endings import undisturbed
from flows.folders.way import WALK, NotOurFolderError, check_nothing, check_ours, check_way, walk
from pipeline.file_bytes import NotAFileError

__all__ = [
    "PART",
    "NotOurFolderError",
    "OpenFolder",
    "OtherNamesError",
    "new_file",
    "open_folder",
    "open_own_folder",
    "put_file",
]

PART: Final = ".kaiji-"
"""Prefix of the name of a file that is being written; watchers of the folder must ignore it."""

_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_LOCK: Final = _READ | os.O_CREAT
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_COPIED_BYTES: Final = 1 << 20


class OtherNamesError(OSError):
    """A file has another name too (a hard link), which may be that of a file of ours."""


class OpenFolder:
    """A folder held by its descriptor; each name in it is one step, and no link is followed.

    Parts that have no name of their own yet are removed at the end of the context: a signal's exception can
    come just before the code that would remove them.

    Args:
        handle: Descriptor of the folder, closed with the context.

    Raises:
        OSError: from every method, as the system raises it.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._parts: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with undisturbed():
            for part in tuple(self._parts):
                self.remove(part)
            os.close(self._handle)

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode, which do not depend on the folder's present name."""
        found = os.fstat(self._handle)
        return found.st_dev, found.st_ino

    @property
    def written_at(self) -> float:
        """Time of the last change of its names, in seconds since 1970."""
        return os.fstat(self._handle).st_mtime

    def check_ours(self) -> None:
        """Check that the folder is this user's, and that nobody else can write to it.

        Raises:
            NotOurFolderError: when not.
        """
        check_ours(os.fstat(self._handle))

    def names(self) -> list[str]:
        """Return the names in the folder, sorted."""
        with self._readable() as handle:
            return sorted(os.listdir(handle))  # noqa: PTH208 (a descriptor has no path)

    def settle(self) -> None:
        """Sync the folder, so that a new name in it survives a power cut."""
        with self._readable() as handle:
            os.fsync(handle)

    @contextmanager
    def _readable(self) -> Iterator[int]:
        # A descriptor that only leads further cannot be read.
        handle = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._handle)
        try:
            yield handle
        finally:
            os.close(handle)

    def found(self, name: str) -> os.stat_result | None:
        """Return the status of a name, without following a link; ``None`` where there is nothing."""
        try:
            return os.stat(_one(name), dir_fd=self._handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def has_file(self, name: str) -> bool:
        """Return whether an ordinary file has a name."""
        found = self.found(name)
        return found is not None and stat.S_ISREG(found.st_mode)

    def read(self, name: str, *, only_name: bool = False) -> io.BufferedReader:
        """Open an ordinary file for reading; a pipe or a device does not block.

        Args:
            name: Its name.
            only_name: Whether a file that has another name too is refused.

        Raises:
            NotAFileError: for anything but an ordinary file.
            OtherNamesError: for a hard link.
        """
        handle = os.open(_one(name), _READ, dir_fd=self._handle)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise NotAFileError
            if only_name and found.st_nlink != 1:
                raise OtherNamesError
        except OSError:
            os.close(handle)
            raise
        return os.fdopen(handle, "rb")

    def has(self, name: str, file: BinaryIO) -> bool:
        """Return whether a name is still that of an open file."""
        found, held = self.found(name), os.fstat(file.fileno())
        return found is not None and (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)

    def lock(self, name: str) -> BinaryIO:
        """Open a file to lock it, made where it is missing; its content is never changed."""
        self.check_ours()
        return os.fdopen(os.open(_one(name), _LOCK, 0o600, dir_fd=self._handle), "rb")

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of an ordinary file as a hex digest."""
        with self.read(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def create(self, name: str, mode: int = 0o600) -> BinaryIO:
        """Open a new file for writing; a name that is taken, also by a link to nowhere, is refused."""
        return os.fdopen(os.open(_one(name), _CREATE, mode, dir_fd=self._handle), "wb")

    def part(self, mode: int = 0o600) -> tuple[str, BinaryIO]:
        """Open a new file under a random name; it gets its own name when it is complete."""
        name = f"{PART}{secrets.token_hex(16)}.part"
        with undisturbed():
            file = self.create(name, mode)
            self._parts.add(name)
        return name, file

    def put(self, name: str, content: bytes | IO[bytes], mode: int = 0o644) -> None:
        """Write a file as a whole, in place of an ordinary file of the name and of nothing else."""
        part, file = self.part(mode)
        try:
            with file:
                _fill(file, content)
            found = self.found(name)
            if found is not None and not stat.S_ISREG(found.st_mode):
                raise FileExistsError
            self.move(part, self, name)
        finally:
            self.remove(part)

    def add(self, name: str, content: bytes | IO[bytes], mode: int = 0o600) -> None:
        """Write a new file as a whole; a name that is taken is refused."""
        part, file = self.part(mode)
        try:
            with file:
                _fill(file, content)
            self.give_name(part, name)
        finally:
            self.remove(part)

    def give_name(self, part: str, name: str) -> None:
        """Move a file to a name unless that name is taken."""
        try:
            os.link(
                _one(part),
                _one(name),
                src_dir_fd=self._handle,
                dst_dir_fd=self._handle,
                follow_symlinks=False,
            )
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # A file system without hard links: only another kaiji could write between the check and the move.
            if self.found(name) is not None:
                raise FileExistsError from None
            self.move(part, self, name)
        else:
            self.remove(part)

    def move(self, name: str, into: OpenFolder, new: str) -> None:
        """Move a file or folder to a name in an open folder, in place of a file of that name."""
        with undisturbed():
            os.rename(_one(name), _one(new), src_dir_fd=self._handle, dst_dir_fd=into._handle)
            self._parts.discard(name)

    def remove(self, name: str) -> None:
        """Remove a name that is no folder's; a link goes itself.  A missing one is no error."""
        with undisturbed():
            with suppress(FileNotFoundError):
                os.unlink(_one(name), dir_fd=self._handle)
            self._parts.discard(name)

    def make(self, name: str) -> OpenFolder:
        """Make a new folder for its owner only, and open it; a name that is taken is refused."""
        os.mkdir(_one(name), 0o700, dir_fd=self._handle)
        return self.own(name)

    def own(self, name: str, *, make: bool = False) -> OpenFolder:
        """Open a folder of ours in this one.

        Args:
            name: Its name.
            make: Whether it is made where it is missing.

        Raises:
            NotOurFolderError: when it is another user's, or others can write to it.
            NotADirectoryError: when it is a link or a file.
        """
        if make:
            with suppress(FileExistsError):
                os.mkdir(_one(name), 0o700, dir_fd=self._handle)
        handle = os.open(_one(name), WALK, dir_fd=self._handle)
        return _ours(OpenFolder(handle))

    def remove_empty(self, name: str) -> None:
        """Remove an empty folder."""
        os.rmdir(_one(name), dir_fd=self._handle)

    def remove_whole(self, name: str, last: str = "") -> None:
        """Remove a folder of ours with all in it, from a folder of ours.

        Args:
            name: Its name.
            last: Name of the file in it that goes last, by which an interrupted removal is known.

        Raises:
            NotOurFolderError: when others can write to either, or either is another user's.
        """
        self.check_ours()
        with self.own(name) as folder:
            for inner in folder.names():
                found = folder.found(inner)
                if found is not None and stat.S_ISDIR(found.st_mode):
                    # It opens every folder without following a link, and takes no other way.
                    shutil.rmtree(inner, ignore_errors=True, dir_fd=folder._handle)  # noqa: SLF001
                elif inner != last:
                    folder.remove(inner)
            if last:
                folder.remove(last)
        self.remove_empty(name)


def open_folder(path: Path, *, make: int | None = None) -> OpenFolder:
    """Find a folder and open it, in a place that others may write to too.

    Args:
        path: Its path.  A link on the way is followed if root or this user made it.
        make: Mode with which it is made where it is missing; by default it must be there.

    Raises:
        NotOurFolderError: when the way leads over a link of another user.
        OSError: when there is no such folder, also where links go round in a circle.
    """
    handle, _ = walk(path, check_nothing, make=make)
    return OpenFolder(handle)


def open_own_folder(path: Path, *, make: bool = False) -> OpenFolder:
    """Find a folder of ours that nobody else can write to or exchange, and open it.

    Args:
        path: Its path.
        make: Whether it is made where it is missing, for its owner only.

    Raises:
        NotOurFolderError: when it is another user's, or others can write to it, or could exchange it because
            they can write to a folder on the way.
        OSError: as for ``open_folder``.
    """
    handle, _ = walk(path, check_way, make=0o700 if make else None)
    return _ours(OpenFolder(handle))


def put_file(path: Path, content: bytes) -> None:
    """Write a file as a whole where a person wants it, in place of an ordinary file and of nothing else."""
    with open_folder(path.parent) as folder:
        folder.put(path.name, content)


def new_file(path: Path) -> BinaryIO:
    """Open a new file where a person wants it, for its owner only; a name that is taken is refused."""
    with open_folder(path.parent) as folder:
        return folder.create(path.name)


def _ours(folder: OpenFolder) -> OpenFolder:
    try:
        folder.check_ours()
    except OSError:
        folder.__exit__()
        raise
    return folder


def _one(name: str) -> str:
    """Return a name that is a single step, and refuse any other."""
    if name in {"", ".", ".."} or "/" in name or "\0" in name:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return name


def _fill(file: BinaryIO, content: bytes | IO[bytes]) -> None:
    if isinstance(content, bytes):
        file.write(content)
    else:
        shutil.copyfileobj(content, file, _COPIED_BYTES)
    file.flush()
    os.fsync(file.fileno())
