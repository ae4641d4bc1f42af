"""Read files with secrets, which only their owner may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from flows.folders.way import check_nothing, walk

_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
"""Does not block on a pipe or a device."""

_MAX_BYTES: Final = 64 * 1024


class OpenSecretError(OSError):
    """A file with a secret can be read or written by others, is another user's, or is no ordinary file."""


def read_secret_file(path: Path) -> bytes:
    """Read a file with a secret.

    Args:
        path: The file.  A link on the way, also to the file itself, is followed if root or this user made it.

    Raises:
        OpenSecretError: when others can read or write it, it is another user's, or no ordinary file.
        NotOurFolderError: when the way leads over a link of another user.
        OSError: when it is missing, or cannot be read.
    """
    folder, name = walk(path, check_nothing, file=True)
    try:
        handle = os.open(name or ".", _READ, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        # Looked at once it is open, so that nothing else can come in its place.
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid not in {0, os.getuid()} or found.st_mode & 0o077:
            raise OpenSecretError
        return os.read(handle, _MAX_BYTES)
    finally:
        os.close(handle)
