"""What a finding's witnesses are worth together: one calibrated probability.

Each witness has a score of its own, and several may speak for one stretch, so their scores can
neither be compared nor added.  A small logistic model, fitted on made calls that none of them
was trained on, weighs them: of findings judged .9, nine in ten are really somebody's data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.artifacts import Call
from models.registry import registered_bytes
from models.tagger.tagger import Tagger
from pipeline.types import EntitySpan

__all__ = ["Judge", "features", "load_judge"]

CLIP = 6.0
"""Log odds beyond which the tagger's certainty says nothing more."""

WITNESS = "witness:"


def features(span: EntitySpan, kinds: NDArray[np.float32]) -> dict[str, float]:
    """What the judge looks at.

    Args:
        span: A united finding; its ``recognizer`` names its witnesses, joined by ``+``.
        kinds: The tagger's probabilities for the call, shape (characters, 4); column 0 is "nobody's".

    Returns:
        Named values.
    """
    some = 1.0 - kinds[span.chars.start : span.chars.end, 0]
    length = span.chars.end - span.chars.start
    values = {
        "bias": 1.0,
        "tagger mean": _log_odds(float(some.mean())),
        "tagger peak": _log_odds(float(some.max())),
        "length": math.log(length),
        "best score": span.score,
        f"type:{span.entity_type}": 1.0,
    }
    return values | {f"{WITNESS}{name}": 1.0 for name in span.recognizer.split("+")}


class Judge:
    """The fitted weights, and the tagger whose probabilities they weigh."""

    def __init__(self, weights: Mapping[str, float], tagger: Tagger) -> None:
        self._weights = dict(weights)
        self._tagger = tagger

    def judged(self, call: Call, spans: tuple[EntitySpan, ...]) -> tuple[EntitySpan, ...]:
        """Give findings their probability of being really somebody's data.

        A witness that the weights do not know (a company's own recognizer) keeps its own
        score, and so does a secret: what the case names is no matter of probability.

        Args:
            call: The call they are of.
            spans: United findings.

        Returns:
            The findings, in the same order, with new scores.
        """
        kinds, _ = self._tagger.probabilities(call.transcript, call.tokens, call.line)
        return tuple(replace(span, score=self._probability(span, kinds)) for span in spans)

    def _probability(self, span: EntitySpan, kinds: NDArray[np.float32]) -> float:
        values = features(span, kinds)
        unknown = any(name.startswith(WITNESS) and name not in self._weights for name in values)
        if unknown or span.entity_type == "CONFIDENTIAL":
            return span.score
        odds = sum(self._weights.get(name, 0.0) * value for name, value in values.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def load_judge(tagger: Tagger) -> Judge:
    """Load the weights that lie beside this module.

    Args:
        tagger: Whose probabilities they weigh.

    Returns:
        The judge.

    Raises:
        ModelError: when a file is not the registered one.
    """
    weights = registered_bytes("judge", "weights", Path(__file__).with_name("judge.json"))
    return Judge(json.loads(weights), tagger)


def _log_odds(probability: float) -> float:
    bounded = min(1 - 1e-6, max(1e-6, probability))
    return max(-CLIP, min(CLIP, math.log(bounded / (1 - bounded))))
