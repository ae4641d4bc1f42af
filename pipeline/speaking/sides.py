"""Share the units of a call between staff and caller, by voice, wording and turns together.

The wording first tells the speaker of some units, and so the voice of each side.  The voices then tell the
speaker of units whose words tell nothing (「はい」), and these sharpen the voices again, round by round.

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

OP, CU = 0, 1
"""Columns of the two sides."""

VOICE: Final = 9.0
"""Weight of the similarity to a voice, for a unit of ``LONG`` seconds."""

LONG: Final = 1.5
"""Length in seconds from which a unit's voice has full weight; a shorter unit counts in proportion."""

WORDING: Final = 1.0
"""Weight of the log odds of the wording."""

FIRST: Final = 1.5
"""Log odds that staff say the first unit of a call: mostly they answer the telephone."""

CHANGES: Final = ((0.12, 0.08), (0.3, 0.25), (np.inf, 0.45))
"""Pairs of a pause in seconds and the probability of a change of speaker behind a shorter one."""

ROUNDS: Final = 8

_NEVER: Final = -1e6


@dataclass(frozen=True, slots=True)
class Observations:
    """Observations of each unit of a call.

    Attributes:
        voices: Voice embeddings of unit length, shape (units, n); similar ones are one voice.
        wording: Log odds that staff say it, by its words.
        seconds: Duration.
        pauses: Seconds of silence before it.
        arrives: Whether a new speaker announces having taken the telephone in it.
        leaves: Whether a speaker announces handing the telephone over in it.
    """

    voices: NDArray[np.float32]
    wording: NDArray[np.float64]
    seconds: NDArray[np.float64]
    pauses: NDArray[np.float64]
    arrives: NDArray[np.bool_]
    leaves: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SpeakerShares:
    """Speakers of the units.

    Attributes:
        sides: Likeliest column of each unit (``OP``, ``CU`` or a further one), shape (units,).
        likely: Probability of each column, shape (units, columns).
        means: Mean voice of each column, shape (columns, n).
        fit: Log likelihood, comparable between solutions for the same units.
    """

    sides: NDArray[np.int64]
    likely: NDArray[np.float64]
    means: NDArray[np.float64]
    fit: float


def share_between_sides(heard: Observations) -> SpeakerShares:
    """Share units between the two sides.

    Args:
        heard: Observations of at least one unit.

    Returns:
        The best of the solutions from these starts: the wording, and the two groups in which the voices
            differ
        most, with either group as staff.
    """
    by_words = by_wording(heard)
    starts: list[NDArray[np.float64]] = [np.stack([by_words, 1 - by_words], axis=1)]
    if len(heard.seconds) > 2:
        apart = _halves(heard)
        starts += [np.stack([apart, 1 - apart], axis=1), np.stack([1 - apart, apart], axis=1)]
    return max(refine(heard, starts), key=lambda each: each.fit)


def refine(
    heard: Observations, starts: Sequence[NDArray[np.float64]], able: Sequence[NDArray[np.bool_]] = ()
) -> tuple[SpeakerShares, ...]:
    """Refine several starts at once until voices and turns agree.

    Args:
        heard: Observations of the units.
        starts: For each start, the probability of each speaker, shape (units, columns): staff, caller, and
            further people, who talk as callers do.
        able: For each start, the speakers that each unit may have, same shape; all by default.

    Returns:
        The solution of each start.
    """
    likely = np.stack(starts)
    may = np.stack(able) if able else np.ones(likely.shape, dtype=bool)
    means, fits = voice_means(heard, likely), np.zeros(len(likely))
    for _ in range(ROUNDS):
        means = voice_means(heard, likely)
        likely, fits = _forward_backward(np.where(may, _scores(heard, means), _NEVER), heard.pauses)
    return tuple(
        SpeakerShares(each.argmax(axis=1), each, voices, float(fit))
        for each, voices, fit in zip(likely, means, fits, strict=True)
    )


def voice_means(heard: Observations, likely: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean voice of each speaker, of unit length, weighted by duration."""
    sums = np.swapaxes(likely * heard.seconds[:, None], -1, -2) @ heard.voices
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=-1, keepdims=True), 1e-9))


def by_wording(heard: Observations) -> NDArray[np.float64]:
    """Return the probability that staff speak each unit, by its words and its position."""
    return np.asarray(1 / (1 + np.exp(-WORDING * _prior_odds(heard))))


def _prior_odds(heard: Observations) -> NDArray[np.float64]:
    told = heard.wording.copy()
    told[0] += FIRST
    return told


def _scores(heard: Observations, means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log likelihood of each unit for each speaker of each start, up to a constant."""
    weight = VOICE * np.minimum(1.0, heard.seconds / LONG)
    scores = weight[:, None] * (heard.voices @ np.swapaxes(means, -1, -2))
    told = WORDING * _prior_odds(heard)
    scores[..., OP] += np.minimum(told, 0) - np.log1p(np.exp(-np.abs(told)))
    others = np.minimum(-told, 0) - np.log1p(np.exp(-np.abs(told)))
    scores[..., CU:] += others[:, None]
    return np.asarray(scores)


def _halves(heard: Observations) -> NDArray[np.float64]:
    """Return soft membership of two groups, split along the direction of greatest variance of the voices."""
    weights = heard.seconds / heard.seconds.sum()
    centred = heard.voices - weights @ heard.voices
    _, _, directions = np.linalg.svd(centred * np.sqrt(weights)[:, None], full_matrices=False)
    return np.asarray((centred @ directions[0] > 0) * 0.9 + 0.05)


def _forward_backward(
    scores: NDArray[np.float64], pauses: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return posterior probabilities of each speaker and the log likelihood, for each start."""
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
    """Return log probabilities of the next speaker, shape (before, after)."""
    change = next(chance for longest, chance in CHANGES if pause < longest)
    moves = np.full((columns, columns), change / (columns - 1))
    np.fill_diagonal(moves, 1 - change)
    return np.asarray(np.log(moves))


def _log_sum(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    most = values.max(axis=axis, keepdims=True)
    summed = np.log(np.exp(values - most).sum(axis=axis, keepdims=True)) + most
    return np.asarray(np.squeeze(summed, axis=axis))
