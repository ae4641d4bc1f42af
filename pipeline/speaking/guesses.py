"""Guess where a third person may hold the caller's telephone.

    voices    aaaa aa aaa | bbb bb bbbb | aa aaa      the run of the caller's units that differs most
    windows   ------|-----------|-------------        where two voices hide a third: three from the beginning
    words     …に代わります | お電話代わりました…         from where it is said that somebody takes it

Every guess is worked out like the two sides are; ``pipeline.speaking.third`` says which is believed, if any.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speaking.sides import CU, OP, Heard, Shared, by_wording, settled

__all__ = ["THIRD", "guesses"]

THIRD: Final = 2
"""Column of a third person."""

LEAST_SECONDS: Final = 3.0
"""Speech of a run that can be held against the rest; less tells too little."""

LEAST_SAID: Final = 2.0
"""The same, where words tell where it begins."""

WINDOWS: Final = ((0.0, 0.35), (0.2, 0.5), (0.35, 0.65), (0.5, 0.8), (0.65, 1.0))
"""Parts of a call in which a third person is looked for first, where two voices hide a third."""

SOON: Final = 4
"""Units within which who takes the telephone says so, after somebody has said that they hand it over."""

MOST_ENDS: Final = 3
"""Ends that are tried for each beginning."""

MOST_STARTS: Final = 12
"""Beginnings that are tried: nobody hands a telephone over more often."""

MOST_UNITS: Final = 600
"""Units of a caller that are looked at; a longer call's are looked at in its first hour or so."""


def guesses(heard: Heard, shared: Shared) -> Iterator[Shared]:
    """Work out every guess.

    Args:
        heard: What was heard in the units.
        shared: Who speaks them, of two sides.

    Yields:
        Who speaks them, of three.
    """
    staff = by_wording(heard)
    count = len(staff)
    place = np.arange(count)
    sums = _Sums(heard, shared)
    starts, able = [], []
    for share_first, share_last in WINDOWS:
        likely = np.where((place >= share_first * count) & (place < share_last * count), 0.9, 0.1)
        starts.append(_start(staff, likely))
        able.append(np.ones((count, THIRD + 1), dtype=bool))
    run = sums.likeliest_run()
    if run is not None:
        inside = (place >= run[0]) & (place < run[1])
        starts.append(_start(shared.likely[:, OP], inside.astype(np.float64)))
        able.append(_able(inside))
    for first, last in _said(heard, sums):
        inside = (place >= first) & (place < last)
        starts.append(_start(staff, inside.astype(np.float64)))
        able.append(_able(inside))
    for number, three in enumerate(settled(heard, starts, able)):
        yield _callers_voice(three) if number < len(WINDOWS) else three


def _callers_voice(three: Shared) -> Shared:
    """Who speaks first of the two is the caller: a third person takes a telephone that somebody holds."""
    first = [int(np.argmax(three.sides == each)) for each in (CU, THIRD) if (three.sides == each).any()]
    if len(first) < 2 or first[0] < first[1]:
        return three
    order = [OP, THIRD, CU]
    likely = three.likely[:, order]
    return Shared(likely.argmax(axis=1), likely, three.means[order], three.fit)


def _start(staff: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([staff, (1 - staff) * (1 - inside), (1 - staff) * inside], axis=1)


def _able(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Inside only the third person holds the telephone, outside only the caller does."""
    return np.stack([np.ones_like(inside), ~inside, inside], axis=1)


def _said(heard: Heard, sums: _Sums) -> Iterator[tuple[int, int]]:
    """First unit and end of each stretch that begins where words tell that somebody takes the telephone."""
    count = len(heard.seconds)
    said = {int(at) for at in np.flatnonzero(heard.arrives)}
    said |= {
        int(at) + 1 for at in np.flatnonzero(heard.leaves) if not heard.arrives[at + 1 : at + 1 + SOON].any()
    }
    starts = sorted(said)[:MOST_STARTS]
    for first in starts:
        ends = [end for end in (*starts, count) if end > first + 1][:MOST_ENDS]
        best = sums.likeliest_end(first)
        for end in ends if best is None or best in ends else [*ends, best]:
            if first < count:
                yield first, end


class _Sums:
    """The voices of the units that are not staff's, summed from the first on."""

    def __init__(self, heard: Heard, shared: Shared) -> None:
        self.own = np.flatnonzero(shared.sides != OP)[:MOST_UNITS]
        weights = heard.seconds[self.own]
        none = np.zeros((1, heard.voices.shape[1]))
        self.voices = np.cumsum(np.concatenate([none, heard.voices[self.own] * weights[:, None]]), 0)
        self.seconds = np.concatenate([[0.0], np.cumsum(weights)])

    def likeliest_run(self) -> tuple[int, int] | None:
        """First unit and end of the run whose voice differs most from the rest, which speaks first."""
        best: tuple[float, int, int] = (-np.inf, 0, 0)
        for start in range(len(self.own)):
            gain = self._gain(start, np.arange(start + 1, len(self.own) + 1), LEAST_SECONDS)
            at = int(gain.argmax())
            if gain[at] > best[0]:
                best = (float(gain[at]), start, start + 1 + at)
        gained, first, last = best
        if gained == -np.inf:
            return None
        if not first:
            first, last = last, len(self.own)  # who speaks first is the caller
        return int(self.own[first]), int(self.own[last - 1]) + 1

    def likeliest_end(self, unit: int) -> int | None:
        """Where a stretch that begins with a unit ends, if voices tell."""
        start = int(np.searchsorted(self.own, unit))
        ends = np.arange(start + 1, len(self.own))
        if not start or not len(ends):
            return None
        gain = self._gain(start, ends, LEAST_SAID)
        at = int(gain.argmax())
        return None if gain[at] == -np.inf else int(self.own[ends[at]])

    def _gain(self, start: int, ends: NDArray[np.int64], least: float) -> NDArray[np.float64]:
        """Seconds by which two voices explain the units better than one, for each end of the run."""
        inside = self.voices[ends] - self.voices[start]
        spoken = self.seconds[ends] - self.seconds[start]
        whole = self.voices[-1]
        gain = np.linalg.norm(inside, axis=1) + np.linalg.norm(whole - inside, axis=1) - np.linalg.norm(whole)
        gain[(spoken < least) | (self.seconds[-1] - spoken < least)] = -np.inf
        return np.asarray(gain)
