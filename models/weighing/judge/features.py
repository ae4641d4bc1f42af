"""What the judge looks at in a finding: named values, most of them 0 to 1 or log odds.

Kept apart from the weights, because fitting them (``models.training.weighing.calibrate``) needs these and
not those.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.calls.artifacts import Call
from models.calls.hearings import parties_of
from models.weighing.fusion.columns import known_words, sounds
from models.weighing.fusion.fusion import together
from models.weighing.tagger.tagger import Tagger
from pipeline.types import EntitySpan

__all__ = ["KIND_COLUMNS", "WITNESS", "Seen", "features", "seen"]

CLIP = 6.0
"""Log odds beyond which the tagger's certainty says nothing more."""

WITNESS = "witness:"

KIND_COLUMNS = {"PERSON": 1, "ADDRESS": 2, "PHONE_NUMBER": 3}
"""Which column of ``Seen.first`` and its like is whose; the first is none's."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A call as the judge sees it: one value, or row, for each of its characters.

    Attributes:
        first: The tagger's probabilities of kinds on the first hearing.
        again: On the second, carried over; NaN where it has nothing, or there is none.
        both: By both and by what the ear heard (``models.fusion``).
        sure: The recogniser's probability of the word; NaN where not known.
        odd: 1 where the dictionary does not know the word.
        proper: 1 where it is a proper noun.
        name: 1 where it is a person's name by the dictionary.
        honorific: 1 where an honorific begins.
        heard_twice: Whether the call was heard a second time.
        sound: By what the ear heard alone, the probabilities of ``SOUND_KINDS``; NaN where nobody listened.
        owners: By both hearings as they are read, of third party, requester, staff and company.
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


def seen(call: Call, tagger: Tagger) -> Seen:
    """Look at a call once, for all its findings.

    Args:
        call: The call, with its second hearing where there is one.
        tagger: Reads it.

    Returns:
        What ``features`` needs.
    """
    first, _ = call.tagged(tagger)
    again = call.again.kinds if call.again else np.full_like(first, np.nan)
    sure = np.full(len(call.text), np.nan)
    for segment in call.transcript.segments:
        for word in segment.words:
            if word.probability > 0:
                sure[word.chars.start : word.chars.end] = word.probability
    both, sound = together(call, tagger), sounds(call)
    return Seen(
        first,
        again,
        both,
        sure,
        *known_words(call),
        call.again is not None,
        sound,
        parties_of(call, tagger)[:, 1:],
    )


def features(span: EntitySpan, call: Seen) -> dict[str, float]:
    """What the judge looks at.

    Args:
        span: A united finding; its ``recognizer`` names its witnesses, joined by ``+``.
        call: The call it is of.

    Returns:
        Named values; the first is the bias.
    """
    here = slice(span.chars.start, span.chars.end)
    kind = KIND_COLUMNS.get(span.entity_type, 0)
    witnesses = span.recognizer.split("+")
    both = 1.0 - call.both[here, 0]
    values = {
        "bias": 1.0,
        "mean": _log_odds(float(both.mean())),
        "peak": _log_odds(float(both.max())),
        "first peak": _log_odds(float(1.0 - call.first[here, 0].min())),
        "of this kind": float(call.both[here, kind].max()) if kind else 0.0,
        "length": math.log(span.chars.end - span.chars.start),
        "best score": span.score,
        "witnesses": float(len(witnesses)),
        "odd words": float(call.odd[here].mean()),
        "proper nouns": float(call.proper[here].mean()),
        "names": float(call.name[here].mean()),
        "honorific": float(call.honorific[span.chars.end : span.chars.end + 1].sum()),
        "word probability": _mean(call.sure[here], 0.7),
        f"type:{span.entity_type}": 1.0,
        f"peak of {span.entity_type}": _log_odds(float(both.max())),
    }
    if call.heard_twice:
        values |= _heard_again(call.again[here])
    return values | _listened(call.sound[here], kind) | {f"{WITNESS}{name}": 1.0 for name in witnesses}


def _listened(sound: NDArray[np.float32], kind: int) -> dict[str, float]:
    """What the ear heard where a finding sounds."""
    heard = sound[~np.isnan(sound).any(axis=1)]
    if not len(heard):
        return {}
    some = heard.sum(axis=1)
    return {
        "listened": 1.0,
        "sound mean": _log_odds(float(some.mean())),
        "sound peak": _log_odds(float(some.max())),
        "sound of this kind": float(heard[:, kind - 1].max()) if kind else 0.0,
    }


def _heard_again(again: NDArray[np.float32]) -> dict[str, float]:
    """What the second hearing has where a finding sounds."""
    there = again[~np.isnan(again[:, 0])]
    if not len(there):
        return {"heard twice": 1.0, "nothing heard again": 1.0}
    return {"heard twice": 1.0, "peak again": _log_odds(float(1.0 - there[:, 0].min()))}


def _mean(values: Sequence[float] | NDArray[np.float64], otherwise: float) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else otherwise


def _log_odds(probability: float) -> float:
    bounded = min(1 - 1e-6, max(1e-6, probability))
    return max(-CLIP, min(CLIP, math.log(bounded / (1 - bounded))))
