"""Read the sets that ``models.training.speech.collect_text`` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LineHeard:
    """A line in a window.

    Attributes:
        start: Seconds of the window.
        end: Likewise.
        text: As it is written.
        tokens: Of the text, in the published numbers.
        kana: As it sounds; empty where nobody knows.
        data: Start and end in seconds of the window of somebody's data in it, and the number, from 1, of its
            kind in ``pipeline.measuring.truth.KINDS``; ``None`` where nobody knows.
    """

    start: float
    end: float
    text: str = field(repr=False)
    tokens: tuple[int, ...] = field(repr=False)
    kana: str = field(repr=False)
    data: tuple[tuple[float, float, int], ...] | None


@dataclass(frozen=True, slots=True)
class WindowHeard:
    """A window.

    Attributes:
        steps: What an encoder reads, shape (steps, width), float16; they stay on disk until they are read.
        lines: In order, none overlapping another.
    """

    steps: NDArray[np.float16] = field(repr=False)
    lines: tuple[LineHeard, ...] = field(repr=False)


def read_set(entry: str) -> Iterator[WindowHeard]:
    """Read a set.

    Args:
        entry: Path of its two files without their endings; ``PATH:3`` gives all of it three times.

    Yields:
        Its windows in order.
    """
    path, times, rows = _rows(entry)
    steps = np.memmap(f"{path}.f16", np.float16, "r").reshape(-1, rows[0]["width"])
    for _ in range(times):
        at = 0
        for row in rows:
            yield WindowHeard(steps[at : at + row["steps"]], _lines(row))
            at += row["steps"]


def _rows(entry: str) -> tuple[str, int, list[dict[str, Any]]]:
    path, _, times = entry.partition(":")
    rows = [json.loads(line) for line in Path(f"{path}.jsonl").read_text(encoding="utf-8").splitlines()]
    return path, int(times or 1), rows


def _lines(row: dict[str, Any]) -> tuple[LineHeard, ...]:
    return tuple(
        LineHeard(start, end, text, tuple(tokens), kana, data and tuple(map(tuple, data)))
        for start, end, text, tokens, kana, data in row["lines"]
    )
