"""What an earlier run of ours left under a call's name: only that is ever removed or replaced.

A call's manifest names its files with their hashes; a file that bears such a name and is not the one
that the manifest names may be somebody's recording.
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
"""File of a staging folder that says under which name its files are being moved out."""

_MAX_BYTES: Final = 1 << 20
"""Bytes of a manifest or an error of ours, far more than either has."""


class NotOursError(PipelineError):
    """A file of somebody else's lies where one of ours would."""

    code = "output_folder"


def ours(out: Path, stem: str, products: Sequence[str], manifest: str, error: str) -> tuple[Path, ...]:
    """The files that an earlier run left of a call, in the order in which they may be removed.

    Args:
        out: The output folder.
        stem: What the names begin with.
        products: How they go on, the manifest's among them.
        manifest: How the manifest's goes on; it comes last, because the others hang on it.
        error: How that of a failure's reason does.

    Raises:
        NotOursError: when one of the names is taken by a file that we did not write, or that was changed.
        OSError: when one cannot be looked at.
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
    """A small JSON file of ours; ``None`` for anything else."""
    if not os.path.lexists(path) or not _regular(path):
        return None
    with open_file(path) as file:
        raw = file.read(_MAX_BYTES + 1)
    try:
        return json.loads(raw) if len(raw) <= _MAX_BYTES else None
    except (ValueError, RecursionError):
        return None


def _named_by(path: Path) -> Mapping[str, str]:
    """What a manifest of ours names; nothing when it is none."""
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
    """Hex digest of an ordinary file."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_moving(folder: Path, stem: str) -> None:
    """Say in a staging folder under which name its files are about to be moved out of it."""
    (folder / JOURNAL).write_bytes(os.fsencode(stem))


def undo_moving(folder: Path, products: Sequence[str], manifest: str) -> None:
    """Take back what a killed run had moved out of a staging folder without coming to the manifest.

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
