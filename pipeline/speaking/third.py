"""Find out whether a third person took the caller's telephone for a while.

Of all guesses the likeliest is believed, where it is likely enough: by how unlike the two voices are, and by
what is said where the telephone changes hands.  A voice changes a little with every sentence, so that the
best guess of a call with one caller stands out, too; how much is learned (``models/voices/third.json``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speaking.guesses import THIRD, guesses
from pipeline.speaking.sides import CU, OP, Heard, Shared

__all__ = ["EVIDENCE", "THIRD", "Guess", "Weights", "evidence", "likeliest", "with_third"]

LEAST_SECONDS: Final = 1.0
"""Speech of either voice without which nothing is believed."""

LEAST_GAIN: Final = 0.05
"""Seconds; less is nothing."""

MOST_CHANGES: Final = 2
"""How often a telephone changes hands: over and back.  Halves of one varying voice alternate more often."""

BEFORE, BEHIND, LEFT_BEFORE = 2, 2, 5
"""Units before and from the first one of a third person on in which it is said that somebody takes the
telephone, and before it, that somebody hands it over."""

EVIDENCE: Final = (
    "alike",
    "alternating",
    "alike in a row",
    "alike by length",
    "length",
    "gain",
    "arrives",
    "leaves",
)
"""What is weighed."""

LEAST_ODDS: Final = -0.25
"""Log odds from which a third person is believed in.  Who is missed is heard, which costs more than a doubt
too many: so it is less than even (``tests/bench/NOTES.md``)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What evidence weighs in log odds.

    Attributes:
        each: In the order of ``EVIDENCE``.
        alone: What is added in any case.
    """

    each: tuple[float, ...]
    alone: float

    def odds(self, told: NDArray[np.float64]) -> float:
        """The log odds of a third person, from what ``evidence`` says."""
        return float(told @ np.array(self.each)) + self.alone


@dataclass(frozen=True, slots=True)
class Guess:
    """Who speaks, of three, and the log odds that a third person is there."""

    shared: Shared
    odds: float


def with_third(heard: Heard, shared: Shared, weights: Weights) -> Shared:
    """Give a third person their units.

    Args:
        heard: What was heard in the units.
        shared: Who speaks them, of two sides.
        weights: Of the evidence.

    Returns:
        The same with a column for the third person; as it was where there is none.
    """
    guess = likeliest(heard, shared, weights)
    return shared if guess is None or guess.odds < LEAST_ODDS else guess.shared


def likeliest(heard: Heard, shared: Shared, weights: Weights) -> Guess | None:
    """The likeliest guess.

    Args:
        heard: What was heard in the units.
        shared: Who speaks them, of two sides.
        weights: Of the evidence.

    Returns:
        The guess; ``None`` where too little is said for two.
    """
    best: Guess | None = None
    for three in guesses(heard, shared):
        told = evidence(heard, shared, three)
        if told is not None:
            odds = weights.odds(told)
            best = Guess(three, odds) if best is None or odds > best.odds else best
    return best


def evidence(heard: Heard, shared: Shared, three: Shared) -> NDArray[np.float64] | None:
    """Say what speaks for a guess.

    Args:
        heard: What was heard in the units.
        shared: Who speaks them, of two sides.
        three: The guess.

    Returns:
        Values in the order of ``EVIDENCE``; ``None`` where one of three says nothing, or too little.
    """
    inside, outside = three.sides == THIRD, three.sides == CU
    if not (three.sides == OP).any() or not _enough(heard, inside, outside):
        return None
    units = np.flatnonzero(inside)
    first, last = int(units[0]), int(units[-1])
    place = np.arange(len(heard.seconds))
    own, between = shared.sides != OP, (place >= first) & (place <= last)
    in_a_row, length = 1.0, 0.0
    if _enough(heard, own & between, own & ~between):
        in_a_row = _alike(heard, own & between, own & ~between)
        length = float(np.log(min(heard.seconds[own & each].sum() for each in (between, ~between))))
    taken = slice(max(0, first - BEFORE), first + BEHIND)
    left = slice(max(0, first - LEFT_BEFORE), first + 1)
    return np.array(
        [
            _alike(heard, inside, outside),
            float(np.count_nonzero(np.diff(three.sides[three.sides != OP])) > MOST_CHANGES),
            in_a_row,
            in_a_row * length,
            length,
            float(np.log(max(_gain(heard, inside, outside), LEAST_GAIN))),
            # Who is put through by staff is staff: only what the caller's side says tells.
            float((heard.arrives[taken] * shared.likely[taken, CU]).max(initial=0.0)),
            float((heard.leaves[left] * shared.likely[left, CU]).max(initial=0.0)),
        ]
    )


def _enough(heard: Heard, *parts: NDArray[np.bool_]) -> bool:
    return all(heard.seconds[part].sum() >= LEAST_SECONDS for part in parts)


def _gain(heard: Heard, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Seconds by which two voices explain the units better than one."""
    first, second = (heard.seconds[part] @ heard.voices[part] for part in (one, other))
    return float(np.linalg.norm(first) + np.linalg.norm(second) - np.linalg.norm(first + second))


def _alike(heard: Heard, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Cosine of the directions of two voices."""
    first, second = (heard.seconds[part] @ heard.voices[part] for part in (one, other))
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second) + 1e-9))
