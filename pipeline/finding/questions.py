"""Group findings into questions: one for one person's mentions, and one for one kind of nothing.

    本人の氏名   0:01  0:46  1:01      kept as the requester's, all in doubt      one question
    合造         1:04  1:06            two masks that read alike                  one question
    カード       2:08  2:10            two candidates that read alike             one question
    中の|髪が|ハトリチオ               the parts of one finding                   one question
    はい、母です   0:40  1:12          turns of a third person                    one question
    合造 (従業と)                      a candidate within three seconds of it     heard with it

Whoever listens to the places of a question decides them together, or takes one out and decides it alone.
What is said right before and after each place is played, too (``pipeline.played``): a candidate there costs
no question of its own.
"""

from __future__ import annotations

import heapq
import math
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from pipeline.finding.parts import whole_of
from pipeline.finding.queue import is_candidate
from pipeline.finding.verdict import UNOWNED
from pipeline.kinds import FURTHER_KINDS
from pipeline.nearby import Nearby
from pipeline.played import REACH_SECONDS
from pipeline.reasons import Reason
from pipeline.sound.identifiers import code_of, dates_in, plates_in
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
    "must_be_decided",
    "question_ids",
    "questions",
]

Sound = Callable[[MaskItem], Hashable]
"""What an item's words read as; false where nothing was recognised."""

LIKELY_SCORE: Final = 0.5
"""From this probability on a finding is likelier somebody's data than not."""

STRANGER_CHANCE: Final = 0.08
"""Probability that what is kept as the requester's, the staff's or the company's although in doubt is
somebody else's: an upper bound, as of 36 such findings in six calls of ``tuning`` none was."""

GUESSED: Final = frozenset({Reason.DOUBTFUL_WORDS, Reason.LEAK_MAY_SOUND_ALIKE})
"""Reasons of candidates in which no recognizer found anything."""

GUESSED_SHARE: Final = 0.4
"""Seconds that such a candidate leaks, of those that its probability expects, where one that a recognizer
found leaks what it expects."""

LEAK_WEIGHT: Final = 4.0
"""Weight of a second of leak against one of over-mask.  Leak and over-mask after review, and share of real
questions, at six a minute on six calls of ``tuning`` and on eight of bad lines:

    1     1.2  1.2  60 %     6.5  2.3  62 %
    2      .7  1.3  53 %     6.4  2.4  56 %
    4      .7  1.3  52 %     5.6  2.6  50 %
    8      .7  1.7  51 %     5.5  2.7  47 %

Without a limit (12.5 and 9.9 a minute) it is .7 1.0 40 % and 4.7 2.0 46 %."""


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
    def worth(self) -> float:
        """Seconds that a decision is expected to put right."""
        return LEAK_WEIGHT * self.leaked_seconds + self.wasted_seconds

    @property
    def order(self) -> tuple[float, float]:
        """Sorts the most valuable question first."""
        return -self.leaked_seconds, -self.wasted_seconds


def questions(items: Iterable[MaskItem], sound: Sound) -> tuple[Question, ...]:
    """Group findings, what must be decided first, then by what a decision is expected to put right.

    Args:
        items: The findings that a person is asked about.
        sound: Tells which of them read alike.

    Returns:
        Each item in exactly one question.  Those of the first questions alone give the same questions again.
    """
    groups: dict[Hashable, list[MaskItem]] = {}
    for item in sorted(items, key=lambda each: (each.time, each.item_id)):
        groups.setdefault(_key(item, sound), []).append(item)
    near = Nearby((item for group in groups.values() for item in group if is_optional(item)), _time)
    taken: set[str] = set()
    asked: list[Question] = []
    waiting = [(_rank(group, near, taken), number, group) for number, group in enumerate(groups.values())]
    heapq.heapify(waiting)
    while waiting:
        rank, number, group = heapq.heappop(waiting)
        own = [item for item in group if item.item_id not in taken]
        if not own:
            continue
        # What is beside a question may have gone to another since; a rank only ever gets worse.
        if (now := _rank(own, near, taken)) > rank:
            heapq.heappush(waiting, (now, number, own))
            continue
        question = _question(own, _beside(own, near, taken))
        taken.update((*question.item_ids, *question.beside))
        asked.append(question)
    return tuple(asked)


