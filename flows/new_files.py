"""Writes files that are not there yet, for people who take something out of the desk: all or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from flows.outputs import OutputFolderError

__all__ = ["not_written", "write_new"]

OWNER_ONLY = 0o600

COPIED_BYTES = 1 << 20
"""Bytes of a file that are in memory at a time."""


def write_new(made: Mapping[Path, bytes | Path]) -> None:
    """Write new files, each for its owner only.

    Args:
        made: By path, a file's content, or the file that holds it.

    Raises:
        OutputFolderError: when one is there already, or cannot be written; nothing is left then.
    """
    written: list[Path] = []
    try:
        for path, content in made.items():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            written.append(path)
            with os.fdopen(handle, "wb") as file:
                if isinstance(content, bytes):
                    file.write(content)
                    continue
                with content.open("rb") as source:
                    shutil.copyfileobj(source, file, COPIED_BYTES)
    except BaseException as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise not_written(error) from None
        raise


def not_written(error: OSError) -> OutputFolderError:
    """Return what a person is told of a file or folder that could not be made, without its name."""
    told = "すでにあります" if isinstance(error, FileExistsError) else f"書けません({type(error).__name__})"
    return OutputFolderError(f"出力先のフォルダ: {told}")
