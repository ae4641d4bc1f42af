"""Group findings into questions: all mentions of one person, or all of one kind of doubt.

    本人の氏名   0:01  0:46  1:01      kept as the requester's, all in doubt      one question
    合造         1:04  1:06            two masks that read alike                  one question
    カード       2:08  2:10            two candidates that read alike             one question
    中の|髪が|ハトリチオ               the parts of one finding                   one question
    はい、母です   0:40  1:12          turns of a third person                    one question
    合造 (従業と)                      a candidate within three seconds of it     heard with it

An analyst listens to the stretches of a question and decides them together, or takes one out and decides it
alone.  The words right before and after each stretch are played, too (``pipeline.played``), so a candidate
there needs no question of its own.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Hashable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from pipeline.finding.parts import whole_of
from pipeline.finding.verdict import UNOWNED
from pipeline.kinds import FURTHER_KINDS
from pipeline.nearby import Nearby
from pipeline.played import REACH_SECONDS
from pipeline.reasons import Reason
from pipeline.reviewing.queue import is_candidate
from pipeline.sound.identifiers import code_of, dates_in, plates_in
from pipeline.sound.morae import fold_letters
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import MaskAction, MaskItem, TimeSpan

Reading = Callable[[MaskItem], Hashable]
"""Reading of an item's words; false where nothing was recognised."""

LIKELY_SCORE: Final = 0.5
"""Probability from which a finding is likelier personal data than not."""

STRANGER_CHANCE: Final = 0.08
"""Probability that a finding kept in doubt (as the requester's, the staff's or the company's) is another
person's: an upper bound, as none of 36 such findings in six calls of ``tuning`` was."""

GUESSED: Final = frozenset({Reason.DOUBTFUL_WORDS, Reason.LEAK_MAY_SOUND_ALIKE})
"""Reasons of candidates that no recognizer found."""

GUESSED_SHARE: Final = 0.4
"""Leaked seconds of such a candidate, as a share of those that its probability predicts; a candidate found by
a recognizer leaks as predicted."""

LEAK_WEIGHT: Final = 4.0
"""Weight of a second of leak against a second of over-mask.  Leak and over-mask after review, and share of
real questions, at six a minute on six calls of ``tuning`` and on eight of bad lines:

    1     1.2  1.2  60 %     6.5  2.3  62 %
    2      .7  1.3  53 %     6.4  2.4  56 %
    4      .7  1.3  52 %     5.6  2.6  50 %
    8      .7  1.7  51 %     5.5  2.7  47 %

Without a limit (12.5 and 9.9 a minute) it is .7 1.0 40 % and 4.7 2.0 46 %."""


@dataclass(frozen=True, slots=True)
class Question:
    """Findings that are decided together.

    Attributes:
        item_ids: Ids of the findings, in order of time.
        beside: Ids of the candidates that are heard with them, in order of time.
        leaked_seconds: Expected seconds of other people's data that stay audible without a decision.
        wasted_seconds: Expected seconds of ordinary words that stay masked without a decision.
    """

    item_ids: tuple[str, ...]
    beside: tuple[str, ...]
    leaked_seconds: float
    wasted_seconds: float

    @property
    def worth(self) -> float:
        """Weighted seconds that a decision is expected to put right."""
        return LEAK_WEIGHT * self.leaked_seconds + self.wasted_seconds

    @property
    def order(self) -> tuple[float, float]:
        """Sort key: the most valuable question first."""
        return -self.leaked_seconds, -self.wasted_seconds


