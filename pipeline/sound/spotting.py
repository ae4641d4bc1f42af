"""Keyword spotting: find known forms in a posteriorgram.

    said     …ワ タ シ ノ ハ ラ ト モ ウ シ マ ス…      recognised  私の払うと申します
    known        ノ ハ ラ                                   log odds -0.4: it is said here
    known        ノ ム ラ                                   log odds -11.2: it is not

The score of a form is the log probability of its best path through the posteriorgram, minus that of the
best unconstrained path over the same steps: 0 where the form is the best path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import LONG, STOP, Mora
from pipeline.sound.posteriorgram import BLANK, class_of

LENGTH_PRICE: Final = 1.0
"""Price of a long vowel or っ inserted or deleted: neither distinguishes names over a telephone."""


_ROUNDING_ERROR: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch with a known form.

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
    """Return log probabilities minus the best of each step, shape (steps, 1 + classes), at most 0.

    A long vowel or っ may stand for the blank and the reverse, at ``LENGTH_PRICE``.
    """
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
        forms: Morae of each form, at least one mora each.
        logs: Log probabilities of a stretch without a gap, shape (steps, 1 + classes).
        least: Least score of a hit, for each form.

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
        # A path that begins at this step is never worse than one that has begun earlier.
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
    """Return the forms that can reach their least score, by the best step of each of their morae."""
    best = rewards.max(axis=0).tolist()
    said = (sum(best[class_of(mora)] for mora in form) for form in forms)
    return [number for number, most in enumerate(said) if most >= least[number] - _ROUNDING_ERROR]


def _states(
    forms: Sequence[Sequence[Mora]],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the CTC states of each form, its last state, and the states that may follow a skipped blank."""
    width = max(2 * len(form) - 1 for form in forms)
    states = np.full((len(forms), width), BLANK, dtype=np.int64)
    for row, form in enumerate(forms):
        states[row, : 2 * len(form) : 2] = [class_of(mora) for mora in form]
    skips = np.zeros(states.shape, dtype=bool)
    skips[:, 2::2] = states[:, 2::2] != states[:, :-2:2]
    return states, np.array([2 * len(form) - 2 for form in forms]), skips


def _peaks(form: int, scores: NDArray[np.float32], starts: NDArray[np.int64], least: float) -> Iterator[Hit]:
    """Yield the best hit of each run of overlapping hits."""
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
