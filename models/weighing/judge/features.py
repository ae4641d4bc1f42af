"""Features of a finding for the judge: named values, most of them 0 to 1 or log odds.

They are apart from the weights because fitting (``models.training.weighing.calibrate``) needs only them.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.calls.artifacts import Call
from models.calls.hearings import parties_of
from models.weighing.fusion.columns import known_words, sounds
from models.weighing.fusion.fusion import fused_probabilities
from models.weighing.tagger.tagger import Tagger
from pipeline.errors import ModelError
from pipeline.types import EntitySpan

MAX_LOG_ODDS = 6.0
"""Bound to which log odds are clipped."""

WITNESS = "witness:"
"""Prefix of the feature that a recognizer found the stretch; its name follows."""

TYPE, PEAK_OF = "type:", "peak of "
"""Prefixes of the features of one type alone; its name follows."""

KIND_COLUMNS = {"PERSON": 1, "ADDRESS": 2, "PHONE_NUMBER": 3}
"""Column of each type in ``Seen.first``, ``again`` and ``both``; column 0 is "no personal data"."""


class JudgeFeature(enum.StrEnum):
    """Features of every finding, by their names in ``judge.json``."""

    BIAS = "bias"
    MEAN = "mean"
    PEAK = "peak"
    FIRST_PEAK = "first peak"
    OF_THIS_KIND = "of this kind"
    LENGTH = "length"
    BEST_SCORE = "best score"
    WITNESSES = "witnesses"
    ODD_WORDS = "odd words"
    PROPER_NOUNS = "proper nouns"
    NAMES = "names"
    HONORIFIC = "honorific"
    WORD_PROBABILITY = "word probability"
    HEARD_TWICE = "heard twice"
    NOTHING_HEARD_AGAIN = "nothing heard again"
    PEAK_AGAIN = "peak again"
    LISTENED = "listened"
    SOUND_MEAN = "sound mean"
    SOUND_PEAK = "sound peak"
    SOUND_OF_THIS_KIND = "sound of this kind"


@dataclass(frozen=True, slots=True)
class CallValues:
    """Values of a call for the judge: one value, or one row, for each character.

    Attributes:
        first: Probabilities of kinds, by the tagger on the first hearing.
        again: The same on the second hearing, mapped to the first; NaN where it has no word.
        both: Probabilities of kinds by both hearings and the sound (``models.weighing.fusion``).
        sure: Recogniser's probability of the word; NaN where unknown.
        odd: 1 where the word is not in the dictionary.
        proper: 1 where the word is a proper noun.
        name: 1 where the dictionary has the word as a person's name.
        honorific: 1 where an honorific begins.
        heard_twice: Whether the call has a second hearing.
        sound: Probabilities of ``SOUND_KINDS`` by the ear alone; NaN where it did not listen.
        owners: Probabilities of third party, requester, staff and company, by the tagger on both hearings.
    """

    first: NDArray[np.float32] = field(repr=False)
    again: NDArray[np.float32] = field(repr=False)
    both: NDArray[np.float32] = field(repr=False)
    sure: NDArray[np.float64] = field(repr=False)
    odd: NDArray[np.float64] = field(repr=False)
    proper: NDArray[np.float64] = field(repr=False)
    name: NDArray[np.float64] = field(repr=False)
    honorific: NDArray[np.float64] = field(repr=False)
    heard_twice: bool
    sound: NDArray[np.float32] = field(repr=False)
    owners: NDArray[np.float32] = field(repr=False)


def call_values(call: Call, tagger: Tagger) -> CallValues:
    """Compute once the values that the features of all findings of a call need.

    Args:
        call: The call, with its second hearing where there is one.
        tagger: Reads both hearings.

    Returns:
        The argument of ``features``.
    """
    first, _ = call.tagged(tagger)
    again = call.again.kinds if call.again else np.full_like(first, np.nan)
    sure = np.full(len(call.text), np.nan)
    for segment in call.transcript.segments:
        for word in segment.words:
            if word.probability > 0:
                sure[word.chars.start : word.chars.end] = word.probability
    both, sound = fused_probabilities(call, tagger), sounds(call)
    return CallValues(
        first,
        again,
        both,
        sure,
        *known_words(call),
        call.again is not None,
        sound,
        parties_of(call, tagger)[:, 1:],
    )


def features(span: EntitySpan, call: CallValues) -> dict[str, float]:
    """Compute the features of a finding.

    Args:
        span: A united finding; ``recognizer`` holds the names of its recognizers, joined by ``+``.
        call: Values of the call.

    Returns:
        Values by name, with ``bias``, which is always 1.
    """
    here = slice(span.chars.start, span.chars.end)
    kind = KIND_COLUMNS.get(span.entity_type, 0)
    witnesses = span.recognizer.split("+")
    both = 1.0 - call.both[here, 0]
    values = {
        JudgeFeature.BIAS: 1.0,
        JudgeFeature.MEAN: _log_odds(float(both.mean())),
        JudgeFeature.PEAK: _log_odds(float(both.max())),
        JudgeFeature.FIRST_PEAK: _log_odds(float(1.0 - call.first[here, 0].min())),
        JudgeFeature.OF_THIS_KIND: float(call.both[here, kind].max()) if kind else 0.0,
        JudgeFeature.LENGTH: math.log(span.chars.end - span.chars.start),
        JudgeFeature.BEST_SCORE: span.score,
        JudgeFeature.WITNESSES: float(len(witnesses)),
        JudgeFeature.ODD_WORDS: float(call.odd[here].mean()),
        JudgeFeature.PROPER_NOUNS: float(call.proper[here].mean()),
        JudgeFeature.NAMES: float(call.name[here].mean()),
        JudgeFeature.HONORIFIC: float(call.honorific[span.chars.end : span.chars.end + 1].sum()),
        JudgeFeature.WORD_PROBABILITY: _mean(call.sure[here], 0.7),
        f"{TYPE}{span.entity_type}": 1.0,
        f"{PEAK_OF}{span.entity_type}": _log_odds(float(both.max())),
    }
    if call.heard_twice:
        values |= _heard_again(call.again[here])
    return values | _listened(call.sound[here], kind) | {f"{WITNESS}{name}": 1.0 for name in witnesses}


def _listened(sound: NDArray[np.float32], kind: int) -> dict[str, float]:
    """Return the features of a finding's sound; none where the ear did not listen."""
    heard = sound[~np.isnan(sound).any(axis=1)]
    if not len(heard):
        return {}
    some = heard.sum(axis=1)
    return {
        JudgeFeature.LISTENED: 1.0,
        JudgeFeature.SOUND_MEAN: _log_odds(float(some.mean())),
        JudgeFeature.SOUND_PEAK: _log_odds(float(some.max())),
        JudgeFeature.SOUND_OF_THIS_KIND: float(heard[:, kind - 1].max()) if kind else 0.0,
    }


