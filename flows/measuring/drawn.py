"""Overwriting the pictures, page and figures of ``kaiji evaluate``, and no other files.

The pictures are named after calls, so another file may have such a name.  Only files that our own list
names with their hash are overwritten.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from flows.folders.leftovers import NotOursError, sha256_of
from flows.folders.open_folder import put_file
from flows.outputs import json_bytes
from pipeline.file_bytes import read_file

INDEX: Final = "index.html"
WITH_STAFF_LIST: Final = "with-staff-list"
"""Folder, in that of the products, for what is masked once more with a company's staff list."""

LIST: Final = "evaluate.drawn.json"

FIGURES: Final = {"call_count", "refused", "calls"}
"""Keys by which a file of figures is recognised."""


def check_drawn(out: Path, stems: Sequence[str], figures: Path | None) -> tuple[Path, ...]:
    """Return the files that will be written beside the products, after checking that none is another's.

    Args:
        out: The output folder; it need not exist.
        stems: Stems of the calls.
        figures: Path of the JSON file with the figures.

    Raises:
        NotOursError: when one of them exists and was not written by kaiji.
    """
    names = (*(f"{stem}.png" for stem in stems), INDEX)
    named = _named(out)
    for name in names:
        if os.path.lexists(out / name) and named.get(name) != _hash(out / name):
            raise _not_ours(name if name == INDEX else "<通話名>.png")
    if figures is None:
        return tuple(out / name for name in (*names, LIST))
    if os.path.lexists(figures) and not _object(figures).keys() >= FIGURES:
        raise _not_ours("--json のファイル")
    return (*(out / name for name in (*names, LIST)), figures)


def note_drawn(out: Path, names: Iterable[str]) -> None:
    """Add files that were just written to the list."""
    named = _named(out) | {name: sha256_of(out / name) for name in names}
    put_file(out / LIST, json_bytes({"drawn": named}))


def _hash(path: Path) -> str:
    return "" if path.is_symlink() or not path.is_file() else sha256_of(path)


def _named(out: Path) -> dict[str, str]:
    if not os.path.lexists(out / LIST):
        return {}
    drawn = _object(out / LIST).get("drawn")
    if not isinstance(drawn, dict):
        raise _not_ours(LIST)
    return {name: digest for name, digest in drawn.items() if isinstance(digest, str)}


def _object(path: Path) -> dict[str, object]:
    """Read a JSON object; return an empty one for anything else."""
    if path.is_symlink() or not path.is_file():
        return {}
    try:
        document = json.loads(read_file(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _not_ours(what: str) -> NotOursError:
    return NotOursError(
        f"出力先の {what} は kaiji が書いたままのファイルではありません。移すか、別の出力先にしてください"
    )
