"""Hypotheses of where a third person holds the caller's telephone.

    voices    aaaa aa aaa | bbb bb bbbb | aa aaa      the run of the caller's units with the most different
    voice
    windows   ------|-----------|-------------        where a third voice hides among two: three from the
    start
    words     …に代わります | お電話代わりました…         from the words of a handover

Each hypothesis is refined like the two sides (``pipeline.speaking.sides``); ``pipeline.speaking.third``
scores them and accepts one at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speaking.sides import CU, OP, Observations, SpeakerShares, by_wording, refine

THIRD: Final = 2
"""Column of a third person."""

LEAST_SECONDS: Final = 3.0
"""Least speech of a run that is compared with the rest, in seconds; less tells too little."""

LEAST_SAID: Final = 2.0
"""The same where words tell the beginning of the run."""

WINDOWS: Final = ((0.0, 0.35), (0.2, 0.5), (0.35, 0.65), (0.5, 0.8), (0.65, 1.0))
"""Initial positions of a third person, as shares of the call, where a third voice hides among two."""

SOON: Final = 4
"""Units after the announcement of a handover within which the next speaker announces taking the telephone."""

MOST_ENDS: Final = 3
"""Greatest number of ends that are tried for each beginning."""

MOST_STARTS: Final = 12
"""Greatest number of beginnings that are tried: nobody hands a telephone over more often."""

MOST_UNITS: Final = 600
"""Greatest number of a caller's units that are examined, about the first hour of a call."""


def hypotheses(heard: Observations, shared: SpeakerShares) -> Iterator[SpeakerShares]:
    """Refine every hypothesis.

    Args:
        heard: Observations of the units.
        shared: The units shared between two sides.

    Yields:
        The units shared among three speakers, for each hypothesis.
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
        able.append(_allowed(inside))
    for first, last in _from_handovers(heard, sums):
        inside = (place >= first) & (place < last)
        starts.append(_start(staff, inside.astype(np.float64)))
        able.append(_allowed(inside))
    for number, three in enumerate(refine(heard, starts, able)):
        yield _callers_voice(three) if number < len(WINDOWS) else three


def _callers_voice(three: SpeakerShares) -> SpeakerShares:
    """Swap caller and third person where the third speaks first: the caller holds the telephone first."""
    first = [int(np.argmax(three.sides == each)) for each in (CU, THIRD) if (three.sides == each).any()]
    if len(first) < 2 or first[0] < first[1]:
        return three
    order = [OP, THIRD, CU]
    likely = three.likely[:, order]
    return SpeakerShares(likely.argmax(axis=1), likely, three.means[order], three.fit)


def _start(staff: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([staff, (1 - staff) * (1 - inside), (1 - staff) * inside], axis=1)


def _allowed(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Allow only the third person inside a run, only the caller outside; staff everywhere."""
    return np.stack([np.ones_like(inside), ~inside, inside], axis=1)


def _from_handovers(heard: Observations, sums: _Sums) -> Iterator[tuple[int, int]]:
    """Yield first unit and end of each stretch that begins at the words of a handover."""
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
    """Cumulative sums of the voices of the units that are not the staff's."""

    def __init__(self, heard: Observations, shared: SpeakerShares) -> None:
        self.own = np.flatnonzero(shared.sides != OP)[:MOST_UNITS]
        weights = heard.seconds[self.own]
        none = np.zeros((1, heard.voices.shape[1]))
        self.voices = np.cumsum(np.concatenate([none, heard.voices[self.own] * weights[:, None]]), 0)
        self.seconds = np.concatenate([[0.0], np.cumsum(weights)])

    def likeliest_run(self) -> tuple[int, int] | None:
        """Return first unit and end of the run whose voice differs most from the rest, which speaks first."""
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
        """Return the likeliest end by voice of a stretch that begins with a unit, if there is evidence."""
        start = int(np.searchsorted(self.own, unit))
        ends = np.arange(start + 1, len(self.own))
        if not start or not len(ends):
            return None
        gain = self._gain(start, ends, LEAST_SAID)
        at = int(gain.argmax())
        return None if gain[at] == -np.inf else int(self.own[ends[at]])

    def _gain(self, start: int, ends: NDArray[np.int64], least: float) -> NDArray[np.float64]:
        """Return by how many seconds two voices fit better than one, for each end of the run."""
        inside = self.voices[ends] - self.voices[start]
        spoken = self.seconds[ends] - self.seconds[start]
        whole = self.voices[-1]
        gain = np.linalg.norm(inside, axis=1) + np.linalg.norm(whole - inside, axis=1) - np.linalg.norm(whole)
        gain[(spoken < least) | (self.seconds[-1] - spoken < least)] = -np.inf
        return np.asarray(gain)