def _heard_again(again: NDArray[np.float32]) -> dict[str, float]:
    """Return the features of the second hearing at a finding."""
    there = again[~np.isnan(again[:, 0])]
    if not len(there):
        return {JudgeFeature.HEARD_TWICE: 1.0, JudgeFeature.NOTHING_HEARD_AGAIN: 1.0}
    return {JudgeFeature.HEARD_TWICE: 1.0, JudgeFeature.PEAK_AGAIN: _log_odds(float(1.0 - there[:, 0].min()))}


def _mean(values: Sequence[float] | NDArray[np.float64], otherwise: float) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else otherwise


def _log_odds(probability: float) -> float:
    bounded = min(1 - 1e-6, max(1e-6, probability))
    return max(-MAX_LOG_ODDS, min(MAX_LOG_ODDS, math.log(bounded / (1 - bounded))))


def check_names(weights: Mapping[str, float]) -> None:
    """Refuse weights of other features than these: one that is misspelt would weigh nothing, unseen.

    Args:
        weights: By name, as ``judge.json`` has them.

    Raises:
        ModelError: a weight is of no feature.
    """
    of_one = {name for name in weights if name.startswith((WITNESS, TYPE, PEAK_OF))}
    if not weights.keys() - of_one <= set(JudgeFeature):
        raise ModelError("the judge's weights are of other features")
