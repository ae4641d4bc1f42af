"""Whether something that is to be written is something that is read, by whatever name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

__all__ = ["clashes", "repeats"]


def clashes(outputs: Iterable[Path], inputs: Iterable[Path]) -> Iterator[Path]:
    """The outputs that are an input, by the same name, another one, a link, or in other letters.

    Args:
        outputs: Files to be written, whether they are there or not.
        inputs: Files that are read.

    Yields:
        Each output that is there and is one of the inputs, or lies where a missing one would.
    """
    read = {mark for path in inputs for mark in _marks(path)}
    for path in outputs:
        if not read.isdisjoint(_marks(path)):
            yield path


def _marks(path: Path) -> Iterator[tuple[object, ...]]:
    """What tells a file: its number on its disk, that of what it leads to, and its name and place."""
    for follow in (True, False):
        try:
            found = path.stat(follow_symlinks=follow)
        except (OSError, ValueError):
            continue
        yield found.st_dev, found.st_ino
    try:
        folder = path.parent.stat()
    except (OSError, ValueError):
        yield (str(path.absolute()),)
    else:
        yield folder.st_dev, folder.st_ino, path.name


def repeats(stems: Sequence[str], *, folded: bool) -> bool:
    """Whether two calls would write to the same names.

    Args:
        stems: What the names begin with.
        folded: Whether the output folder takes capital and small letters for the same.
    """
    return len({stem.casefold() if folded else stem for stem in stems}) < len(stems)
