"""Candidates among the words outside every finding: the probability that they are personal data.

A name that was recognised as ordinary words looks like ordinary words: too improbable to mask (except for
numbers, ``judge.MASK_DOUBT_FROM``).  But an analyst listens to a few seconds of every minute of call
(``pipeline.reviewing.chosen_questions``), and a logistic model chooses those seconds better than chance.
``models.training.weighing.fit_doubt`` makes its weights.
"""

from __future__ import annotations

import enum
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calls.artifacts import Call
from models.calls.hearings import line_numbers
from models.registry import registered_bytes
from models.weighing.judge.features import CallValues
from pipeline.errors import ModelError
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan, EntitySpan

SOURCE = "Doubt"
"""``EntitySpan.recognizer`` of these candidates."""

MIN_PROBABILITY = 0.01
"""Least probability at which a word is worth a second of listening."""

MAX_LOG_ODDS = 7.0
"""Bound to which the tagger's log odds are clipped."""

WORD_REACH_CHARS, PHRASE_REACH_CHARS = 2, 6
"""Characters on each side that count as the same word, and as the same phrase."""

MIN_CHARS = 2
"""Least length of a candidate: a single character is no name."""


class DoubtFeature(enum.StrEnum):
    """Features of a character, by their names in ``doubt.json``; one column each, in this order."""

    BIAS = "bias"
    FIRST = "first"
    AGAIN = "again"
    BOTH = "both"
    NEAR = "near"
    AROUND = "around"
    HEARD_TWICE = "heard twice"
    NOTHING_HEARD_AGAIN = "nothing heard again"
    NOTHING_AGAIN_AROUND = "nothing again around"
    UNSURE = "unsure"
    UNSURE_AROUND = "unsure around"
    ODD_WORD = "odd word"
    PROPER_NOUN = "proper noun"
    NAME = "name"
    BEFORE_AN_HONORIFIC = "before an honorific"
    DIGIT = "digit"
    KANJI = "kanji"
    KATAKANA = "katakana"
    BESIDE_DATA = "beside data"
    ASKED_FOR_A_NAME = "asked for a name"
    ASKED_FOR_A_PLACE = "asked for a place"
    ASKED_FOR_A_NUMBER = "asked for a number"


_ASKED = (
    (
        DoubtFeature.ASKED_FOR_A_NAME,
        re.compile(r"名前|氏名|名字|苗字|どなた|どちら様|どちらさま|宛名|名義|字"),
    ),
    (DoubtFeature.ASKED_FOR_A_PLACE, re.compile(r"住所|住まい|届け先|送り先|伺い先|場所|どちら|番地")),
    (DoubtFeature.ASKED_FOR_A_NUMBER, re.compile(r"電話|番号|連絡先|携帯|何番")),
)
_ASKS = re.compile(r"か$|か[、。?？]|お願|ください|教え|いただけ|頂け|は[、。]?$|ですね$")
_ANSWER_CHARS = 14  # characters of an answer that depend on the question


def doubt_features(call: Call, seen: CallValues, taken: Sequence[EntitySpan]) -> NDArray[np.float64]:
    """Compute the features of every character of a call.

    Args:
        call: The call.
        seen: The call's values for the judge.
        taken: Findings, masked or kept.

    Returns:
        Shape (characters, ``DoubtFeature``).
    """
    text, size = call.text, len(call.text)
    lines = line_numbers(text)
    first, again, both = (_log_odds(1.0 - kinds[:, 0]) for kinds in (seen.first, seen.again, seen.both))
    nothing = np.isnan(again).astype(float) if seen.heard_twice else np.zeros(size)
    unsure = 1.0 - np.nan_to_num(seen.sure, nan=0.75)
    beside = np.zeros(size)
    for span in taken:
        beside[max(0, span.chars.start - PHRASE_REACH_CHARS) : span.chars.end + PHRASE_REACH_CHARS] = 1.0
    values = {
        DoubtFeature.BIAS: np.ones(size),
        DoubtFeature.FIRST: first,
        DoubtFeature.AGAIN: np.nan_to_num(again),
        DoubtFeature.BOTH: both,
        DoubtFeature.NEAR: _highest(both, lines, WORD_REACH_CHARS),
        DoubtFeature.AROUND: _highest(both, lines, PHRASE_REACH_CHARS),
        DoubtFeature.HEARD_TWICE: np.full(size, float(seen.heard_twice)),
        DoubtFeature.NOTHING_HEARD_AGAIN: nothing,
        DoubtFeature.NOTHING_AGAIN_AROUND: _mean(nothing, PHRASE_REACH_CHARS),
        DoubtFeature.UNSURE: unsure,
        DoubtFeature.UNSURE_AROUND: _mean(unsure, WORD_REACH_CHARS),
        DoubtFeature.ODD_WORD: seen.odd,
        DoubtFeature.PROPER_NOUN: seen.proper,
        DoubtFeature.NAME: seen.name,
        DoubtFeature.BEFORE_AN_HONORIFIC: _before(seen.honorific, lines),
        DoubtFeature.DIGIT: _kind(text, r"[0-9０-９〇零一二三四五六七八九十]"),
        DoubtFeature.KANJI: _kind(text, r"[一-龠々]"),
        DoubtFeature.KATAKANA: _kind(text, r"[ァ-ヺー]"),
        DoubtFeature.BESIDE_DATA: beside,
    } | _asked(text)
    return np.stack([values[feature] for feature in DoubtFeature], axis=1)


