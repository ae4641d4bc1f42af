"""Check whether an output file is one of the input files, under any name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def clashes(outputs: Iterable[Path], inputs: Iterable[Path]) -> Iterator[Path]:
    """Find the outputs that are inputs, too: by the same path, a link, or a name in other case.

    Args:
        outputs: Files to be written; they need not exist.
        inputs: Files that are read.

    Yields:
        Each output that is an input, or has the path of a missing input.
    """
    read = {mark for path in inputs for mark in _marks(path)}
    for path in outputs:
        if not read.isdisjoint(_marks(path)):
            yield path


def _marks(path: Path) -> Iterator[tuple[object, ...]]:
    """Return the identity of a file: its inode, that of a link's target, and its folder and name."""
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
    """Return whether two calls would write to the same names.

    Args:
        stems: Prefixes of the names.
        folded: Whether the output folder ignores case in names.
    """
    return len({stem.casefold() if folded else stem for stem in stems}) < len(stems)
