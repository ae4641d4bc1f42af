"""Files that an earlier run of kaiji left under a call's name; no other file is removed or replaced.

A call's manifest names its files with their hashes.  A file that has such a name but another hash may be
somebody's recording.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError
from pipeline.file_bytes import open_file

__all__ = ["JOURNAL", "NotOursError", "note_moving", "ours", "sha256_of", "undo_moving"]

JOURNAL: Final = "moving"
"""File of a staging folder that says to which names its files are being moved."""

_MAX_BYTES: Final = 1 << 20
"""Bytes of a manifest or an error file that are read, far more than either has."""


class NotOursError(PipelineError):
    """A file that kaiji did not write has a name that kaiji would write to."""

    code = "output_folder"


def ours(out: Path, stem: str, products: Sequence[str], manifest: str, error: str) -> tuple[Path, ...]:
    """Find the files that an earlier run left of a call, in the order in which they may be removed.

    Args:
        out: The output folder.
        stem: Prefix of the names.
        products: Suffixes of the products, the manifest's among them.
        manifest: Suffix of the manifest, which is removed last because it identifies the others.
        error: Suffix of the error file.

    Raises:
        NotOursError: when a file with one of the names was not written by kaiji, or was changed.
        OSError: when a file cannot be examined.
    """
    named = _named_by(out / f"{stem}.{manifest}")
    found = []
    for name in products:
        path = out / f"{stem}.{name}"
        if name != manifest and os.path.lexists(path):
            if not _regular(path) or named.get(name) != sha256_of(path):
                raise _not_ours(name)
            found.append(path)
    if os.path.lexists(out / f"{stem}.{error}"):
        if not _is_reason(out / f"{stem}.{error}"):
            raise _not_ours(error)
        found.append(out / f"{stem}.{error}")
    if os.path.lexists(out / f"{stem}.{manifest}"):
        if not named:
            raise _not_ours(manifest)
        found.append(out / f"{stem}.{manifest}")
    return tuple(found)


def _not_ours(name: str) -> NotOursError:
    return NotOursError(
        f"出力先の <通話名>.{name} は kaiji が書いたままのファイルではありません。"
        "移すか、別の --out にしてください"
    )


def _regular(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _document(path: Path) -> object:
    """Read a small JSON file of ours; return ``None`` for anything else."""
    if not os.path.lexists(path) or not _regular(path):
        return None
    with open_file(path) as file:
        raw = file.read(_MAX_BYTES + 1)
    try:
        return json.loads(raw) if len(raw) <= _MAX_BYTES else None
    except (ValueError, RecursionError):
        return None


def _named_by(path: Path) -> Mapping[str, str]:
    """Return the hashes that one of our manifests names; empty for any other document."""
    document = _document(path)
    if not isinstance(document, dict) or not {"call_id", "input", "outputs", "plan"} <= document.keys():
        return {}
    outputs = document["outputs"]
    if not isinstance(outputs, dict):
        return {}
    return {name: digest for name, digest in outputs.items() if isinstance(digest, str)}


def _is_reason(path: Path) -> bool:
    document = _document(path)
    return (
        isinstance(document, dict)
        and document.keys() == {"code", "message"}
        and all(isinstance(value, str) for value in document.values())
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of an ordinary file as a hex digest."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_moving(folder: Path, stem: str) -> None:
    """Note in a staging folder to which names its files are about to be moved."""
    (folder / JOURNAL).write_bytes(os.fsencode(stem))


def undo_moving(folder: Path, products: Sequence[str], manifest: str) -> None:
    """Remove the files that a killed run had moved out of a staging folder before it moved the manifest.

    Args:
        folder: The staging folder, with its manifest still in it.
        products: As ``ours``.
        manifest: As ``ours``.
    """
    with contextlib.suppress(OSError):
        stem = os.fsdecode((folder / JOURNAL).read_bytes())
        named = _named_by(folder / manifest)
        last = folder.parent / f"{stem}.{manifest}"
        if not named or (
            os.path.lexists(last) and _regular(last) and sha256_of(last) == sha256_of(folder / manifest)
        ):
            return
        for name in products:
            path = folder.parent / f"{stem}.{name}"
            if os.path.lexists(path) and _regular(path) and named.get(name) == sha256_of(path):
                path.unlink()
