"""Forced alignment: find the start of each mora of a text that may have errors.

    heard     …・・イ・・ト・・ー・サ・・チ・・コ・・ト・イ…     25 times a second, ``sound.posteriorgram``
    written     イ   ドー  シ タ   チ  コ   ト  イ          移動したちこという
    starts      |   |  |  ~ ~   |  |   |  |           | at the mora, ~ between its neighbours

A recogniser's word times may be 0.5 s off; the posteriorgram has each mora at its time.  The best path may
substitute a written mora, delete one, or insert one that is not written.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import Mora
from pipeline.sound.posteriorgram import BLANK, class_of

Array = NDArray[np.float32]

SUBSTITUTED_LOG_ODDS, INSERTED_LOG_ODDS, MISSING_LOG_ODDS = -2.5, -2.5, -2.5
"""Log odds of a substituted mora, of one that is heard but not written, and of one that is written but not
heard: about their frequency where two in five characters are wrong.  The path survives several of them."""

FREE_OFF_SECONDS, SECONDS_PER_LOG_ODDS, MIN_TIME_LOG_ODDS = 0.3, 0.25, -8.0
"""Log odds of a start away from the recogniser's time: 0 up to ``FREE_OFF_SECONDS``, then -1 for each
``SECONDS_PER_LOG_ODDS``, but at least ``MIN_TIME_LOG_ODDS``.  Of 788 edges of entities half lie within 0.3 s
of the recogniser's times, and 1 in 100 is 0.7 s off."""

MAX_MISSING_IN_A_ROW: Final = 3
"""Greatest number of missing morae that one step of the path may skip; a longer gap takes several steps."""

_IMPOSSIBLE: Final = np.float32(-1e9)
_MIN_ANY_MORA: Final = 1e-4  # floor for the probability that any mora sounds


@dataclass(frozen=True, slots=True)
class MoraStart:
    """Start of a mora.

    Attributes:
        time: Median of the start, in seconds.
        spread: Seconds from the 5th to the 95th percentile of the start; 0 where only one step is probable.
    """

    time: float
    spread: float


def mora_starts(
    logs: Array, times: NDArray[np.float64], sounds: Sequence[Mora], near: Sequence[float]
) -> tuple[MoraStart, ...]:
    """Find the start of each mora of a text.

    Args:
        logs: Log probabilities of a posteriorgram, shape (steps, 1 + classes).
        times: Middle of each step, in seconds, shape (steps,).
        sounds: Morae of the text.
        near: The recogniser's time of each mora, in seconds.

    Returns:
        One start for each mora, in order; empty without steps.  Times rise, except between morae with hardly
        any probability.
    """
    if not len(logs) or not sounds:
        return ()
    free = logs.max(axis=1, keepdims=True)
    odds = logs - free
    blank = odds[:, BLANK]
    any_mora = np.log(np.maximum(_MIN_ANY_MORA, 1 - np.exp(logs[:, BLANK]))) - free[:, 0]
    same = np.maximum(
        odds[:, [class_of(mora) for mora in sounds]], any_mora[:, None] + np.float32(SUBSTITUTED_LOG_ODDS)
    )
    off = np.maximum(0, np.abs(times[:, None] - np.asarray(near)) - FREE_OFF_SECONDS)
    fresh = (same + np.maximum(MIN_TIME_LOG_ODDS, -off / SECONDS_PER_LOG_ODDS)).astype(np.float32)
    repeated = np.array([False, *(a == b for a, b in itertools.pairwise(sounds))])
    line = _Line(fresh, same, blank, any_mora, repeated)
    best = line.forward() + line.backward()
    likely = np.exp(best - best.max(axis=0))
    reached = np.cumsum(likely, axis=0) / likely.sum(axis=0)
    early, middle, late = ((reached >= share).argmax(axis=0) for share in (0.05, 0.5, 0.95))
    spread = times[late] - times[early]
    return tuple(MoraStart(float(t), float(s)) for t, s in zip(times[middle], spread, strict=True))


@dataclass(frozen=True, slots=True)
class _Line:
    """Log odds of each event at each step, and the best paths through them (Viterbi).

    A state is a number of morae passed, together with one of: the last of them still sounds (``going``),
    silence (``silent``), or a mora that is not written sounds (``stray``).
    """

    fresh: Array  # (steps, morae): the mora begins
    same: Array  # (steps, morae): the mora goes on
    blank: Array  # (steps,)
    any_mora: Array  # (steps,)
    repeated: NDArray[np.bool_]  # (morae,): equal to the previous mora, so that silence must separate the two

    def forward(self) -> Array:
        """Return the score of the best path that begins each mora at each step; shape (steps, morae)."""
        out = np.empty_like(self.fresh)
        count = self.fresh.shape[1] + 1
        going, silent, stray = (np.full(count, _IMPOSSIBLE, dtype=np.float32) for _ in range(3))
        silent[:] = np.arange(count) * np.float32(MISSING_LOG_ODDS)
        for at, (fresh, same) in enumerate(zip(self.fresh, self.same, strict=True)):
            apart = np.maximum(silent, stray)
            here = np.maximum(going, apart)
            passed = _with_missing(here)
            new = np.where(self.repeated, apart[:-1], passed[:-1]) + fresh
            out[at] = new
            going[1:] = np.maximum(new, going[1:] + same)
            stray = np.maximum(here + np.float32(INSERTED_LOG_ODDS), stray) + self.any_mora[at]
            silent = passed + self.blank[at]
        return out

    def backward(self) -> Array:
        """Return the score of the best path on from each mora begun at each step; shape (steps, morae)."""
        out = np.empty_like(self.fresh)
        count = self.fresh.shape[1] + 1
        rest = np.arange(count - 1, -1, -1) * np.float32(MISSING_LOG_ODDS)
        going, silent, stray = rest.copy(), rest.copy(), rest.copy()
        for at in range(len(self.fresh) - 1, -1, -1):
            out[at] = going[1:]
            new = self.fresh[at] + going[1:]
            after = self.blank[at] + silent
            passing = after.copy()
            passing[:-1] = np.maximum(after[:-1], np.where(self.repeated, _IMPOSSIBLE, new))
            here = _with_missing(passing[::-1])[::-1]
            apart = here.copy()
            apart[:-1] = np.maximum(here[:-1], np.where(self.repeated, new, _IMPOSSIBLE))
            goes_on = self.any_mora[at] + stray
            begun = goes_on + np.float32(INSERTED_LOG_ODDS)
            going[1:] = np.maximum(np.maximum(here, begun)[1:], self.same[at] + going[1:])
            going[0] = _IMPOSSIBLE
            silent = np.maximum(apart, begun)
            stray = np.maximum(apart, goes_on)
        return out


def _with_missing(here: Array) -> Array:
    """Return the best score of each state from itself and the few before, less the skipped morae's price."""
    out = here.copy()
    for lacking in range(1, min(MAX_MISSING_IN_A_ROW, len(here) - 1) + 1):
        np.maximum(out[lacking:], here[:-lacking] + np.float32(lacking * MISSING_LOG_ODDS), out=out[lacking:])
    return out
