"""Choose the questions to an analyst, the most valuable first.

    must be decided     audible, and likelier data than not or of doubtful owner: always asked
    candidates          audible, may be personal data: p of their seconds are expected to leak
    masks               may be ordinary words: 1 - p of their seconds are lost to the requester

A minute of call affords a number of seconds to hear and a number of decisions (``MaskPolicy.review_seconds``
and ``review_questions``): an analyst who mostly finds nothing stops listening.  A mask without a question
stays: two doubtful masks a minute of call, 35 of 100 rightly masked, took a third of the questions and leaked
nothing.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from pipeline.reviewing.questions import (
    Question,
    Reading,
    is_optional,
    leaked_seconds,
    must_be_decided,
    questions,
)
from pipeline.types import MaskAction, MaskItem, TimeSpan

CLEAR_SCORE: Final = 0.97
"""Probability from which a mask is not shown even where there is time: one in 33 is wrong."""

LEAST_WORTH: Final = 0.07
"""Least gain of a question, in seconds put right with leaked ones weighted: a decision takes an analyst two.
Leak after review, questions a minute and share of real ones over 128 minutes of ``owning``, leaving out what
is kept in doubt (one a minute, always real):

    0      2.26 %  4.6  40 %
    .05    2.26    4.3  42
    .07    2.26    4.1  44
    .1     2.31    3.8  44
    .2     2.41    3.1  48
"""


class Limits(NamedTuple):
    """Limits of the questions on one call; items that must be decided may exceed them.

    Attributes:
        seconds: Seconds of the findings themselves.  The context played around them (``pipeline.played``)
            grows with their number, which ``questions`` limits.
        questions: Number of questions.
    """

    seconds: float
    questions: float


def choose_questions(items: Iterable[MaskItem], limits: Limits, sound: Reading) -> tuple[MaskItem, ...]:
    """Choose the items that an analyst is asked about.

    Args:
        items: Items of a plan; those that must be decided are flagged, and so are candidates.
        limits: Limits for this call.
        sound: Reading of an item; items that read alike are one question.

    Returns:
        The items in their order.  Candidates without a question are dropped; masks with a question are
        flagged.
    """
    listed = tuple(items)
    wanted = {item.item_id: item for item in listed if item.needs_review or _is_unsure(item)}
    so_far = _Asked(limits, wanted)
    for question in questions(wanted.values(), sound):
        if any(must_be_decided(wanted[each]) for each in question.item_ids) or so_far.fits(question):
            so_far.ask(question)
    so_far.add_beside()
    return tuple(
        replace(item, needs_review=item.item_id in so_far.items)
        for item in listed
        if item.item_id in so_far.items or not is_optional(item)
    )


def _is_unsure(item: MaskItem) -> bool:
    """Whether an item is an unflagged mask that may be wrong; a confidential term of the case never is."""
    masked = item.action is MaskAction.MASK and not item.needs_review
    return masked and item.score < CLEAR_SCORE and item.entity_type != "CONFIDENTIAL"


class _Asked:
    """The items chosen so far."""

    def __init__(self, limits: Limits, wanted: Mapping[str, MaskItem]) -> None:
        self.items: set[str] = set()
        self._limits, self._wanted = limits, wanted
        self._asked: list[Question] = []
        self._heard = _Covered()

    def ask(self, question: Question) -> None:
        """Choose the items of a question, without the candidates beside it."""
        self._asked.append(question)
        for item_id in question.item_ids:
            self._hear(item_id)

    def fits(self, question: Question) -> bool:
        """Whether a question is within the limits and worth asking."""
        places = _Covered()
        for item_id in question.item_ids:
            places.add(self._wanted[item_id].time)
        more = sum(self._heard.beyond(time) for time in places.stretches)
        in_number = len(self._asked) + 1 <= self._limits.questions
        return question.worth >= LEAST_WORTH and in_number and self._in_time(more)

    def add_beside(self) -> None:
        """Add the candidates heard with the questions, the likeliest first, as time allows."""
        beside = [self._wanted[item_id] for question in self._asked for item_id in question.beside]
        for item in sorted(beside, key=lambda each: (-leaked_seconds(each), each.item_id)):
            if self._in_time(self._heard.beyond(item.time)):
                self._hear(item.item_id)

    def _in_time(self, more: float) -> bool:
        return self._heard.seconds + more <= self._limits.seconds or more == 0

    def _hear(self, item_id: str) -> None:
        self.items.add(item_id)
        self._heard.add(self._wanted[item_id].time)


class _Covered:
    """Union of time spans, with its length in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._starts: list[float] = []  # of the disjoint stretches
        self._ends: list[float] = []

    @property
    def stretches(self) -> list[TimeSpan]:
        """Disjoint stretches, in order."""
        return [TimeSpan(*each) for each in zip(self._starts, self._ends, strict=True)]

    def beyond(self, time: TimeSpan) -> float:
        """Return the seconds of a span that are not covered yet."""
        first, last = self._met(time)
        starts, ends = self._starts[first:last], self._ends[first:last]
        free, at = 0.0, time.start
        for start, end in zip(starts, ends, strict=True):
            free += max(0.0, start - at)
            at = max(at, end)
        return free + max(0.0, time.end - at)

    def add(self, time: TimeSpan) -> None:
        """Add a span."""
        self.seconds += self.beyond(time)
        first, last = self._met(time)
        start = min([time.start, *self._starts[first:last]])
        end = max([time.end, *self._ends[first:last]])
        self._starts[first:last], self._ends[first:last] = [start], [end]

    def _met(self, time: TimeSpan) -> tuple[int, int]:
        """Return the range of stretches that a span meets."""
        return bisect.bisect_left(self._ends, time.start), bisect.bisect_right(self._starts, time.end)
