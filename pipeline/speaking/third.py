"""Decide whether a third person held the caller's telephone for a while.

The likeliest hypothesis (``pipeline.speaking.hypotheses``) is accepted if its log odds suffice, by how much
the two voices differ and by the words of a handover.  A voice varies a little from sentence to sentence, so
the best hypothesis of a call with one caller stands out, too; the weights are learned
(``models/voices/third.json``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.speaking.hypotheses import THIRD, hypotheses
from pipeline.speaking.sides import CU, OP, Observations, SpeakerShares

LEAST_SECONDS: Final = 1.0
"""Least speech of each of the two voices for a hypothesis, in seconds."""

LEAST_GAIN: Final = 0.05
"""Floor of the gain, in seconds."""

MOST_CHANGES: Final = 2
"""Number of handovers: over and back.  Halves of one varying voice alternate more often."""

BEFORE, BEHIND, LEFT_BEFORE = 2, 2, 5
"""Units before, and from, a third person's first unit in which taking the telephone is announced, and units
before it in which handing it over is."""

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
"""Names of the evidence, as in ``models/voices/third.json``."""

LEAST_ODDS: Final = -0.25
"""Log odds from which a third person is assumed.  A missed voice is disclosed, which costs more than a false
alarm, so the threshold is below even odds (``tests/bench/notes/speakers.md``)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the evidence, in log odds.

    Attributes:
        each: Weights in the order of ``EVIDENCE``.
        alone: Intercept.
    """

    each: tuple[float, ...]
    alone: float

    def odds(self, told: NDArray[np.float64]) -> float:
        """Return the log odds of a third person from the values of ``evidence``."""
        return float(told @ np.array(self.each)) + self.alone


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Units shared among three speakers, and the log odds that there is a third."""

    shared: SpeakerShares
    odds: float


def with_third(heard: Observations, shared: SpeakerShares, weights: Weights) -> SpeakerShares:
    """Add a third person to the two sides where there is one.

    Args:
        heard: Observations of the units.
        shared: The units shared between two sides.
        weights: Weights of the evidence.

    Returns:
        The units shared among three speakers; ``shared`` itself without a third.
    """
    guess = likeliest(heard, shared, weights)
    return shared if guess is None or guess.odds < LEAST_ODDS else guess.shared


def likeliest(heard: Observations, shared: SpeakerShares, weights: Weights) -> Hypothesis | None:
    """Return the likeliest hypothesis of a third person.

    Args:
        heard: Observations of the units.
        shared: The units shared between two sides.
        weights: Weights of the evidence.

    Returns:
        The hypothesis; ``None`` where there is too little speech for two voices.
    """
    best: Hypothesis | None = None
    for three in hypotheses(heard, shared):
        told = evidence(heard, shared, three)
        if told is not None:
            odds = weights.odds(told)
            best = Hypothesis(three, odds) if best is None or odds > best.odds else best
    return best


def evidence(heard: Observations, shared: SpeakerShares, three: SpeakerShares) -> NDArray[np.float64] | None:
    """Compute the evidence for a hypothesis.

    Args:
        heard: Observations of the units.
        shared: The units shared between two sides.
        three: The hypothesis.

    Returns:
        Values in the order of ``EVIDENCE``; ``None`` where one of the three says nothing or too little.
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
            # Only handovers by the caller's side count: the staff put staff through.
            float((heard.arrives[taken] * shared.likely[taken, CU]).max(initial=0.0)),
            float((heard.leaves[left] * shared.likely[left, CU]).max(initial=0.0)),
        ]
    )


def _enough(heard: Observations, *parts: NDArray[np.bool_]) -> bool:
    return all(heard.seconds[part].sum() >= LEAST_SECONDS for part in parts)


def _gain(heard: Observations, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return by how many seconds two voices fit the units better than one."""
    first, second = (heard.seconds[part] @ heard.voices[part] for part in (one, other))
    return float(np.linalg.norm(first) + np.linalg.norm(second) - np.linalg.norm(first + second))


def _alike(heard: Observations, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the cosine similarity of two voices."""
    first, second = (heard.seconds[part] @ heard.voices[part] for part in (one, other))
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second) + 1e-9))
