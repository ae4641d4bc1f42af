"""What a finding's witnesses are worth together: one calibrated probability.

Each witness has a score of its own, and several may speak for one stretch, so their scores can
neither be compared nor added.  A small logistic model, fitted on what they say of made calls that
they had not learned from, weighs them: of findings judged .9, nine in ten are really somebody's data.
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
from models.weighing.judge.features import KIND_COLUMNS, WITNESS, Seen, features, seen
from models.weighing.judge.other_numbers import OtherNumbers
from models.weighing.judge.parts import parts_of
from models.weighing.tagger.tagger import Tagger
from pipeline.finding.detect import MIN_UNFLAGGED_SCORE
from pipeline.types import CharSpan, EntitySpan

__all__ = ["MASK_FROM", "SHOW_FROM", "Judge", "load_judge"]

MASK_FROM = {"PERSON": 0.12, "ADDRESS": 0.1, "PHONE_NUMBER": 0.2}
"""Probability from which a finding is masked: a second of a third party's name that gets out weighs as much
as five of the requester's own conversation that are taken from them.  On 96 made calls that the ear had not
learned from, names from .12 in place of .2 leave .3 % less of leak and take .5 % more of the rest; places
from .1 in place of .15 leave .4 less and take .1 more.  Numbers from .4 took .2 less of those, and left 1.2 %
more of the numbers of the next 24.  What is only in doubt is shown (but for ``DOUBTED``): masked as
addresses, on 114 calls, it caught a thousandth more of what is third parties' and took five of the rest."""

DOUBTED = {"PHONE_NUMBER": 0.5, "ADDRESS": 0.5}
"""Probability from which what nobody marked, and only doubt found, is masked: a number whose figures are
spelt as words (6発対筆 for 6831) is found by little else.  On 48 calls .8 % of all that is third parties'
more is masked for numbers, and .3 % of the rest; for addresses, on 108 calls, a thousandth of either from .7,
and on 72 of them no more from .5.  Names gain nothing from any bound."""

EDGE, EDGE_READ = 0.25, 0.05
"""Probability of being data below which a finding's first and last characters are none of it: where it was
listened to, and where it was only read.  On u24 and u25, by a network that had not learned from them, .12,
.25 and .4 leave 2.8, 3.0 and 3.2 % of leak for 9.2, 8.0 and 7.9 % of the rest; exact words that are only read
lose half of a name by .25.  On u21, u23, u24 and u28 in exact words .12 leaves 2.0 % of leak, .06 and less
leave 1.8 for .1 % more of the rest."""

EXPLAINED = "KanjiDescriptionRecognizer"
"""What explains a name, or spells it, knows by its form where that begins and ends: the 男 of 男の子の男 is a
word like any other.  Left whole, it leaves 1.7 in place of 2.0 % there, for .1 % more of the rest."""

SURER = 3.0
"""How many times likelier it has to be."""

SHOW_FROM = 0.03
"""Probability from which a finding that is not masked is shown to an analyst, as far as the time goes."""

FOUND_FROM = 0.1
"""Probability from which a word that stands elsewhere is found there, too.  A repeated mention of ございます,
taken for a name once, has some .04: with that it was a name, and ten times in the call it was masked."""

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
        numbers = OtherNumbers(call.text, call.line, call.reader)
        others: list[EntitySpan] = []
        mine: list[EntitySpan] = []
        for span in spans:
            # What a finding of another kind leaves of one may be the break between two turns: nobody says it.
            if any(map(str.isalnum, call.text[span.chars.start : span.chars.end])):
                (others if self._is_another_number(numbers, span) else mine).append(span)
        weighed = tuple(self._judged(span, looked_at, call.text) for span in mine)
        judged = self._without_words(call.text, weighed, numbers)
        shown = tuple(span for span in judged if not span.candidate or span.score >= SHOW_FROM)
        if self._doubt is None:
            return tuple(_whose(span, looked_at) for span in shown)
        settled = (*shown, *(replace(span, candidate=True) for span in others))
        doubted = (
            each if numbers.talked_of(each.entity_type, each.chars) else _likelier_than_not(each)
            for each in self._doubt.candidates(call, looked_at, settled)
        )
        every = sorted((*shown, *doubted), key=lambda span: span.chars)
        return tuple(_whose(span, looked_at) for span in every)

    def without_other_numbers(self, call: Call, spans: Iterable[EntitySpan]) -> tuple[EntitySpan, ...]:
        """Leave out telephone numbers that are told to be none, before they are united with anything.

        A postal code that was taken for a telephone number, and is told to be none, is an address still.

        Args:
            call: The call.
            spans: What single witnesses say.

        Returns:
            The others, in their order.
        """
        numbers = OtherNumbers(call.text, call.line, call.reader)
        return tuple(span for span in spans if not self._is_another_number(numbers, span))

    def _own_score(self, span: EntitySpan) -> bool:
        """Whether its score is no matter of these weights."""
        strangers = (name for name in span.recognizer.split("+") if f"{WITNESS}{name}" not in self._weights)
        return span.entity_type in OTHERS or any(strangers)

    def _is_another_number(self, numbers: OtherNumbers, span: EntitySpan) -> bool:
        """Whether what was taken for a telephone number is a price, or was asked for as another number."""
        return span.entity_type == "PHONE_NUMBER" and not self._own_score(span) and _is_none(numbers, span)

    def _without_words(
        self, text: str, judged: tuple[EntitySpan, ...], numbers: OtherNumbers
    ) -> tuple[EntitySpan, ...]:
        """Let stay what is unlikely and stands elsewhere in the call, where nothing was found at all.

        Figures that are told to be another number stay as well.

        お世話 that was taken for a name once is a word: of 22 such findings on 68 made calls none was a
        name heard right, and every one would have been masked wherever it stands.
        """
        found = _found(text, (span for span in judged if span.score >= FOUND_FROM))
        return tuple(
            replace(span, candidate=True)
            if not self._own_score(span) and (_is_none(numbers, span) or _is_word(text, span, found))
            else span
            for span in judged
        )

    def _judged(self, span: EntitySpan, call: Seen, text: str) -> EntitySpan:
        if self._own_score(span):
            return span
        values = features(span, call)
        odds = sum(self._weights.get(name, 0.0) * value for name, value in values.items())
        score = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))
        trimmed = _of_its_kind(_trimmed(span, call, text), call)
        likely = 1.0 - call.both[trimmed.chars.start : trimmed.chars.end, 0]
        parts = parts_of(text, trimmed.chars, likely.tolist())
        unlikely = score < MASK_FROM[trimmed.entity_type]
        return replace(trimmed, score=score, candidate=unlikely, judged=True, parts=parts)


