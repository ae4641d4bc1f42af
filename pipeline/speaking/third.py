"""Find out whether a third person took the caller's telephone for a while.

    caller's units   aaaa aa aaa | bbb bb bbbb | aa aaa
                                 the run whose voice differs most from the rest

Of every run of the caller's units the voice inside is held against the voice of the rest.  A voice changes a
little with every sentence, so that the best run of a call with one caller stands out, too: only what stands
out more than such runs do is somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speaking.sides import CU, OP, Heard, Shared, by_wording, settled

__all__ = ["THIRD", "Run", "likeliest_run", "with_third"]

THIRD: Final = 2
"""Column of a third person."""

LEAST_SECONDS: Final = 3.0
"""Speech of a voice that can be held against another; less tells too little."""

MOST_ALIKE: Final = 0.7
"""Cosine of two directions up to which they can be two people's."""

LEAST_GAIN: Final = 1.4
"""Seconds by which two voices must explain the caller's units better than one."""

WINDOWS: Final = ((0.0, 0.35), (0.2, 0.5), (0.35, 0.65), (0.5, 0.8), (0.65, 1.0))
"""Parts of a call in which a third person is looked for first, where two voices hide a third."""

MOST_CHANGES: Final = 2
"""How often a telephone changes hands: over and back.  Halves of one varying voice alternate more often."""

MOST_UNITS: Final = 600
"""Units of a caller that are looked at; a longer call's are looked at in its first hour or so."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some of the caller's units, in a row, that may be another person's.

    Attributes:
        inside: Numbers of these units.
        gain: Seconds by which two voices explain the caller's units better than one.
        alike: Cosine of the voice inside and the voice of the caller's other units.
    """

    inside: NDArray[np.int64]
    gain: float
    alike: float

    @property
    def another(self) -> bool:
        """Whether it is another person's."""
        return self.gain >= LEAST_GAIN and self.alike <= MOST_ALIKE


def with_third(heard: Heard, shared: Shared) -> Shared:
    """Give a third person their units.

    Args:
        heard: What was heard in the units.
        shared: Who speaks them, of two sides.

    Returns:
        The same with a column for the third person; as it was where there is none.
    """
    run = likeliest_run(heard, shared)
    if run is None or not run.another:
        return _of_three(heard) or shared
    likely = np.concatenate([shared.likely, np.zeros((len(shared.sides), 1))], axis=1)
    first, last = int(run.inside[0]), int(run.inside[-1])
    likely[first : last + 1, THIRD] = likely[first : last + 1, 1]
    likely[first : last + 1, 1] = 0.0
    able = np.ones(likely.shape, dtype=bool)
    able[first : last + 1, 1] = False
    able[:first, THIRD] = able[last + 1 :, THIRD] = False
    return settled(heard, likely, able)


def _of_three(heard: Heard) -> Shared | None:
    """Three voices from the beginning, where a third was taken for staff; ``None`` where there are two."""
    staff = by_wording(heard)
    found: list[tuple[float, Shared]] = []
    place = np.arange(len(staff)) / len(staff)
    for first, last in WINDOWS:
        inside = np.where((place >= first) & (place < last), 0.9, 0.1)
        start = np.stack([staff, (1 - staff) * (1 - inside), (1 - staff) * inside], axis=1)
        three = settled(heard, start)
        run = _between(heard, three.sides)
        if run is not None and run.another and _changes(three.sides) <= MOST_CHANGES:
            found.append((run.gain, three))
    if not found:
        return None
    three = max(found, key=lambda each: each[0])[1]
    spoken = [heard.seconds[three.sides == column].sum() for column in (CU, THIRD)]
    if spoken[1] <= spoken[0]:
        return three
    order = [OP, THIRD, CU]
    return Shared(
        three.likely[:, order].argmax(axis=1), three.likely[:, order], three.means[order], three.fit
    )


def _between(heard: Heard, sides: NDArray[np.int64]) -> Run | None:
    """The third column's units, held against the caller's."""
    inside, outside = (np.flatnonzero(sides == column) for column in (THIRD, CU))
    if min(heard.seconds[inside].sum(), heard.seconds[outside].sum()) < LEAST_SECONDS:
        return None
    one, other = (heard.seconds[each] @ heard.voices[each] for each in (inside, outside))
    lengths = float(np.linalg.norm(one)), float(np.linalg.norm(other))
    alike = float(one @ other) / (lengths[0] * lengths[1] + 1e-9)
    return Run(inside, sum(lengths) - float(np.linalg.norm(one + other)), alike)


def _changes(sides: NDArray[np.int64]) -> int:
    """How often the caller's telephone changes hands."""
    return int(np.count_nonzero(np.diff(sides[sides != OP])))


def likeliest_run(heard: Heard, shared: Shared) -> Run | None:
    """The run of the caller's units whose voice differs most from that of the rest.

    Returns:
        The run, of which the inside is what is spoken less; ``None`` where too little is said for two.
    """
    own = np.flatnonzero(shared.sides != OP)[:MOST_UNITS]
    weights = heard.seconds[own]
    sums = np.cumsum(
        np.concatenate([np.zeros((1, heard.voices.shape[1])), heard.voices[own] * weights[:, None]]), 0
    )
    seconds = np.concatenate([[0.0], np.cumsum(weights)])
    best: tuple[float, int, int] = (-np.inf, 0, 0)
    whole = float(np.linalg.norm(sums[-1]))
    for start in range(len(own)):
        inside = sums[start + 1 :] - sums[start]
        spoken = seconds[start + 1 :] - seconds[start]
        gain = np.linalg.norm(inside, axis=1) + np.linalg.norm(sums[-1] - inside, axis=1) - whole
        gain[(spoken < LEAST_SECONDS) | (seconds[-1] - spoken < LEAST_SECONDS)] = -np.inf
        at = int(gain.argmax())
        if gain[at] > best[0]:
            best = (float(gain[at]), start, start + 1 + at)
    gained, first, last = best
    if gained == -np.inf:
        return None
    inside, outside = sums[last] - sums[first], sums[-1] - (sums[last] - sums[first])
    alike = float(inside @ outside / (np.linalg.norm(inside) * np.linalg.norm(outside) + 1e-9))
    within = np.arange(first, last)
    if seconds[last] - seconds[first] > seconds[-1] / 2 and (first == 0 or last == len(own)):
        within = np.setdiff1d(np.arange(len(own)), within)
    return Run(own[within], gained, alike)
