"""Looks whether released calls would be masked otherwise by today's program, and says so by ids and counts.

Every answer that was given is looked at, also one that a later answer has followed: the requester has both.
The request and its listed words are as they are now (an answered request is not amended), the lists those of
the version that the call was masked with, so that only the program and not a list makes the difference.
Nothing of the calls is changed; the audit log records that the transcripts were opened, and the look itself.
"""

from __future__ import annotations

import enum
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flows.desk.answers.releases import Release, ReleasedCall, all_releases
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import (
    FileMissingError,
    NotFoundError,
    RecordingChangedError,
    RecordingUnreadableError,
)
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.values import Actor
from flows.desk.kinds.ways import Way
from flows.desk.work.decisions import first_plan
from flows.desk.work.plans import StoredPlan, decisions, get_plan, revisions
from pipeline.errors import CallUnsafeError, UnreadableAudioError
from pipeline.types import MaskPlan

if TYPE_CHECKING:
    from flows.loaded_models import Models
    from pipeline.verifying.newly_masked import Course, Since

NOT_FOUND = "not_found"
"""Where nothing had been found, in the counts by former party."""


class Left(enum.StrEnum):
    """Why a released call cannot be checked any more."""

    ERASED = "erased"
    TRANSCRIPT = "transcript"
    RECORDING = "recording"
    UNSAFE = "unsafe"

    @property
    def label(self) -> str:
        """The reason in Japanese."""
        return LABELS[self]


LABELS = {
    Left.ERASED: "台帳から消去済み",
    Left.TRANSCRIPT: "文字起こしか計画がない (保存期間を過ぎて消去)",
    Left.RECORDING: "録音がない、読めない、または変わっている",
    Left.UNSAFE: "いまの版では安全に伏せられない",
}


@dataclass(frozen=True, slots=True)
class _Given:
    """A released call; without an answer, a request that was answered and erased."""

    number: str
    answer: Release | None = None
    call: ReleasedCall | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """What would be masked now of a call that was released, or why nobody can tell.

    Attributes:
        number: Public number of the request.
        release_id: Id of the answer; empty where it is erased.
        turn: Which answer to the request; 0 where it is erased.
        call_id: Id of the call; empty where it is erased.
        seconds: Seconds that were given and would be masked.
        findings: Number of findings in them.
        types: Number of findings by entity type.
        before: Number of findings by the party that they were said to be, or ``NOT_FOUND``.
        left: Why it cannot be checked; ``None`` where it was.
    """

    number: str
    release_id: str = ""
    turn: int = 0
    call_id: str = ""
    seconds: float = 0.0
    findings: int = 0
    types: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, int] = field(default_factory=dict)
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a look at all released calls found.

    Attributes:
        checked: Number of released calls that were checked.
        missed: Those of which something would be masked now, the answers with most seconds first.
        opened: Number of findings, in all calls, that were masked and would be given now.
        left: Those that cannot be checked any more.
    """

    checked: int
    missed: tuple[Missed, ...]
    opened: int
    left: tuple[Missed, ...]

    @property
    def answers(self) -> int:
        """Number of answers of which something would be masked now."""
        return len({each.release_id for each in self.missed})


def recheck(
    desk: Desk, actor: Actor, load_models: Callable[[str], Models], tell: Callable[[int, int], None]
) -> Recheck:
    """Make the plans of all released calls anew and compare them with what was given.

    Args:
        desk: The desk.
        actor: An approver or administrator.
        load_models: Loads the models, by the speech model's name; they are loaded for the first call.
        tell: Called before each call with its place, from 1, and the number of calls.

    Raises:
        NotAllowedError: when the role does not allow it.
    """
    check_may(actor, May.RECHECK)
    calls = tuple(_given(desk))
    checked: list[Missed] = []
    opened = 0
    for place, given in enumerate(calls, start=1):
        tell(place, len(calls))
        missed, more = _checked(desk, actor, given, load_models)
        checked.append(missed)
        opened += more
    found = _ordered(each for each in checked if each.findings)
    left = tuple(each for each in checked if each.left is not None)
    whole = Recheck(len(checked) - len(left), found, opened, left)
    with desk.change(actor) as change:
        detail = {"checked": whole.checked, "answers": whole.answers, "left": len(left)}
        change.record("release.recheck", Subject(), detail)
    return whole


def _given(desk: Desk) -> Iterator[_Given]:
    """Yield every released call of every answer; a withheld one gave nothing."""
    for number, answers in all_releases(desk):
        if not answers:
            yield _Given(number)
        for answer in answers:
            yield from (_Given(number, answer, call) for call in answer.calls if not call.withheld)


def _ordered(missed: Iterator[Missed]) -> tuple[Missed, ...]:
    """Order by the seconds of the answer, then of the call."""
    found = tuple(missed)
    whole: defaultdict[str, float] = defaultdict(float)
    for each in found:
        whole[each.release_id] += each.seconds
    return tuple(sorted(found, key=lambda e: (-whole[e.release_id], e.number, e.turn, -e.seconds, e.call_id)))


def _checked(
    desk: Desk, actor: Actor, given: _Given, load_models: Callable[[str], Models]
) -> tuple[Missed, int]:
    """Check one released call; the number is of findings that were masked and would be given now."""
    if given.answer is None or given.call is None:
        return Missed(given.number, left=Left.ERASED), 0
    known = (given.number, given.answer.release_id, given.answer.turn, given.call.call_id)
    try:
        since = _since(desk, actor, (given.answer, given.call), load_models)
    except (NotFoundError, FileMissingError):
        return Missed(*known, left=Left.TRANSCRIPT), 0
    except (RecordingChangedError, RecordingUnreadableError, UnreadableAudioError):
        return Missed(*known, left=Left.RECORDING), 0
    except CallUnsafeError:
        return Missed(*known, left=Left.UNSAFE), 0
    return Missed(
        *known,
        seconds=round(float(since.seconds), 2),
        findings=len(since.masks),
        types=Counter(mask.entity_type for mask in since.masks),
        before=Counter(mask.before.value if mask.before else NOT_FOUND for mask in since.masks),
    ), since.opened


def _since(
    desk: Desk, actor: Actor, given: tuple[Release, ReleasedCall], load_models: Callable[[str], Models]
) -> Since:
    # Here: who is refused, or has released nothing, loads nothing that detects.
    from flows.rechecking.plan_anew import plan_anew
    from pipeline.verifying.newly_masked import masked_since

    answer, call = given
    stored = get_plan(desk, call.call_id, call.revision)
    course = _course(desk, stored, answer)
    with plan_anew(desk, actor, stored, load_models) as anew:
        return masked_since(course, anew.plan, anew.transcript, anew.recording, _stretches(answer, call))


def _course(desk: Desk, stored: StoredPlan, answer: Release) -> Course:
    """The plan before people decided, and as it was given."""
    from flows.masking.visit_copy import visit_plan
    from pipeline.verifying.newly_masked import Course

    plans = [(each.revision, each.plan) for each in revisions(desk, stored.call_id)]
    first = first_plan(plans, decisions(desk, stored.call_id), stored.revision)
    given: MaskPlan = visit_plan(stored.plan) if answer.manner.way is Way.IN_PERSON else stored.plan
    return Course(first, given)


def _stretches(answer: Release, call: ReleasedCall) -> tuple[tuple[float, float], ...]:
    """The stretches of a call that an answer gives: its passages, or all of it."""
    if answer.manner.way is not Way.PASSAGES:
        return ((0.0, math.inf),)
    return tuple((each.start, each.end) for each in answer.manner.of_call(call.call_id))
