"""The judge: one calibrated probability for each finding, from all evidence.

Every recognizer has a score of its own, and several may find the same stretch, so scores can neither be
compared nor added.  A small logistic model weighs the evidence; it was fitted on made calls that the networks
were not trained on.  Calibrated means: of the findings with probability .9, nine in ten are personal data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.calls.artifacts import Call
from models.registry import registered_bytes
from models.weighing.judge.doubt import Doubt
from models.weighing.judge.features import (
    KIND_COLUMNS,
    WITNESS,
    CallValues,
    call_values,
    check_names,
    features,
)
from models.weighing.judge.other_numbers import OtherNumbers
from models.weighing.judge.parts import parts_of
from models.weighing.tagger.tagger import Tagger
from pipeline.finding.detect import MIN_UNFLAGGED_SCORE
from pipeline.finding.doubtful_names import MASK_FROM_AT_USUAL
from pipeline.kinds import FURTHER_KINDS
from pipeline.types import CharSpan, EntitySpan

MASK_FROM = {"PERSON": MASK_FROM_AT_USUAL, "ADDRESS": 0.1, "PHONE_NUMBER": 0.2}
"""Least probability of a masked finding.  The thresholds weigh a second of leak of a third party's name like
five seconds of over-mask.  On 96 made calls that the ear was not trained on, .12 for names instead of .2
gives .3 points less leak and .5 more over-mask; .1 for addresses instead of .15 gives .4 less leak and .1
more over-mask.  Numbers from .4 had .2 less over-mask, but leaked 1.2 % more of the numbers of the next 24
calls.  Findings below the threshold become candidates: masked as addresses, on 114 calls, they would catch .1
% more of third parties' speech and mask .5 % more of the rest."""

MASK_DOUBT_FROM = {"PHONE_NUMBER": 0.5, "ADDRESS": 0.5}
"""Least probability of a masked word that only ``Doubt`` found: hardly anything else finds a number whose
digits were written as words (6発対筆 for 6831).  For numbers, on 48 calls, it masks .8 % more of third
parties' speech and .3 % more of the rest; for addresses, on 108 calls, .1 % more of either from .7, and on 72
of them no more from .5.  Names gain nothing at any threshold."""

MIN_EDGE, MIN_EDGE_READ = 0.25, 0.05
"""Least probability of the first and the last character of a finding, with the ears and by words alone; less
probable ones are cut off.  On u24 and u25, with a network that was not trained on them, .12, .25 and .4 give
2.8, 3.0 and 3.2 % leak and 9.2, 8.0 and 7.9 % over-mask; by words alone .25 would cut exact names in half.
On u21, u23, u24 and u28 in exact words, .12 gives 2.0 % leak, .06 and less 1.8 % and .1 points more
over-mask."""

EXPLANATIONS = "KanjiDescriptionRecognizer"
"""Recognizer whose findings are not trimmed: their form states where an explanation of kanji begins and ends,
while the 男 of 男の子の男 alone is improbable.  Untrimmed, leak there is 1.7 % instead of 2.0 %, for .1
points more over-mask."""

MIN_ADDRESS_RATIO = 3.0
"""Least ratio of the probabilities of an address and a number at which a number becomes an address."""

SHOW_FROM = 0.03
"""Least probability of an unmasked finding that is shown to an analyst, if the review time allows."""

REPEAT_FROM = 0.1
"""Least probability of another finding that confirms the same word elsewhere.  A repeated mention of
ございます, once taken for a name, has about .04; without this threshold it was masked ten times in the
call."""

UNJUDGED = ("CONFIDENTIAL", "EMAIL_ADDRESS", *FURTHER_KINDS)
"""Types that keep their own score: the case names them, they are spelt out letter by letter, or the words
around them announce them."""