def _rank(group: Sequence[MaskItem], near: Nearby[MaskItem], taken: Set[str]) -> tuple[float, ...]:
    """Where a question stands: what must be decided is listened to anyway, the rest by its worth."""
    own = [item for item in group if item.item_id not in taken]
    must = any(map(must_be_decided, own))
    whole, alone = _question(own, _beside(own, near, taken)), _question(own, ())
    return not must, -round(whole.worth, 6), -round(alone.worth, 6)


def is_optional(item: MaskItem) -> bool:
    """Whether it is a candidate that is likelier nothing than something."""
    return is_candidate(item) and item.score < LIKELY_SCORE


def must_be_decided(item: MaskItem) -> bool:
    """Whether there is doubt whose it is, or it is heard and likelier somebody's data than not.

    Not a mask over what may be nothing, and else nobody's whom the case knows: whatever the doubt, it leaks
    nothing.
    """
    perhaps_nothing = item.action is MaskAction.MASK and item.party in UNOWNED and item.score < LIKELY_SCORE
    return item.needs_review and not is_optional(item) and not perhaps_nothing


def by_letters(text: str) -> Sound:
    """Compare items by the letters and digits of their words, where no reader of Japanese is at hand.

    Args:
        text: The transcript's text.
    """

    def letters(item: MaskItem) -> str:
        if said := _date_or_figures(item.entity_type, text[item.chars.start : item.chars.end]):
            return said
        wide = unicodedata.normalize("NFKC", text[item.chars.start : item.chars.end]).casefold()
        return "".join(char for char in wide if char.isalnum())

    return letters


def _date_or_figures(entity_type: str, said: str) -> str:
    """What a date, a plate or a number that is called by its name reads as, however it is said."""
    if entity_type == "DATE_OF_BIRTH":
        return " ".join(sorted({date.text for date in dates_in(said)}))
    if entity_type == "VEHICLE_PLATE" and (plates := plates_in(said)):
        return plates[0].text
    return code_of(said) if entity_type in FURTHER_KINDS and entity_type not in _WORDS else ""


_WORDS: Final = frozenset({"WORKPLACE", "SCHOOL", "ACCOUNT_NAME"})


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
        for n, each in enumerate(sorted(asked, key=lambda each: (*each.order, each.item_ids)), start=1)
        for beside, ids in ((False, each.item_ids), (True, each.beside))
        for item_id in ids
    }


def leaked_seconds(item: MaskItem) -> float:
    """Seconds of an item that are expected to leak if it is left as it is; a mask leaks nothing."""
    if item.action is MaskAction.MASK:
        return 0.0
    if not is_candidate(item):
        return STRANGER_CHANCE * item.time.duration
    guessed = any(why.reason in GUESSED for why in item.reasons)
    chance = 1.0 if math.isnan(item.score) else item.score
    return (GUESSED_SHARE if guessed else 1.0) * chance * item.time.duration


def _wasted_seconds(item: MaskItem) -> float:
    """Seconds of ordinary words that are expected to stay masked."""
    chance = 0.0 if math.isnan(item.score) else item.score
    return (1.0 - chance) * item.time.duration if item.action is MaskAction.MASK else 0.0


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


def _beside(group: Sequence[MaskItem], near: Nearby[MaskItem], taken: Set[str]) -> list[MaskItem]:
    """The candidates that are played with a question's places, in order of time."""
    own = {item.item_id for item in group}
    found = {
        other.item_id: other
        for item in group
        for other in near.touching(item.time.start - REACH_SECONDS, item.time.end + REACH_SECONDS)
        if set(item.channels) & set(other.channels) and other.item_id not in taken | own
    }
    return sorted(found.values(), key=lambda each: (each.time, each.item_id))


def _question(items: Sequence[MaskItem], beside: Sequence[MaskItem]) -> Question:
    leaked = sum(map(leaked_seconds, (*items, *beside)))
    return Question(_ids(items), _ids(beside), leaked, sum(map(_wasted_seconds, items)))


def _ids(items: Iterable[MaskItem]) -> tuple[str, ...]:
    return tuple(item.item_id for item in items)
