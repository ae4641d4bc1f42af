"""Files that an earlier run of kaiji left under a call's name; no other file is removed or replaced.

A call's manifest names its files with their hashes.  A file that has such a name but another hash may be
somebody's recording.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from flows.folders.open_folder import OpenFolder
from pipeline.errors import PipelineError
from pipeline.file_bytes import open_file

_MAX_BYTES: Final = 1 << 20
"""Bytes of a manifest or an error file that are read, far more than either has."""


class NotOursError(PipelineError):
    """A file that kaiji did not write has a name that kaiji would write to."""

    code = "output_folder"


def ours(out: OpenFolder, stem: str, products: Sequence[str], manifest: str, error: str) -> tuple[str, ...]:
    """Find the files that an earlier run left of a call, in the order in which they may be removed.

    Args:
        out: The output folder.
        stem: Prefix of the names.
        products: Suffixes of the products, the manifest's among them.
        manifest: Suffix of the manifest, which is removed last because it identifies the others.
        error: Suffix of the error file.

    Returns:
        Their names.

    Raises:
        NotOursError: when a file with one of the names was not written by kaiji, or was changed.
        OSError: when a file cannot be examined.
    """
    named = _named_by(out, f"{stem}.{manifest}")
    found = []
    for suffix in products:
        name = f"{stem}.{suffix}"
        if suffix != manifest and out.found(name) is not None:
            if not out.has_file(name) or named.get(suffix) != out.sha256(name):
                raise _not_ours(suffix)
            found.append(name)
    if out.found(f"{stem}.{error}") is not None:
        if not _is_reason(out, f"{stem}.{error}"):
            raise _not_ours(error)
        found.append(f"{stem}.{error}")
    if out.found(f"{stem}.{manifest}") is not None:
        if not named:
            raise _not_ours(manifest)
        found.append(f"{stem}.{manifest}")
    return tuple(found)


def _not_ours(name: str) -> NotOursError:
    return NotOursError(
        f"出力先の <通話名>.{name} は kaiji が書いたままのファイルではありません。"
        "移すか、別の --out にしてください"
    )


def _document(out: OpenFolder, name: str) -> object:
    """Read a small JSON file of ours; return ``None`` for anything else."""
    if not out.has_file(name):
        return None
    with out.read(name) as file:
        raw = file.read(_MAX_BYTES + 1)
    try:
        return json.loads(raw) if len(raw) <= _MAX_BYTES else None
    except (ValueError, RecursionError):
        return None


def _named_by(out: OpenFolder, name: str) -> Mapping[str, str]:
    """Return the hashes that one of our manifests names; empty for any other document."""
    document = _document(out, name)
    if not isinstance(document, dict) or not {"call_id", "input", "outputs", "plan"} <= document.keys():
        return {}
    outputs = document["outputs"]
    if not isinstance(outputs, dict):
        return {}
    return {name: digest for name, digest in outputs.items() if isinstance(digest, str)}


def _is_reason(out: OpenFolder, name: str) -> bool:
    document = _document(out, name)
    return (
        isinstance(document, dict)
        and document.keys() == {"code", "message"}
        and all(isinstance(value, str) for value in document.values())
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of an ordinary file as a hex digest."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
