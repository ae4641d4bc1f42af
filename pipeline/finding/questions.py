"""Group findings into questions: one for one person's mentions, and one for one kind of nothing.

    本人の氏名   0:01  0:46  1:01      kept as the requester's, all in doubt      one question
    合造         1:04  1:06            two masks that read alike                  one question
    カード       2:08  2:10            two candidates that read alike             one question
    中の|髪が|ハトリチオ               the parts of one finding                   one question
    はい、母です   0:40  1:12          turns of a third person                    one question
    合造 (従業と)                      a candidate within a second of it          heard with it

Whoever listens to the places of a question decides them together, or takes one out and decides it alone.  A
second before and after each place is played, too: what may be something there costs no question of its own.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pipeline.finding.parts import whole_of
from pipeline.finding.queue import is_candidate
from pipeline.nearby import Nearby
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import MaskAction, MaskItem, TimeSpan

__all__ = [
    "NOWHERE",
    "Place",
    "Question",
    "Sound",
    "by_letters",
    "is_optional",
    "leaked_seconds",
    "question_ids",
    "questions",
]

Sound = Callable[[MaskItem], Hashable]
"""What an item's words read as; false where nothing was recognised."""

REACH_SECONDS: Final = 1.0
"""What is played before and after a place."""

LIKELY_SCORE: Final = 0.5
"""Candidates from this probability on must be decided: what is not masked is likelier to leak than not."""

STRANGER_CHANCE: Final = 0.08
"""Probability that what is kept as the requester's, the staff's or the company's although in doubt is
somebody else's: an upper bound, as of 36 such findings in six calls of ``tuning`` none was."""


@dataclass(frozen=True, slots=True)
class Question:
    """Findings that are decided together.

    Attributes:
        item_ids: In order of time.
        beside: Candidates that are heard with them, likewise.
        leaked_seconds: Seconds of other people's data that are expected to stay audible if nobody decides.
        wasted_seconds: Seconds of ordinary words that are expected to stay masked.
    """

    item_ids: tuple[str, ...]
    beside: tuple[str, ...]
    leaked_seconds: float
    wasted_seconds: float

    @property
    def order(self) -> tuple[float, float]:
        """Sorts the most valuable question first."""
        return -self.leaked_seconds, -self.wasted_seconds


def questions(items: Iterable[MaskItem], sound: Sound) -> tuple[Question, ...]:
    """Group findings, those that may leak most first.

    Args:
        items: The findings that a person is asked about.
        sound: Tells which of them read alike.

    Returns:
        Each item in exactly one question.
    """
    groups: dict[Hashable, list[MaskItem]] = {}
    for item in sorted(items, key=lambda each: (each.time, each.item_id)):
        groups.setdefault(_key(item, sound), []).append(item)
    # What must be decided first: it is listened to anyway.
    ordered = sorted(groups.values(), key=lambda each: (is_optional(each[0]), *_question(each, []).order))
    near = Nearby((item for item in itertools.chain.from_iterable(ordered) if is_optional(item)), _time)
    taken: set[str] = set()
    asked: list[Question] = []
    for group in ordered:
        own = [item for item in group if item.item_id not in taken]
        if own:
            taken.update(item.item_id for item in own)
            beside = [each for each in _beside(own, near) if each.item_id not in taken]
            taken.update(item.item_id for item in beside)
            asked.append(_question(own, beside))
    return tuple(sorted(asked, key=lambda each: (*each.order, each.item_ids)))


def is_optional(item: MaskItem) -> bool:
    """Whether it is a candidate that is likelier nothing than something."""
    return is_candidate(item) and item.score < LIKELY_SCORE


def by_letters(text: str) -> Sound:
    """Compare items by the letters and digits of their words, where no reader of Japanese is at hand.

    Args:
        text: The transcript's text.
    """

    def letters(item: MaskItem) -> str:
        wide = unicodedata.normalize("NFKC", text[item.chars.start : item.chars.end]).casefold()
        return "".join(char for char in wide if char.isalnum())

    return letters


class Place(NamedTuple):
    """Where an item stands among the questions: the question, and whether it is only heard with it."""

    question: str
    beside: bool


NOWHERE: Final = Place("", beside=False)
"""Of an item that nobody is asked about."""


def question_ids(items: Iterable[MaskItem], sound: Sound) -> dict[str, Place]:
    """Number the questions of a plan, the most valuable first.

    Args:
        items: All items; only those that a person is asked about are in a question.
        sound: As for ``questions``.

    Returns:
        The place of each of these items by its id; questions are ``q1`` and so on.
    """
    asked = questions((item for item in items if item.needs_review), sound)
    return {
        item_id: Place(f"q{n}", beside)
        for n, each in enumerate(asked, start=1)
        for beside, ids in ((False, each.item_ids), (True, each.beside))
        for item_id in ids
    }


def leaked_seconds(item: MaskItem) -> float:
    """Seconds of an item that are expected to leak if it is left as it is; a mask leaks nothing."""
    if item.action is MaskAction.MASK:
        return 0.0
    chance = item.score if is_candidate(item) else STRANGER_CHANCE
    return chance * item.time.duration


def _key(item: MaskItem, sound: Sound) -> Hashable:
    if item.entity_type == THIRD_VOICE:
        return "voice", item.party
    whole = whole_of(item)
    if whole is not None:
        return "parts", whole
    if item.action is MaskAction.KEEP and not is_candidate(item):
        return "kept", item.party, item.entity_type
    reads = sound(item)
    return ("sound", item.entity_type, reads) if reads else ("alone", item.item_id)


def _time(item: MaskItem) -> TimeSpan:
    return item.time


def _beside(group: Iterable[MaskItem], near: Nearby[MaskItem]) -> list[MaskItem]:
    """The candidates that are played with a question's places, in order of time."""
    found = {
        other.item_id: other
        for item in group
        for other in near.touching(item.time.start - REACH_SECONDS, item.time.end + REACH_SECONDS)
        if set(item.channels) & set(other.channels)
    }
    return sorted(found.values(), key=lambda each: (each.time, each.item_id))


def _question(items: Sequence[MaskItem], beside: Sequence[MaskItem]) -> Question:
    masks = (item for item in items if item.action is MaskAction.MASK)
    wasted = sum((1.0 - item.score) * item.time.duration for item in masks)
    leaked = sum(map(leaked_seconds, (*items, *beside)))
    return Question(_ids(items), _ids(beside), leaked, wasted)


def _ids(items: Iterable[MaskItem]) -> tuple[str, ...]:
    return tuple(item.item_id for item in items)
