"""Files of this machine, as the desk asks any file system for them.

fsspec has a local file system too, but importing it takes longer than reading the desk's own rows; fsspec is
used for buckets.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

PROTOCOLS = ("file://", "local://")


def local_path(url: str) -> str | None:
    """Return the absolute path that a URL names on this machine; ``None`` when it names another place."""
    for protocol in PROTOCOLS:
        url = url.removeprefix(protocol)
    return None if "://" in url or "::" in url else str(Path(url).expanduser().absolute())


def split_protocol(url: str) -> tuple[str | None, str]:
    """Split a URL into protocol and rest; for a path, return ``None`` and the path.

    As fsspec's own: one letter before ``://`` is no protocol.
    """
    protocol, mark, path = url.partition("://")
    return (protocol, path) if mark and len(protocol) > 1 else (None, url)


def files_at(url: str, /, **options: Any) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it.

    Args:
        url: Path or URL.
        options: Options of fsspec's file system, for any place but this machine.

    Raises:
        ValueError: when there is no such file system, or it cannot use the options; also ``TypeError``,
            ``ImportError`` and ``OSError``.
    """
    path = local_path(url)
    if path is not None:
        return LocalFiles(), path
    import fsspec

    fs, place = fsspec.core.url_to_fs(url, use_listings_cache=False, **options)
    return fs, place


class LocalFiles:
    """Part of the interface of ``fsspec.AbstractFileSystem`` that the desk uses, with the same names."""

    def open(self, path: str, mode: str) -> BinaryIO:
        """Open a file.

        Raises:
            OSError: as for ``open``, also in the other methods.
        """
        file: BinaryIO = Path(path).open(mode)  # type: ignore[assignment]  # noqa: SIM115 (the store closes it)
        return file

    def cat_file(self, path: str, start: int = 0, end: int | None = None) -> bytes:
        """Return a file's bytes from ``start`` to ``end``."""
        with Path(path).open("rb") as file:
            file.seek(start)
            return file.read() if end is None else file.read(end - start)

    def exists(self, path: str) -> bool:
        """Return whether there is a file; a path without permission is an error, not absent."""
        return Path(path).exists()

    def isdir(self, path: str) -> bool:
        """Return whether there is a folder."""
        return Path(path).is_dir()

    def unstrip_protocol(self, path: str) -> str:
        """Return a path as the URL that names it."""
        return f"{PROTOCOLS[0]}{path}"

    def rm_file(self, path: str) -> None:
        """Remove a file."""
        Path(path).unlink()

    def find(self, root: str, *, detail: bool = False) -> Any:
        """Return the paths of all files below a folder; with ``detail``, with the time of the last write."""
        found = sorted(f"{folder}/{name}" for folder, _, names in os.walk(root) for name in names)
        return dict(_written(found)) if detail else found


def _written(paths: Iterable[str]) -> Iterator[tuple[str, dict[str, float]]]:
    """Return when each file was last written; one that is gone by now is left out."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            yield path, {"mtime": Path(path).lstat().st_mtime}
