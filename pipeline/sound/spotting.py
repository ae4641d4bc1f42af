"""Keyword spotting: find where a known form is said, from a posteriorgram alone.

    said     …ワ タ シ ノ ハ ラ ト モ ウ シ マ ス…      recognised  私の払うと申します
    known        ノ ハ ラ                                   log odds -0.4: it is said here
    known        ノ ム ラ                                   log odds -11.2: it is not

The score of a form is the log probability of its best path through the posteriorgram, minus that of the
best unconstrained path over the same steps: 0 where the form is exactly what is heard.
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
"""Price of a long vowel or stop heard or missed: neither distinguishes names over a telephone."""


_ROUNDING_ERROR: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch in which a form is said.

    Attributes:
        form: Index of the form.
        start: First step.
        end: Step after the last.
        score: Log odds, at most 0.
    """

    form: int
    start: int
    end: int
    score: float


def odds(logs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log probabilities minus the best of each step; long vowels and stops may stand for the blank."""
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
        forms: The morae of each form, at least one.
        logs: Log probabilities, shape (steps, 1 + classes), of a stretch without a gap.
        least: Lowest score of a hit, for each form.

    Returns:
        Hits in order of time; of overlapping hits of one form only the best.
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
        # Beginning at this step is never worse than having begun earlier.
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
    """The forms that can reach their score: each mora takes a step, and most morae are heard at none."""
    best = rewards.max(axis=0).tolist()
    said = (sum(best[class_of(mora)] for mora in form) for form in forms)
    return [number for number, most in enumerate(said) if most >= least[number] - _ROUNDING_ERROR]


def _states(
    forms: Sequence[Sequence[Mora]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """The CTC states of each form (blanks between morae), its last state, and where blanks are optional."""
    width = max(2 * len(form) - 1 for form in forms)
    states = np.full((len(forms), width), BLANK, dtype=np.int64)
    for row, form in enumerate(forms):
        states[row, : 2 * len(form) : 2] = [class_of(mora) for mora in form]
    skips = np.zeros(states.shape, dtype=bool)
    skips[:, 2::2] = states[:, 2::2] != states[:, :-2:2]
    return states, np.array([2 * len(form) - 2 for form in forms]), skips


def _peaks(form: int, scores: NDArray[np.float32], starts: NDArray[np.int64], least: float) -> Iterator[Hit]:
    """The best hit of each run of overlapping hits."""
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
    """Mark the steps that some hit covers, shape (steps,)."""
    out = np.zeros(steps, dtype=bool)
    for hit in hits:
        out[hit.start : hit.end] = True
    return out