def _whose(span: EntitySpan, call: Seen) -> EntitySpan:
    """With whose it is by what is read around it."""
    owners = call.owners[span.chars.start : span.chars.end].mean(axis=0)
    return replace(span, owners=tuple(float(each) for each in owners / max(1e-6, owners.sum())))


def _likelier_than_not(doubted: EntitySpan) -> EntitySpan:
    """A candidate as a finding, to be looked at, where its kind and probability make it one."""
    found = doubted.score >= DOUBTED.get(doubted.entity_type, math.inf)
    return replace(doubted, candidate=False, needs_review=True) if found else doubted


def _of_its_kind(span: EntitySpan, call: Seen) -> EntitySpan:
    """A number as an address, where that is what was heard: 7丁目25番29号, of which one witness marked 29号.

    Whose a number is, is told by its figures; an address that is compared with numbers is nobody's.
    """
    if span.entity_type != "PHONE_NUMBER":
        return span
    likely = call.both[span.chars.start : span.chars.end].mean(axis=0)
    as_address = likely[KIND_COLUMNS["ADDRESS"]] > SURER * likely[KIND_COLUMNS["PHONE_NUMBER"]]
    return replace(span, entity_type="ADDRESS") if as_address else span


def _trimmed(span: EntitySpan, call: Seen, text: str) -> EntitySpan:
    """Without what hardly is data at either end: はい、 before a name that two witnesses found together.

    What is left begins and ends with something said: the break between two turns sounds nowhere.
    """
    if EXPLAINED in span.recognizer.split("+"):
        return span
    here = slice(span.chars.start, span.chars.end)
    said = np.array([char.isalnum() for char in text[here]], bool)
    least = np.where(np.isnan(call.sound[here]).any(axis=1), EDGE_READ, EDGE)
    likely = np.flatnonzero((1.0 - call.both[here, 0] >= least) & said)
    if not len(likely):
        return span
    chars = CharSpan(span.chars.start + int(likely[0]), span.chars.start + int(likely[-1]) + 1)
    # Part of a known reading is as long as nobody knows.
    return span if chars == span.chars else replace(span, chars=chars, morae=0)


def _is_none(numbers: OtherNumbers, span: EntitySpan) -> bool:
    placed = "AddressRecognizer" in span.recognizer.split("+")
    return numbers.are(span.entity_type, span.chars, placed=placed)


def _is_word(text: str, span: EntitySpan, found: NDArray[np.bool_]) -> bool:
    said = text[span.chars.start : span.chars.end].strip("、。 ")
    number = span.entity_type == "PHONE_NUMBER" and any(map(str.isdecimal, said))
    return not number and span.score < MIN_UNFLAGGED_SCORE and _stands_elsewhere(said, text, found)


def _found(text: str, spans: Iterable[EntitySpan]) -> NDArray[np.bool_]:
    """Which characters of a text some findings hold."""
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
        tagger: Whose probabilities they weigh.
        doubt: What is shown to an analyst beside what was found; nothing by default.

    Returns:
        The judge.

    Raises:
        ModelError: when a file is not the registered one.
    """
    weights = registered_bytes("judge", "weights", Path(__file__).with_name("judge.json"))
    return Judge(json.loads(weights), tagger, doubt)
