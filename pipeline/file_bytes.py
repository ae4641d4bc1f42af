"""Open ordinary files only, and read their bytes by position."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

_BLOCK_BYTES: Final = 1 << 16


class NotAFileError(OSError):
    """A pipe, a device or a socket stands where an ordinary file is expected."""


def open_file(path: Path) -> io.BufferedReader:
    """Open an ordinary file for reading; refuse anything else.

    Reading a pipe would block and a device may never end.  The path is checked before and after opening, and
    is opened without blocking, in case it is replaced in between.

    Args:
        path: The file; links are followed.

    Returns:
        The file, open for reading.

    Raises:
        IsADirectoryError: the path is a folder.
        NotAFileError: the path is anything else but an ordinary file.
        OSError: as ``open``; also for a circle of links.
    """
    _refuse_others(path.stat())
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        _refuse_others(os.fstat(handle))
    except OSError:
        os.close(handle)
        raise
    return os.fdopen(handle, "rb")


def _refuse_others(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError
    if not stat.S_ISREG(found.st_mode):
        raise NotAFileError


def read_file(path: Path) -> bytes:
    """Return all bytes of an ordinary file.

    Raises:
        OSError: as ``open_file``.
    """
    with open_file(path) as file:
        return file.read()


def is_plain(path: Path) -> bool:
    """Whether a path itself is an ordinary file: not a link, a pipe or a device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


class FileBytes:
    """Bytes of an open file by position; the file's own read position does not move.

    Args:
        file: Open for reading, with a file descriptor.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._handle = file.fileno()
        self.size = os.fstat(self._handle).st_size
        self._at, self._block = 0, b""

    def read(self, at: int, size: int) -> bytes:
        """Read ``size`` bytes from position ``at``; fewer at the end of the file, none beyond it."""
        start = at - self._at
        if start < 0 or start + size > len(self._block):
            self._at, self._block = at, os.pread(self._handle, max(size, _BLOCK_BYTES), at)
            start = 0
        return self._block[start : start + size]

    def number(self, at: int, size: int, order: str = "big") -> int:
        """Read an unsigned integer of ``size`` bytes; 0 beyond the end of the file."""
        return int.from_bytes(self.read(at, size), "little" if order == "little" else "big")

    def empty_from(self, at: int) -> bool:
        """Whether only zero bytes follow: padding, which holds no sound."""
        while at < self.size:
            block = self.read(at, _BLOCK_BYTES)
            if not block or block.strip(b"\0"):
                return not block
            at += len(block)
        return True


class SeekableFile:
    """A file for PyAV that reports an impossible seek as FFmpeg expects.

    A damaged header may name a position that no file has.  PyAV would print the operating system's error and
    go on, or raise an exception that is not an ``FFmpegError``.

    Args:
        file: Open for reading.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read, self.tell = file.read, file.tell

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position; return -1, FFmpeg's error value, where that is impossible."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError, OverflowError):
            return -1
