"""Carry the labels of a script over to what a recogniser made of its sound.

The script's readings and the recognised text's readings are aligned mora by mora, with the
same prices that names are compared with; a mora of a name labels whatever it was heard as.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import Mora, mora_price

FAR = 1.5
"""Seconds between where a mora was spoken and where it was heard beyond which they are not the same;
word times are off by 0.5 s at worst."""


@dataclass(frozen=True, slots=True)
class LabelledMora:
    """One mora of a script: when it is spoken (seconds) and its label (0 for none)."""

    mora: Mora
    time: float
    label: int


def carry_over(
    said: Sequence[LabelledMora], heard: Sequence[Mora], heard_times: Sequence[float]
) -> NDArray[np.int64]:
    """Label every heard mora.

    Args:
        said: The script, in order of time.
        heard: Morae of the recognised text, in order of time.
        heard_times: Their times in seconds.

    Returns:
        One label per heard mora; one that nothing was said for takes its neighbours' label
        when both agree.
    """
    labels = np.full(len(heard), -1, dtype=np.int64)
    if not said or not heard:
        return np.zeros(len(heard), dtype=np.int64)
    for i, j in aligned(said, heard, heard_times):
        if i is not None and j is not None:
            labels[j] = said[i].label
    return _filled(labels)


def aligned(
    said: Sequence[LabelledMora], heard: Sequence[Mora], heard_times: Sequence[float]
) -> list[tuple[int | None, int | None]]:
    """Pair what was said with what was heard, at the lowest price.

    Args:
        said: The script, in order of time.
        heard: Morae of the recognised text, in order of time.
        heard_times: Their times in seconds.

    Returns:
        (index into ``said``, index into ``heard``) in order; ``None`` for what was lost or made up.
    """
    n, m = len(said), len(heard)
    insert = np.array([mora_price(None, x) for x in heard])
    run = np.concatenate(([0.0], np.cumsum(insert)))
    times = np.asarray(heard_times)
    kinds = sorted({x.mora for x in said})
    table = {k: np.array([mora_price(k, x) for x in heard]) for k in kinds}
    row = run.copy()
    moves = np.zeros((n + 1, m + 1), dtype=np.int8)
    moves[0, 1:] = 2
    for i, spoken in enumerate(said, 1):
        gap = mora_price(spoken.mora, None)
        swap = table[spoken.mora] + 3.0 * (np.abs(times - spoken.time) > FAR)
        candidate = row + gap
        move = np.ones(m + 1, dtype=np.int8)
        better = row[:-1] + swap <= candidate[1:]
        candidate[1:] = np.where(better, row[:-1] + swap, candidate[1:])
        move[1:][better] = 0
        level = candidate - run
        lowest = np.minimum.accumulate(level)
        move[lowest < level - 1e-12] = 2
        row = lowest + run
        moves[i] = move
    pairs: list[tuple[int | None, int | None]] = []
    i, j = n, m
    while i or j:
        move_here = moves[i, j] if i else 2
        if move_here == 0:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif move_here == 1:
            i -= 1
            pairs.append((i, None))
        else:
            j -= 1
            pairs.append((None, j))
    return pairs[::-1]


def _filled(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give unlabelled morae their neighbours' label where both sides agree, else none."""
    known = np.flatnonzero(labels >= 0)
    out = labels.copy()
    for at in np.flatnonzero(labels < 0):
        left, right = known[known < at], known[known > at]
        before = labels[left[-1]] if left.size else 0
        after = labels[right[0]] if right.size else 0
        out[at] = before if before == after else 0
    return out
