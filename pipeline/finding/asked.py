"""Choose the questions that an analyst is asked, the most valuable first.

    must be decided     doubt about whose it is, what is likelier decided wrongly than rightly: always asked
    candidates          not masked, may be personal data: p of their seconds leak
    masks               masked, may be ordinary words: 1 - p of their seconds are lost to the requester

A minute of an analyst is worth so much listening and so many decisions (``MaskPolicy.review_seconds`` and
``review_questions``).  Whoever finds nothing most times stops listening.  Leak after review, questions a
minute, and share of them that are about somebody's data, on 44 calls in voices nobody learned from:

    6 a minute     4.1 %    6.1    68 %
    9              2.9      8.4    58
    30             3.3     15.1    45    the time goes to what is soon nothing
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from pipeline.finding.questions import Question, Sound, is_optional, leaked_seconds, questions
from pipeline.types import MaskAction, MaskItem, TimeSpan

__all__ = ["CLEAR_SCORE", "Limits", "asked"]

LEAK_WEIGHT: Final = 4.0
"""Weight of a second of leak against one of over-mask.  Leak and over-mask after review, and share of real
questions, at six a minute on six calls of ``tuning`` and on eight of bad lines:

    1     1.2  1.2  60 %     6.5  2.3  62 %
    2      .7  1.3  53 %     6.4  2.4  56 %
    4      .7  1.3  52 %     5.6  2.6  50 %
    8      .7  1.7  51 %     5.5  2.7  47 %

Without a limit (12.5 and 9.9 a minute) it is .7 1.0 40 % and 4.7 2.0 46 %."""

CLEAR_SCORE: Final = 0.97
"""Masks from this probability on are not shown even where there is time: one in 33 is wrong."""


class Limits(NamedTuple):
    """What an analyst may be asked on a call; what must be decided may exceed it."""

    seconds: float
    questions: float


def asked(items: Iterable[MaskItem], limits: Limits, sound: Sound) -> tuple[MaskItem, ...]:
    """Choose what an analyst is asked.

    Args:
        items: Items of a plan; what must be decided is flagged, and so are candidates.
        limits: For this call.
        sound: Tells which findings read alike and are one question.

    Returns:
        The items in their order, without the candidates that are not asked about, and with those masks
        flagged that are.
    """
    listed = tuple(items)
    wanted = {item.item_id: item for item in listed if item.needs_review or _is_unsure(item)}
    so_far = _Asked(limits, wanted)
    every = questions(wanted.values(), sound)
    must = [question for question in every if not _is_free(question, wanted)]
    for question in must:
        so_far.ask(question)
    chosen = list(must)
    for question in sorted(set(every) - set(must), key=lambda each: (-_worth(each), each.item_ids)):
        if so_far.fits(question):
            so_far.ask(question)
            chosen.append(question)
    so_far.add_beside(chosen)
    return tuple(
        replace(item, needs_review=True) if item.item_id in so_far.items else item
        for item in listed
        if item.item_id in so_far.items or not is_optional(item)
    )


def _is_free(question: Question, items: Mapping[str, MaskItem]) -> bool:
    """Whether a question need not be asked: all of it is unlikely, or a mask that nobody has flagged."""
    return all(is_optional(items[each]) or not items[each].needs_review for each in question.item_ids)


def _is_unsure(item: MaskItem) -> bool:
    """Whether it is an unflagged mask that may be wrong; a confidential term of the case never is."""
    masked = item.action is MaskAction.MASK and not item.needs_review
    return masked and item.score < CLEAR_SCORE and item.entity_type != "CONFIDENTIAL"


def _worth(question: Question) -> float:
    """Seconds that a decision is expected to put right."""
    return LEAK_WEIGHT * question.leaked_seconds + question.wasted_seconds


class _Asked:
    """What is asked so far."""

    def __init__(self, limits: Limits, wanted: Mapping[str, MaskItem]) -> None:
        self.items: set[str] = set()
        self._limits, self._wanted = limits, wanted
        self._count = 0
        self._heard = _Covered()

    def ask(self, question: Question) -> None:
        """Ask a question, without what is beside it."""
        self._count += 1
        for item_id in question.item_ids:
            self._hear(item_id)

    def fits(self, question: Question) -> bool:
        """Whether a question is within the limits."""
        places = _Covered()
        for item_id in question.item_ids:
            places.add(self._wanted[item_id].time)
        more = sum(self._heard.beyond(time) for time in places.stretches)
        return self._in_time(more) and self._count + 1 <= self._limits.questions

    def add_beside(self, asked: Iterable[Question]) -> None:
        """Add what is heard with questions, the likeliest first, as far as the time goes."""
        beside = [self._wanted[item_id] for question in asked for item_id in question.beside]
        for item in sorted(beside, key=lambda each: (-leaked_seconds(each), each.item_id)):
            if self._in_time(self._heard.beyond(item.time)):
                self._hear(item.item_id)

    def _in_time(self, more: float) -> bool:
        return self._heard.seconds + more <= self._limits.seconds or more == 0

    def _hear(self, item_id: str) -> None:
        self.items.add(item_id)
        self._heard.add(self._wanted[item_id].time)


class _Covered:
    """The union of time spans, and its length in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._starts: list[float] = []  # of the disjoint stretches
        self._ends: list[float] = []

    @property
    def stretches(self) -> list[TimeSpan]:
        """The disjoint stretches, in order."""
        return [TimeSpan(*each) for each in zip(self._starts, self._ends, strict=True)]

    def beyond(self, time: TimeSpan) -> float:
        """Seconds of a span that are not covered yet."""
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
        """The range of stretches that a span meets."""
        return bisect.bisect_left(self._ends, time.start), bisect.bisect_right(self._starts, time.end)
