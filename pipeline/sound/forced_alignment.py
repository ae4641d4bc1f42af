"""When each mora of a known text is said: a text laid along a posteriorgram, with what was written wrong.

    heard     …・・イ・・ト・・ー・サ・・チ・・コ・・ト・イ…     25 times a second, ``sound.posteriorgram``
    written     イ   ドー  シ タ   チ  コ   ト  イ          移動したちこという
    begins      |   |  |  ~ ~   |  |   |  |           | where it is heard, ~ between what is

A recogniser's word times are half a second off at times, while a mora is heard where it is said.  The best
path may take another mora for the one that is written, leave one out, and pass over one that is not written.
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

__all__ = ["MoraStart", "mora_starts"]

Array = NDArray[np.float32]

SUBSTITUTED_LOG_ODDS, INSERTED_LOG_ODDS, MISSING_LOG_ODDS = -2.5, -2.5, -2.5
"""Log odds of another mora than is written, of one that is not written, and of one that is not said: about
what each costs where two in five characters are wrong, and little enough to go on behind any of them."""

FREE_OFF_SECONDS, SECONDS_PER_LOG_ODDS, MIN_TIME_LOG_ODDS = 0.3, 0.25, -8.0
"""Seconds that a word's time may be off at no price; beyond them log odds of -1 for each ``SECONDS_PER_LOG_ODDS``, and at
least ``MIN_TIME_LOG_ODDS``: of 788 edges of entities half lie within .3 of the recogniser's times, 1 in 100 .7 off."""

MAX_MISSING_IN_A_ROW: Final = 3
"""Morae that may be lacking one after another; more are so by standing behind each other."""

_IMPOSSIBLE: Final = np.float32(-1e9)
_MIN_ANY_MORA: Final = 1e-4  # a probability of any mora at all below which it is no smaller


@dataclass(frozen=True, slots=True)
class MoraStart:
    """When a mora begins.

    Attributes:
        time: The median, in the seconds of ``times``.
        spread: Seconds between its 5th and its 95th percentile: 0 where only one step is probable.
    """

    time: float
    spread: float


def mora_starts(
    logs: Array, times: NDArray[np.float64], sounds: Sequence[Mora], near: Sequence[float]
) -> tuple[MoraStart, ...]:
    """When each mora of a text begins.

    Args:
        logs: Log probabilities of a posteriorgram, shape (steps, 1 + classes).
        times: Seconds of the middle of each step, shape (steps,).
        sounds: The text.
        near: Seconds at which the recogniser has each mora.

    Returns:
        One for each mora, in order; in the order of their times but for what is hardly heard at all.
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
    """Log odds of what may happen at each step, and the best paths through them.

    A path stands behind so many morae of the text, after one of them (it may go on), in silence, or in a
    mora that is not written.
    """

    fresh: Array  # (steps, morae), a mora begins
    same: Array  # likewise, it goes on
    blank: Array  # (steps,)
    any_mora: Array  # (steps,)
    repeated: NDArray[np.bool_]  # (morae,), the same mora as the one before: silence has to lie between

    def forward(self) -> Array:
        """Of the best path up to where each mora begins at each step; shape (steps, morae)."""
        out = np.empty_like(self.fresh)
        count = self.fresh.shape[1] + 1
        going, silent, beside = (np.full(count, _IMPOSSIBLE, dtype=np.float32) for _ in range(3))
        silent[:] = np.arange(count) * np.float32(MISSING_LOG_ODDS)
        for at, (fresh, same) in enumerate(zip(self.fresh, self.same, strict=True)):
            apart = np.maximum(silent, beside)
            here = np.maximum(going, apart)
            passed = _with_missing(here)
            new = np.where(self.repeated, apart[:-1], passed[:-1]) + fresh
            out[at] = new
            going[1:] = np.maximum(new, going[1:] + same)
            beside = np.maximum(here + np.float32(INSERTED_LOG_ODDS), beside) + self.any_mora[at]
            silent = passed + self.blank[at]
        return out

    def backward(self) -> Array:
        """Of the best path from where each mora has begun at each step to the end; shape as ``forward``."""
        out = np.empty_like(self.fresh)
        count = self.fresh.shape[1] + 1
        rest = np.arange(count - 1, -1, -1) * np.float32(MISSING_LOG_ODDS)
        going, silent, beside = rest.copy(), rest.copy(), rest.copy()
        for at in range(len(self.fresh) - 1, -1, -1):
            out[at] = going[1:]
            new = self.fresh[at] + going[1:]
            after = self.blank[at] + silent
            passing = after.copy()
            passing[:-1] = np.maximum(after[:-1], np.where(self.repeated, _IMPOSSIBLE, new))
            here = _with_missing(passing[::-1])[::-1]
            apart = here.copy()
            apart[:-1] = np.maximum(here[:-1], np.where(self.repeated, new, _IMPOSSIBLE))
            stray = self.any_mora[at] + beside
            begun = stray + np.float32(INSERTED_LOG_ODDS)
            going[1:] = np.maximum(np.maximum(here, begun)[1:], self.same[at] + going[1:])
            going[0] = _IMPOSSIBLE
            silent = np.maximum(apart, begun)
            beside = np.maximum(apart, stray)
        return out


def _with_missing(here: Array) -> Array:
    """The best of each place and of the few before it, less the price of what is lacking between."""
    out = here.copy()
    for lacking in range(1, min(MAX_MISSING_IN_A_ROW, len(here) - 1) + 1):
        np.maximum(out[lacking:], here[:-lacking] + np.float32(lacking * MISSING_LOG_ODDS), out=out[lacking:])
    return out