class Judge:
    """The fitted weights, the tagger whose probabilities they weigh, and the model of doubt."""

    def __init__(self, weights: Mapping[str, float], tagger: Tagger, doubt: Doubt | None = None) -> None:
        self._weights = dict(weights)
        self._tagger = tagger
        self._doubt = doubt

    def judged(self, call: Call, spans: tuple[EntitySpan, ...]) -> tuple[EntitySpan, ...]:
        """Give each finding its probability of being personal data.

        A finding of a recognizer without a weight (a company's own) keeps its score, and so does a
        confidential term, which the case itself names.

        Args:
            call: The call.
            spans: United findings of the call.

        Returns:
            Findings in order of text with probabilities as scores.  Improbable ones are candidates, the most
            improbable are left out, and words that only ``Doubt`` found are added as candidates.
        """
        values = call_values(call, self._tagger)
        numbers = OtherNumbers(call.text, call.line, call.reader)
        others: list[EntitySpan] = []
        mine: list[EntitySpan] = []
        for span in spans:
            # The rest of a finding beside one of another kind may be only a line break, which has no sound.
            if any(map(str.isalnum, call.text[span.chars.start : span.chars.end])):
                (others if self._is_another_number(numbers, span) else mine).append(span)
        weighed = tuple(self._judged(span, values, call.text) for span in mine)
        judged = self._without_words(call.text, weighed, numbers)
        shown = tuple(span for span in judged if not span.candidate or span.score >= SHOW_FROM)
        if self._doubt is None:
            return tuple(_with_owners(span, values) for span in shown)
        settled = (*shown, *(replace(span, candidate=True) for span in others))
        doubted = (
            each if numbers.talked_of(each.entity_type, each.chars) else _likelier_than_not(each)
            for each in self._doubt.candidates(call, values, settled)
        )
        every = sorted((*shown, *doubted), key=lambda span: span.chars)
        return tuple(_with_owners(span, values) for span in every)

    def without_other_numbers(self, call: Call, spans: Iterable[EntitySpan]) -> tuple[EntitySpan, ...]:
        """Leave out telephone numbers that the words around them show to be other numbers.

        Call it before findings are united: a postal code that one recognizer took for a telephone number
            stays an
        address by another.

        Args:
            call: The call.
            spans: Findings of single recognizers.

        Returns:
            The remaining findings, in the same order.
        """
        numbers = OtherNumbers(call.text, call.line, call.reader)
        return tuple(span for span in spans if not self._is_another_number(numbers, span))

    def _own_score(self, span: EntitySpan) -> bool:
        """Whether a finding keeps its score: its type is unjudged, or a recognizer has no weight."""
        strangers = (name for name in span.recognizer.split("+") if f"{WITNESS}{name}" not in self._weights)
        return span.entity_type in UNJUDGED or any(strangers)

    def _is_another_number(self, numbers: OtherNumbers, span: EntitySpan) -> bool:
        """Whether a supposed telephone number is a price, or another number that was asked for."""
        return span.entity_type == "PHONE_NUMBER" and not self._own_score(span) and _is_none(numbers, span)

    def _without_words(
        self, text: str, judged: tuple[EntitySpan, ...], numbers: OtherNumbers
    ) -> tuple[EntitySpan, ...]:
        """Turn other numbers, and words that occur elsewhere in the call without a finding, into candidates.

        お世話, taken for a name once, is a word.  Of 22 such findings on 68 made calls none was a correctly
        recognised name, and each would have been masked at every occurrence.
        """
        found = _found(text, (span for span in judged if span.score >= REPEAT_FROM))
        return tuple(
            replace(span, candidate=True)
            if not self._own_score(span) and (_is_none(numbers, span) or _is_word(text, span, found))
            else span
            for span in judged
        )

    def _judged(self, span: EntitySpan, call: CallValues, text: str) -> EntitySpan:
        if self._own_score(span):
            return span
        values = features(span, call)
        odds = sum(self._weights.get(name, 0.0) * value for name, value in values.items())
        score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
        trimmed = _as_address_if_likelier(_trimmed(span, call, text), call)
        likely = 1.0 - call.both[trimmed.chars.start : trimmed.chars.end, 0]
        parts = parts_of(text, trimmed.chars, likely.tolist())
        unlikely = score < MASK_FROM[trimmed.entity_type]
        return replace(trimmed, score=score, candidate=unlikely, judged=True, parts=parts)


