"""Writes files that are not there yet, for people who take something out of the desk: all or none."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from flows.folders.open_folder import OpenFolder, open_folder
from flows.outputs import OutputFolderError

COPIED_BYTES = 1 << 20
"""Bytes of a file that are in memory at a time."""


def write_new(out: Path, made: Mapping[str, bytes | Path], *, make: bool = False) -> tuple[Path, ...]:
    """Write new files into a folder, each for its owner only.

    Args:
        out: The folder.
        made: By name, a file's content, or the file that holds it.
        make: Whether the folder is made where it is not there, for its owner only.

    Returns:
        Their paths.

    Raises:
        OutputFolderError: when one is there already, or cannot be written; nothing is left then.
    """
    try:
        with open_folder(out, make=0o700 if make else None) as folder, _all_or_none(folder) as written:
            for name, content in made.items():
                with folder.create(name) as file:
                    written.append(name)
                    if isinstance(content, bytes):
                        file.write(content)
                        continue
                    with content.open("rb") as source:
                        shutil.copyfileobj(source, file, COPIED_BYTES)
    except OSError as error:
        raise _not_written(error) from None
    return tuple(out / name for name in made)


@contextlib.contextmanager
def new_folder(out: Path, name: str) -> Iterator[OpenFolder]:
    """Make a new folder in a folder, for its owner only, to be filled within the context.

    Args:
        out: An existing folder.
        name: Name of the new one.

    Yields:
        The new folder; when the context fails, it is removed with the files that lie in it.

    Raises:
        OutputFolderError: when the name is taken, or the folder cannot be made.
    """
    try:
        place = open_folder(out)
    except OSError as error:
        raise _not_written(error) from None
    with place:
        try:
            folder = place.make(name)
        except OSError as error:
            raise _not_written(error) from None
        with folder:
            try:
                yield folder
            except BaseException:
                with contextlib.suppress(OSError):
                    # No folder is ever made in it; one that somebody laid there stays.
                    for inner in folder.names():
                        folder.remove(inner)
                    place.remove_empty(name)
                raise


@contextlib.contextmanager
def _all_or_none(folder: OpenFolder) -> Iterator[list[str]]:
    written: list[str] = []
    try:
        yield written
    except BaseException:
        for name in written:
            folder.remove(name)
        raise


def _not_written(error: OSError) -> OutputFolderError:
    """Return what a person is told of a file or folder that could not be made, without its name."""
    told = "すでにあります" if isinstance(error, FileExistsError) else f"書けません({type(error).__name__})"
    return OutputFolderError(f"出力先のフォルダ: {told}")
