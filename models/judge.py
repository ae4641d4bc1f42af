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

from models.artifacts import Call
from models.doubt import Doubt
from models.judge_features import WITNESS, Seen, features, seen
from models.registry import registered_bytes
from models.tagger.tagger import Tagger
from pipeline.types import EntitySpan

__all__ = ["MASK_FROM", "SHOW_FROM", "Judge", "load_judge"]

MASK_FROM = 0.13
"""Probability from which a finding is masked: a second of a third party's data that gets out weighs as
much as seven of the requester's own conversation that are taken from them."""

SHOW_FROM = 0.03
"""Probability from which a finding that is not masked is shown to an analyst, as far as the time goes."""

OTHERS = ("CONFIDENTIAL", "EMAIL_ADDRESS")
"""What is no matter of probability: the case names it, or it is spelt out letter by letter."""


class Judge:
    """The fitted weights, the tagger whose probabilities they weigh, and what is doubted beside."""

    def __init__(self, weights: Mapping[str, float], tagger: Tagger, doubt: Doubt | None = None) -> None:
        self._weights = dict(weights)
        self._tagger = tagger
        self._doubt = doubt

    def judged(self, call: Call, spans: tuple[EntitySpan, ...]) -> tuple[EntitySpan, ...]:
        """Give findings their probability of being really somebody's data.

        A witness that the weights do not know (a company's own recognizer) keeps its own
        score, and so does a secret: what the case names is no matter of probability.

        Args:
            call: The call they are of.
            spans: United findings.

        Returns:
            The findings in order of text, with new scores; the unlikely ones as candidates, the most
            unlikely left out; and, as candidates too, words that nobody marked.
        """
        looked_at = seen(call, self._tagger)
        judged = tuple(self._judged(span, looked_at) for span in spans)
        shown = tuple(span for span in judged if not span.candidate or span.score >= SHOW_FROM)
        if self._doubt is None:
            return shown
        doubted = self._doubt.candidates(call, looked_at, shown)
        return tuple(sorted((*shown, *doubted), key=lambda span: span.chars))

    def _judged(self, span: EntitySpan, call: Seen) -> EntitySpan:
        values = features(span, call)
        unknown = any(name.startswith(WITNESS) and name not in self._weights for name in values)
        if unknown or span.entity_type in OTHERS:
            return span
        odds = sum(self._weights.get(name, 0.0) * value for name, value in values.items())
        score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
        return replace(span, score=score, candidate=score < MASK_FROM)


def load_judge(tagger: Tagger, doubt: Doubt | None = None) -> Judge:
    """Load the weights that lie beside this module.

    Args:
        tagger: Whose probabilities they weigh.
        doubt: What is shown to an analyst beside what was found; nothing by default.

    Returns:
        The judge.

    Raises:
        ModelError: when a file is not the registered one.
    """
    weights = registered_bytes("judge", "weights", Path(__file__).with_name("judge.json"))
    return Judge(json.loads(weights), tagger, doubt)