def _with_owners(span: EntitySpan, call: CallValues) -> EntitySpan:
    """Add the probabilities of each owner, by the tagger."""
    owners = call.owners[span.chars.start : span.chars.end].mean(axis=0)
    return replace(span, owners=tuple(float(each) for each in owners / max(1e-6, owners.sum())))


def _likelier_than_not(doubted: EntitySpan) -> EntitySpan:
    """Turn a probable candidate of ``Doubt`` into a finding that needs review."""
    found = doubted.score >= MASK_DOUBT_FROM.get(doubted.entity_type, math.inf)
    return replace(doubted, candidate=False, needs_review=True) if found else doubted


def _as_address_if_likelier(span: EntitySpan, call: CallValues) -> EntitySpan:
    """Turn a number into an address where an address is likelier: 7丁目25番29号, of which 29号 was marked.

    The owner of a number is found by its digits alone; an address compared with numbers would match nobody.
    """
    if span.entity_type != "PHONE_NUMBER":
        return span
    likely = call.both[span.chars.start : span.chars.end].mean(axis=0)
    as_address = likely[KIND_COLUMNS["ADDRESS"]] > MIN_ADDRESS_RATIO * likely[KIND_COLUMNS["PHONE_NUMBER"]]
    return replace(span, entity_type="ADDRESS") if as_address else span


def _trimmed(span: EntitySpan, call: CallValues, text: str) -> EntitySpan:
    """Cut improbable characters off both ends: はい、 before a name that two recognizers found together.

    The rest begins and ends with a letter or digit, since punctuation and line ends have no sound.
    """
    if EXPLANATIONS in span.recognizer.split("+"):
        return span
    here = slice(span.chars.start, span.chars.end)
    said = np.array([char.isalnum() for char in text[here]], bool)
    least = np.where(np.isnan(call.sound[here]).any(axis=1), MIN_EDGE_READ, MIN_EDGE)
    likely = np.flatnonzero((1.0 - call.both[here, 0] >= least) & said)
    if not len(likely):
        return span
    chars = CharSpan(span.chars.start + int(likely[0]), span.chars.start + int(likely[-1]) + 1)
    return span.with_chars(chars)


def _is_none(numbers: OtherNumbers, span: EntitySpan) -> bool:
    placed = "AddressRecognizer" in span.recognizer.split("+")
    return numbers.are(span.entity_type, span.chars, placed=placed)


def _is_word(text: str, span: EntitySpan, found: NDArray[np.bool_]) -> bool:
    said = text[span.chars.start : span.chars.end].strip("、。 ")
    number = span.entity_type == "PHONE_NUMBER" and any(map(str.isdecimal, said))
    return not number and span.score < MIN_UNFLAGGED_SCORE and _stands_elsewhere(said, text, found)


def _found(text: str, spans: Iterable[EntitySpan]) -> NDArray[np.bool_]:
    """Return a mask of the characters that findings cover."""
    found = np.zeros(len(text), dtype=bool)
    for span in spans:
        found[span.chars.start : span.chars.end] = True
    return found


def _stands_elsewhere(said: str, text: str, found: NDArray[np.bool_]) -> bool:
    at = text.find(said) if len(said) > 1 else -1
    while at >= 0 and found[at : at + len(said)].any():
        at = text.find(said, at + 1)
    return at >= 0


def load_judge(tagger: Tagger, doubt: Doubt | None = None) -> Judge:
    """Load the weights that lie beside this module.

    Args:
        tagger: The tagger whose probabilities they weigh.
        doubt: Proposes candidates beside the findings; none by default.

    Returns:
        The judge.

    Raises:
        ModelError: a file is not the registered one.
    """
    weights = json.loads(registered_bytes("judge", "weights", Path(__file__).with_name("judge.json")))
    check_names(weights)
    return Judge(weights, tagger, doubt)
