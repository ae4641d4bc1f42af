"""Which mora of one hearing is which of another: two lines of timed morae, paired at the lowest price.

    first    タ ナ ベ サ ン ノ
    second   タ ナ カ サ   ノ        where only one has a mora, the other's is lost

Two hearings of a call share time and sound, never spelling; times alone are off by half a second.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import Mora, mora_price

__all__ = ["Price", "PriceOfSeconds", "TimedMora", "far_price", "paired", "paired_in_pieces"]

MAX_PAIR_SECONDS = 1.5
"""Seconds between two morae beyond which they are not the same; word times are off by .5 s at worst
(facts.md 0.2), in each hearing."""

FAR_PRICE = 3.0
"""Added to the price of a pair that far apart: more than losing both."""

PIECE_MORAE = 300
"""Morae paired at once, about a minute of talk: time and memory grow with the square."""


Price = Callable[[Mora | None, Mora | None], float]
"""Price of a mora for another; ``None`` is nothing."""

PriceOfSeconds = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""What is added to the price of a pair for the seconds between its two."""


def far_price(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nothing up to ``MAX_PAIR_SECONDS``, beyond it more than losing both."""
    return np.asarray(FAR_PRICE * (seconds > MAX_PAIR_SECONDS), dtype=np.float64)


class TimedMora(NamedTuple):
    """A mora and the second at which it sounds."""

    mora: Mora
    time: float


def paired(
    one: Sequence[TimedMora],
    other: Sequence[TimedMora],
    price: Price = mora_price,
    apart: PriceOfSeconds = far_price,
) -> NDArray[np.int64]:
    """Pair two lines.

    Args:
        one: In order of time.
        other: In order of time.
        price: Of a mora of ``one`` for one of ``other``; ``None`` is nothing.
        apart: Added to it for the seconds between the two.

    Returns:
        For each mora of ``other`` the index of its partner in ``one``, or -1; indices only rise.
    """
    count, width = len(one), len(other)
    partners = np.full(width, -1, dtype=np.int64)
    if not count or not width:
        return partners
    times = np.array([m.time for m in other])
    run = np.concatenate(([0.0], np.cumsum([price(None, m.mora) for m in other])))
    swaps = {kind: np.array([price(kind, m.mora) for m in other]) for kind in {m.mora for m in one}}
    moves = np.full((count + 1, width + 1), 2, dtype=np.int8)  # 0 a pair, 1 only in one, 2 only in the other
    row = run
    for i, (mora, at) in enumerate(one, 1):
        lost = row + price(mora, None)
        pair = row[:-1] + swaps[mora] + apart(np.abs(times - at))
        moves[i] = np.concatenate(([1], np.where(pair <= lost[1:], 0, 1)))
        level = np.concatenate((lost[:1], np.minimum(pair, lost[1:]))) - run
        lowest = np.minimum.accumulate(level)
        moves[i][lowest < level - 1e-12] = 2
        row = lowest + run
    i, j = count, width
    while i and j:
        move = moves[i, j]
        if move == 0:
            partners[j - 1] = i - 1
        i, j = i - (move != 2), j - (move != 1)
    return partners


def paired_in_pieces(
    one: Sequence[TimedMora],
    other: Sequence[TimedMora],
    price: Price = mora_price,
    apart: PriceOfSeconds = far_price,
) -> NDArray[np.int64]:
    """As ``paired``, for calls of any length: in pieces.

    Each piece of ``one`` is paired with what sounds about then in ``other``; where two pieces claim a
    mora, the earlier has it.
    """
    partners = np.full(len(other), -1, dtype=np.int64)
    times = np.array([m.time for m in other])
    for start, end in _pieces(one):
        first = int(np.searchsorted(times, one[start].time - MAX_PAIR_SECONDS))
        last = int(np.searchsorted(times, one[end - 1].time + MAX_PAIR_SECONDS))
        found = paired(one[start:end], other[first:last], price, apart)
        free = (partners[first:last] < 0) & (found >= 0)
        partners[first:last][free] = found[free] + start
    return partners


def _pieces(line: Sequence[TimedMora]) -> Iterator[tuple[int, int]]:
    """Cut a line into pieces of at most ``PIECE_MORAE`` morae, at the longest pause of each one's second half."""
    start = 0
    while len(line) - start > PIECE_MORAE:
        pauses = [
            b.time - a.time
            for a, b in itertools.pairwise(line[start + PIECE_MORAE // 2 : start + PIECE_MORAE])
        ]
        cut = start + PIECE_MORAE // 2 + 1 + int(np.argmax(pauses))
        yield start, cut
        start = cut
    if start < len(line):
        yield start, len(line)