class Doubt:
    """Logistic model that selects words worth an analyst's time."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = np.array([weights.get(feature, 0.0) for feature in DoubtFeature])

    def probabilities(self, call: Call, seen: CallValues, taken: Sequence[EntitySpan]) -> NDArray[np.float64]:
        """Return the probability of personal data for each character outside the findings."""
        odds = doubt_features(call, seen, taken) @ self._weights
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))))

    def candidates(
        self, call: Call, seen: CallValues, judged: Sequence[EntitySpan]
    ) -> tuple[EntitySpan, ...]:
        """Propose candidates beside the findings.

        Args:
            call: The call.
            seen: The call's values for the judge.
            judged: Findings and candidates so far.

        Returns:
            New candidates in order of text; none overlaps another one or a finding.
        """
        chance = self.probabilities(call, seen, [span for span in judged if not span.candidate])
        free = np.array([char not in "\n、。 ,." for char in call.text])
        for span in judged:
            free[span.chars.start : span.chars.end] = False
        found: list[EntitySpan] = []
        for token in call.tokens:
            here = slice(token.chars.start, token.chars.end)
            if (
                not free[here].any()
                or not free[here].all()
                or (score := float(chance[here].mean())) < MIN_PROBABILITY
            ):
                continue
            last = found[-1] if found else None
            # Consecutive words are one candidate, with the score of the likeliest.
            if last is not None and last.chars.end == token.chars.start and alike(last.score, score):
                chars = CharSpan(last.chars.start, token.chars.end)
                found[-1] = _candidate(chars, max(last.score, score), seen)
            else:
                found.append(_candidate(token.chars, score, seen))
        return tuple(span for span in found if span.chars.end - span.chars.start >= MIN_CHARS)


def alike(one: float, other: float) -> bool:
    """Whether two adjacent words are about equally doubtful and may become one candidate."""
    return max(one, other) <= 4 * min(one, other)


def _candidate(chars: CharSpan, score: float, seen: CallValues) -> EntitySpan:
    mass = seen.both[chars.start : chars.end, 1:].sum(axis=0)
    kind = ("PERSON", "ADDRESS", "PHONE_NUMBER")[int(mass.argmax())]
    return EntitySpan(kind, chars, score, SOURCE, (Why(Reason.DOUBTFUL_WORDS),), candidate=True)


def load_doubt() -> Doubt:
    """Load the weights that lie beside this module.

    Raises:
        ModelError: the file is not the registered one, or its weights are of other features.
    """
    weights = json.loads(registered_bytes("doubt", "weights", Path(__file__).with_name("doubt.json")))
    if weights.keys() != set(DoubtFeature):
        raise ModelError("the weights of doubtful words are of other features")
    return Doubt(weights)


def _log_odds(values: NDArray[np.float32]) -> NDArray[np.float64]:
    bounded = np.clip(values.astype(np.float64), math.exp(-MAX_LOG_ODDS), 1.0 - math.exp(-MAX_LOG_ODDS))
    return np.asarray(np.log(bounded / (1.0 - bounded)))


def _highest(values: NDArray[np.float64], lines: NDArray[np.int64], reach: int) -> NDArray[np.float64]:
    """Return the highest value within ``reach`` characters of each, in the same line."""
    out = values.copy()
    for shift in range(1, reach + 1):
        same = lines[shift:] == lines[:-shift]
        out[shift:] = np.where(same, np.maximum(out[shift:], values[:-shift]), out[shift:])
        out[:-shift] = np.where(same, np.maximum(out[:-shift], values[shift:]), out[:-shift])
    return out


def _mean(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    width = 2 * reach + 1
    return np.convolve(values, np.ones(width) / width, mode="full")[reach : reach + len(values)]


def _before(honorific: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return 1 on the four characters before an honorific, in the same line."""
    out = np.zeros(len(honorific))
    for at in np.flatnonzero(honorific):
        start = max(0, at - 4)
        out[start:at][lines[start:at] == lines[at]] = 1.0
    return out


def _kind(text: str, pattern: str) -> NDArray[np.float64]:
    wanted = re.compile(pattern)
    return np.array([bool(wanted.match(char)) for char in text], dtype=float)


def _asked(text: str) -> dict[DoubtFeature, NDArray[np.float64]]:
    """Return 1 where one of the two lines before asks for a name, a place or a number."""
    out = {name: np.zeros(len(text)) for name, _ in _ASKED}
    at, before = 0, ["", ""]
    for line in text.split("\n"):
        for asked in before:
            for name, pattern in _ASKED:
                if pattern.search(asked) and _ASKS.search(asked):
                    out[name][at : at + min(len(line), _ANSWER_CHARS)] = 1.0
        before = [before[1], line]
        at += len(line) + 1
    return out
