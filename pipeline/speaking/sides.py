"""Share the units of a call between staff and caller, by voice, wording and turns together.

What is said tells first who speaks which units, and so what each of the two voices is like; the voices then
tell of units whose words tell nothing (「はい」), and these make the voices clearer again, round by round.

    wording   staff  ?     caller  ?     ?      staff
    voices    a      a     b       b     a      a
    sides     op     op    cu      cu    op     op
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["CU", "OP", "Heard", "Shared", "by_wording", "settled", "share", "voice_means"]

OP, CU = 0, 1
"""Columns of what is worked out for the two sides."""

VOICE: Final = 9.0
"""What a unit's likeness to a voice weighs, for a unit of ``LONG`` seconds."""

LONG: Final = 1.5
"""Seconds of a unit whose voice is heard as well as it can be; a shorter one counts as much less."""

WORDING: Final = 1.0
"""What the log odds of the wording weigh."""

FIRST: Final = 1.5
"""Log odds that staff say a call's first unit: they answer the telephone, mostly."""

CHANGES: Final = ((0.12, 0.08), (0.3, 0.25), (np.inf, 0.45))
"""Pauses in seconds up to which, and how probable it is that another side speaks behind one."""

ROUNDS: Final = 8

_NEVER: Final = -1e6


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in each unit of a call.

    Attributes:
        voices: Directions of unit length, shape (units, n): like ones are one voice.
        wording: Log odds that staff say it, by its words.
        seconds: How long it lasts.
        pauses: Seconds of silence before it.
        arrives: Whether somebody who has just taken a telephone begins in it, by the words.
        leaves: Whether somebody hands the telephone over in it, by the words.
    """

    voices: NDArray[np.float32]
    wording: NDArray[np.float64]
    seconds: NDArray[np.float64]
    pauses: NDArray[np.float64]
    arrives: NDArray[np.bool_]
    leaves: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shared:
    """Who speaks each unit.

    Attributes:
        sides: ``OP`` or ``CU`` (or a further column of ``fits``), shape (units,).
        likely: The probability of each, shape (units, columns).
        means: The direction of each voice, shape (columns, n).
        fit: How well it all fits together: a log likelihood, to compare with that of other ways.
    """

    sides: NDArray[np.int64]
    likely: NDArray[np.float64]
    means: NDArray[np.float64]
    fit: float


def share(heard: Heard) -> Shared:
    """Share units between the two sides.

    Args:
        heard: Of one unit at least.

    Returns:
        The best of what two beginnings lead to: by the wording, and by the two directions that voices differ
        in most, whichever of them staff's wording goes with.
    """
    by_words = by_wording(heard)
    starts: list[NDArray[np.float64]] = [np.stack([by_words, 1 - by_words], axis=1)]
    if len(heard.seconds) > 2:
        apart = _halves(heard)
        starts += [np.stack([apart, 1 - apart], axis=1), np.stack([1 - apart, apart], axis=1)]
    return max(settled(heard, starts), key=lambda each: each.fit)


def settled(
    heard: Heard, starts: Sequence[NDArray[np.float64]], able: Sequence[NDArray[np.bool_]] = ()
) -> tuple[Shared, ...]:
    """Go on from first guesses until voices and turns agree, from all of them at once.

    Args:
        heard: What was heard.
        starts: Of each guess, the probability of each speaker, shape (units, columns): staff, caller, and
            further people, who talk as callers do.
        able: Of each, who may speak which unit, likewise; all by default.

    Returns:
        The speakers of each.
    """
    likely = np.stack(starts)
    may = np.stack(able) if able else np.ones(likely.shape, dtype=bool)
    means, fits = voice_means(heard, likely), np.zeros(len(likely))
    for _ in range(ROUNDS):
        means = voice_means(heard, likely)
        likely, fits = _forward_backward(np.where(may, _scores(heard, means), _NEVER), heard.pauses)
    return tuple(
        Shared(each.argmax(axis=1), each, voices, float(fit))
        for each, voices, fit in zip(likely, means, fits, strict=True)
    )


def voice_means(heard: Heard, likely: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction of each speaker's voice, of unit length, longer units counting more."""
    sums = np.swapaxes(likely * heard.seconds[:, None], -1, -2) @ heard.voices
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=-1, keepdims=True), 1e-9))


def by_wording(heard: Heard) -> NDArray[np.float64]:
    """The probability that staff speak each unit, by its words and its place."""
    return np.asarray(1 / (1 + np.exp(-WORDING * _told(heard))))


def _told(heard: Heard) -> NDArray[np.float64]:
    told = heard.wording.copy()
    told[0] += FIRST
    return told


def _scores(heard: Heard, means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log likelihood of each unit with each speaker of each guess, but for a constant."""
    weight = VOICE * np.minimum(1.0, heard.seconds / LONG)
    scores = weight[:, None] * (heard.voices @ np.swapaxes(means, -1, -2))
    told = WORDING * _told(heard)
    scores[..., OP] += np.minimum(told, 0) - np.log1p(np.exp(-np.abs(told)))
    others = np.minimum(-told, 0) - np.log1p(np.exp(-np.abs(told)))
    scores[..., CU:] += others[:, None]
    return np.asarray(scores)


def _halves(heard: Heard) -> NDArray[np.float64]:
    """Two groups by the direction in which the voices differ most."""
    weights = heard.seconds / heard.seconds.sum()
    centred = heard.voices - weights @ heard.voices
    _, _, directions = np.linalg.svd(centred * np.sqrt(weights)[:, None], full_matrices=False)
    return np.asarray((centred @ directions[0] > 0) * 0.9 + 0.05)


def _forward_backward(
    scores: NDArray[np.float64], pauses: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each guess, probabilities of each speaker by all units together, and the log likelihood."""
    _, units, columns = scores.shape
    moves = [_moves(pause, columns) for pause in pauses]
    ahead, behind = np.zeros(scores.shape), np.zeros(scores.shape)
    ahead[:, 0] = scores[:, 0] - np.log(columns)
    for at in range(1, units):
        ahead[:, at] = scores[:, at] + _log_sum(ahead[:, at - 1, :, None] + moves[at], 1)
    for at in range(units - 2, -1, -1):
        behind[:, at] = _log_sum(moves[at + 1] + (scores[:, at + 1] + behind[:, at + 1])[:, None], 2)
    both = ahead + behind
    return np.exp(both - _log_sum(both, 2)[:, :, None]), _log_sum(ahead[:, -1], 1)


def _moves(pause: float, columns: int) -> NDArray[np.float64]:
    """Log probabilities of one speaker after another, shape (before, after)."""
    change = next(chance for longest, chance in CHANGES if pause < longest)
    moves = np.full((columns, columns), change / (columns - 1))
    np.fill_diagonal(moves, 1 - change)
    return np.asarray(np.log(moves))


def _log_sum(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    most = values.max(axis=axis, keepdims=True)
    summed = np.log(np.exp(values - most).sum(axis=axis, keepdims=True)) + most
    return np.asarray(np.squeeze(summed, axis=axis))
