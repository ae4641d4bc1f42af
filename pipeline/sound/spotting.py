"""Where in a call something known is said, told from its sound alone: keyword spotting.

    said     …ワ タ シ ノ ハ ラ ト モ ウ シ マ ス…      recognised  私の払うと申します
    known        ノ ハ ラ                                   log odds -0.4: it is said here
    known        ノ ム ラ                                   log odds -11.2: it is not

The score of a form is the log probability of its best path through the posteriorgram, less that of the
best path of anything at all over the same steps: 0 where it is exactly what is heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import LONG, STOP, Mora
from pipeline.sound.posteriorgram import BLANK, class_of

__all__ = ["Hit", "covered", "spotted"]

LENGTH_PRICE: Final = 1.0
"""Price of a vowel drawn or not, and of a stop made or not: neither tells names apart over a telephone."""


_ROUNDING_ERROR: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Hit:
    """A form where it is said.

    Attributes:
        form: Its number.
        start: The first step.
        end: The step after the last.
        score: Log odds, at most 0.
    """

    form: int
    start: int
    end: int
    score: float


def odds(logs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log probabilities, each less that of the likeliest; a drawn vowel and nothing are nearly the same."""
    out = logs.copy()
    for mora in (LONG, STOP):
        one, other = out[:, class_of(mora)], out[:, BLANK]
        out[:, class_of(mora)], out[:, BLANK] = (
            np.maximum(one, other - LENGTH_PRICE),
            np.maximum(other, one - LENGTH_PRICE),
        )
    return np.asarray(np.minimum(0.0, out - logs.max(axis=1, keepdims=True)), dtype=np.float32)


def spotted(
    forms: Sequence[Sequence[Mora]], logs: NDArray[np.float32], least: Sequence[float]
) -> tuple[Hit, ...]:
    """Find forms in a posteriorgram.

    Args:
        forms: Morae of each, one or more.
        logs: Log probabilities of classes, shape (steps, classes), of a stretch without a gap.
        least: Score of each from which it is said.

    Returns:
        Hits in order of time; of one form those that overlap are one, the best.
    """
    if not forms or not len(logs):
        return ()
    rewards_of = odds(logs)
    reachable = _reachable(forms, rewards_of, least)
    if not reachable:
        return ()
    states, ends, skips = _states([forms[form] for form in reachable])
    rewards = rewards_of[:, states]  # (steps, forms, states)
    score = np.full(states.shape, -np.inf, dtype=np.float32)
    since = np.zeros(states.shape, dtype=np.int64)
    rows = np.arange(len(reachable))
    found: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []
    for at, reward in enumerate(rewards):
        best, begun = score.copy(), since.copy()
        for back, allowed in ((1, True), (2, skips[:, 2:])):
            better = (score[:, :-back] > best[:, back:]) & allowed
            np.copyto(best[:, back:], score[:, :-back], where=better)
            np.copyto(begun[:, back:], since[:, :-back], where=better)
        score, since = best + reward, begun
        # Begun now is never worse than begun before.
        score[:, 0], since[:, 0] = reward[:, 0], at
        found.append((score[rows, ends], since[rows, ends]))
    scores = np.stack([each for each, _ in found])
    starts = np.stack([each for _, each in found])
    hits = [
        hit
        for row, form in enumerate(reachable)
        for hit in _peaks(form, scores[:, row], starts[:, row], least[form])
    ]
    return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end, hit.form)))


def _reachable(
    forms: Sequence[Sequence[Mora]], rewards: NDArray[np.float32], least: Sequence[float]
) -> list[int]:
    """Which forms can be said at all: each of their morae lasts a step, and most are heard at none."""
    best = rewards.max(axis=0).tolist()
    said = (sum(best[class_of(mora)] for mora in form) for form in forms)
    return [number for number, most in enumerate(said) if most >= least[number] - _ROUNDING_ERROR]


def _states(
    forms: Sequence[Sequence[Mora]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Of each form its morae with a blank between any two; the last one's place; which may skip the blank."""
    width = max(2 * len(form) - 1 for form in forms)
    states = np.full((len(forms), width), BLANK, dtype=np.int64)
    for row, form in enumerate(forms):
        states[row, : 2 * len(form) : 2] = [class_of(mora) for mora in form]
    skips = np.zeros(states.shape, dtype=bool)
    skips[:, 2::2] = states[:, 2::2] != states[:, :-2:2]
    return states, np.array([2 * len(form) - 2 for form in forms]), skips


def _peaks(form: int, scores: NDArray[np.float32], starts: NDArray[np.int64], least: float) -> Iterator[Hit]:
    """The best of each run of ends whose stretches overlap."""
    best: Hit | None = None
    for end in np.flatnonzero(scores >= least).tolist():
        hit = Hit(form, int(starts[end]), end + 1, float(scores[end]))
        if best is not None and hit.start < best.end:
            best = hit if hit.score > best.score else best
        else:
            if best is not None:
                yield best
            best = hit
    if best is not None:
        yield best


def covered(hits: Iterable[Hit], steps: int) -> NDArray[np.bool_]:
    """Which steps some hit covers."""
    out = np.zeros(steps, dtype=bool)
    for hit in hits:
        out[hit.start : hit.end] = True
    return out
