"""Write a telephone adapter to the file that ``models.speech.whisper.adapter`` reads."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.speech.whisper.adapter import Adapter

SMALLEST: Final = 1e-12
"""Scale of a row of zeros."""


def made_for(content: bytes) -> str:
    """Return the SHA-256 of the ``model.bin`` that an adapter's file was made for."""
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        return str(stored["sha256"])


def write_adapter(path: Path, adapter: Adapter, sha256: str) -> None:
    """Write an adapter: U and D of every matrix as int8, with a scale for each row.

    Args:
        path: Path of the file; the same adapter gives the same bytes.
        adapter: The adapter.
        sha256: SHA-256 of the ``model.bin`` that it was made for.
    """
    content: dict[str, Any] = {"sha256": np.array(sha256)}
    for name, both in adapter.changes.items():
        for part, rows in zip(("up", "down"), both, strict=True):
            scale = np.maximum(np.abs(rows).max(axis=1), SMALLEST) / 127
            content[f"{name}:{part}"] = np.round(rows / scale[:, None]).astype(np.int8)
            content[f"{name}:{part}:scale"] = scale.astype(np.float32)
    np.savez_compressed(path, **content)