def questions(items: Iterable[MaskItem], sound: Reading) -> tuple[Question, ...]:
    """Group findings: those that must be decided first, then by the expected gain of a decision.

    Args:
        items: Findings that a person is asked about.
        sound: Reading of an item; items that read alike are one question.

    Returns:
        Questions that hold each item exactly once.  The items of the first questions alone give the same
        questions again.
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
        # A candidate beside this question may have gone to another since; a rank only ever gets worse.
        if (now := _rank(own, near, taken)) > rank:
            heapq.heappush(waiting, (now, number, own))
            continue
        question = _question(own, _beside(own, near, taken))
        taken.update((*question.item_ids, *question.beside))
        asked.append(question)
    return tuple(asked)


def _rank(group: Sequence[MaskItem], near: Nearby[MaskItem], taken: Set[str]) -> tuple[float, ...]:
    """Return the sort key of a question: those that must be decided first, then by worth."""
    own = [item for item in group if item.item_id not in taken]
    must = any(map(must_be_decided, own))
    whole, alone = _question(own, _beside(own, near, taken)), _question(own, ())
    return not must, -round(whole.worth, 6), -round(alone.worth, 6)


def is_optional(item: MaskItem) -> bool:
    """Whether an item is a candidate that is likelier ordinary words than data."""
    return is_candidate(item) and item.score < LIKELY_SCORE


def must_be_decided(item: MaskItem) -> bool:
    """Whether an item's owner is in doubt, or it is audible and likelier data than not.

    A doubtful mask without a known owner needs no decision: it leaks nothing.
    """
    perhaps_nothing = item.action is MaskAction.MASK and item.party in UNOWNED and item.score < LIKELY_SCORE
    return item.needs_review and not is_optional(item) and not perhaps_nothing


def by_letters(text: str) -> Reading:
    """Return a reading by letters and digits, for callers without a reader of Japanese.

    Args:
        text: Text of the transcript.
    """

    def letters(item: MaskItem) -> str:
        if said := _date_or_figures(item.entity_type, text[item.chars.start : item.chars.end]):
            return said
        return fold_letters(text[item.chars.start : item.chars.end])

    return letters


def _date_or_figures(entity_type: str, said: str) -> str:
    """Return the normal form of a date, a plate or an announced number, however it is said."""
    if entity_type == "DATE_OF_BIRTH":
        return " ".join(sorted({date.text for date in dates_in(said)}))
    if entity_type == "VEHICLE_PLATE" and (plates := plates_in(said)):
        return plates[0].text
    return code_of(said) if entity_type in FURTHER_KINDS and entity_type not in _WORDS else ""


_WORDS: Final = frozenset({"WORKPLACE", "SCHOOL", "ACCOUNT_NAME"})


class QuestionPlace(NamedTuple):
    """Question of an item, and whether the item is only heard with it."""

    question: str
    beside: bool


NO_QUESTION: Final = QuestionPlace("", beside=False)
"""Value for an item without a question."""


def question_ids(items: Iterable[MaskItem], sound: Reading) -> dict[str, QuestionPlace]:
    """Number the questions of a plan, the most valuable first.

    Args:
        items: All items; only flagged ones are in a question.
        sound: As for ``questions``.

    Returns:
        The place of each flagged item by its id; questions are ``q1`` and so on.
    """
    asked = questions((item for item in items if item.needs_review), sound)
    return {
        item_id: QuestionPlace(f"q{n}", beside)
        for n, each in enumerate(sorted(asked, key=lambda each: (*each.order, each.item_ids)), start=1)
        for beside, ids in ((False, each.item_ids), (True, each.beside))
        for item_id in ids
    }


def leaked_seconds(item: MaskItem) -> float:
    """Return the expected seconds of an item that leak if it is left as it is; a mask leaks nothing."""
    if item.action is MaskAction.MASK:
        return 0.0
    if not is_candidate(item):
        return STRANGER_CHANCE * item.time.duration
    guessed = any(why.reason in GUESSED for why in item.reasons)
    chance = 1.0 if math.isnan(item.score) else item.score
    return (GUESSED_SHARE if guessed else 1.0) * chance * item.time.duration


def _wasted_seconds(item: MaskItem) -> float:
    """Return the expected seconds of ordinary words that stay masked."""
    chance = 0.0 if math.isnan(item.score) else item.score
    return (1.0 - chance) * item.time.duration if item.action is MaskAction.MASK else 0.0


def _key(item: MaskItem, sound: Reading) -> Hashable:
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
    """Return the candidates that are played with a question's stretches, in order of time."""
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
