"""Align two lines of timed morae: pair each mora with its counterpart at the least total price.

    first    タ ナ ベ サ ン ノ
    second   タ ナ カ サ   ノ        ン has no counterpart

Two hearings of a call share time and sound but not spelling, and their times may differ by 0.5 s.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import Mora, mora_price

MAX_PAIR_SECONDS = 1.5
"""Greatest distance of two paired morae: word times are at most 0.5 s off in each hearing."""

FAR_PRICE = 3.0
"""Price added to a pair that is further apart; it exceeds the price of leaving both morae unpaired."""

PIECE_MORAE = 300
"""Morae aligned at a time, about a minute of talk: time and memory grow with the square."""


Price = Callable[[Mora | None, Mora | None], float]
"""Price of substituting a mora of one line by one of the other; ``None`` is no mora."""

PriceOfSeconds = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Price added to each pair for the seconds between its two morae."""


def far_price(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 0 up to ``MAX_PAIR_SECONDS`` and ``FAR_PRICE`` beyond."""
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
    """Align two lines.

    Args:
        one: Morae in order of time.
        other: Morae in order of time.
        price: Price of substituting a mora of ``one`` by one of ``other``.
        apart: Price added for the seconds between the two.

    Returns:
        For each mora of ``other`` the index of its partner in ``one``, or -1; shape (len(other),).  The
        indices rise.
    """
    count, width = len(one), len(other)
    partners = np.full(width, -1, dtype=np.int64)
    if not count or not width:
        return partners
    times = np.array([m.time for m in other])
    run = np.concatenate(([0.0], np.cumsum([price(None, m.mora) for m in other])))
    swaps = {kind: np.array([price(kind, m.mora) for m in other]) for kind in {m.mora for m in one}}
    moves = np.full((count + 1, width + 1), 2, dtype=np.int8)  # 0 pair, 1 only in one, 2 only in other
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
    """Align two lines of any length, piece by piece; parameters and result as for ``paired``.

    Each piece of ``one`` is aligned with the part of ``other`` at the same time; a mora that two pieces claim
    goes to the earlier piece.
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
    """Cut a line into pieces of at most ``PIECE_MORAE``, at the longest pause of each piece's second half."""
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
