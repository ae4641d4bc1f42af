"""Stored decisions on a call, and the conditions for its approval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.desk import Change
from flows.desk.kinds.errors import ImpossibleStepError, SealBrokenError
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import DecisionRow, new_id
from pipeline.errors import ReviewRuleError
from pipeline.reviewing.cover import GuardedMask, carry_over, guarded_masks
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import effective, fold
from pipeline.reviewing.rules import check_complete
from pipeline.reviewing.wordings import read_at
from pipeline.types import MaskPlan

COMPLETE = ReviewKind.COMPLETE.value
"""Action of the decision that completes a review."""

NO_DECISION = {ReviewKind.CONFIRM.value}
"""Actions that do not count as decisions, so that the person may approve afterwards."""

CONTENT: Shape[ReviewDecision] = Shape(ReviewDecision)


@dataclass(frozen=True, slots=True)
class Decision:
    """An analyst's decision.

    Attributes:
        revision: Revision of the plan that it was made on.
        item_id: Id of the item in that plan; ``new-…`` for a stretch that the analyst added.
        action: ``mask``, ``keep`` or another of ``pipeline.reviewing.decisions.ReviewKind``.
        ground: Item of 33条2項 that a mask rests on; 0 for a kept item.
        reason: The reason in words.
        reviewer: Login of the person who decided.
        decided_at: Time of the decision.
        content: The whole ``ReviewDecision`` as JSON, with the span of a new stretch.
    """

    revision: int
    item_id: str
    action: str
    ground: int
    decided_at: datetime
    reason: str = field(default="", repr=False)
    reviewer: str = field(default="", repr=False)
    content: str = field(default="", repr=False)


DECISION: Shape[Decision] = Shape(Decision)


def add_decision(change: Change, call_id: str, position: int, decision: Decision) -> None:
    """Add a decision within a change; who and when are the desk's to say."""
    row = DecisionRow(
        id=new_id("j"),
        call_id=call_id,
        position=position,
        revision=decision.revision,
        item_id=decision.item_id,
        action=decision.action,
        ground=decision.ground,
        decided_at=change.now,
    )
    whole = Decision(
        decision.revision,
        decision.item_id,
        decision.action,
        decision.ground,
        change.now,
        decision.reason,
        change.actor.name,
        decision.content,
    )
    put_sealed(row, whole, DECISION, change.keyring)
    change.session.add(row)


def decisions_of(session: Session, call_id: str, keyring: Keyring) -> tuple[Decision, ...]:
    """Return a call's decisions in the order in which they were made, within a session."""
    statement = select(DecisionRow).where(DecisionRow.call_id == call_id).order_by(DecisionRow.position)
    return tuple(take_sealed(row, DECISION, keyring) for row in session.scalars(statement))


def made_on(everything: Sequence[Decision], revision: int) -> tuple[ReviewDecision, ...]:
    """Return the decisions on one revision, with their numbers among all decisions of the call.

    Raises:
        SealBrokenError: when a stored decision is malformed.
    """
    return tuple(
        _read(number, decision)
        for number, decision in enumerate(everything, start=1)
        if decision.revision == revision
    )


def on_text(
    transcripts: Iterable[tuple[int, str]], everything: Sequence[Decision], digest: str
) -> tuple[ReviewDecision, ...]:
    """Return the decisions on all revisions of one transcript: corrections outlive a revision.

    Args:
        transcripts: A call's revisions and a digest of the transcript of each.
        everything: All decisions on the call.
        digest: The same kind of digest of the transcript.

    Raises:
        SealBrokenError: when a stored decision is malformed.
    """
    same = {revision for revision, transcript in transcripts if transcript == digest}
    return tuple(
        _read(number, decision)
        for number, decision in enumerate(everything, start=1)
        if decision.revision in same
    )


def _read(number: int, decision: Decision) -> ReviewDecision:
    try:
        content = CONTENT.validate_json(decision.content)
    except ValidationError:
        msg = "決定の内容の形が違います"
        raise SealBrokenError(msg) from None
    return replace(content, number=number, reviewer=decision.reviewer, decided_at=decision.decided_at)


def who_decided(everything: Sequence[Decision]) -> frozenset[str]:
    """Return the logins of those who decided on a call, and therefore may not approve it."""
    return frozenset(each.reviewer for each in everything if each.action not in NO_DECISION)


def is_complete(made: Sequence[ReviewDecision]) -> bool:
    """Return whether the last decision on a revision completed the review."""
    return bool(made) and made[-1].kind is ReviewKind.COMPLETE


@lru_cache(maxsize=64)
def folded(plan: MaskPlan, made: tuple[ReviewDecision, ...]) -> MaskPlan:
    """Fold decisions by ``pipeline.reviewing.fold.fold``, cached: one page needs the result several times."""
    return fold(plan, made)


def found_before(
    plans: Iterable[tuple[int, MaskPlan]], everything: Sequence[Decision], revision: int
) -> tuple[GuardedMask, ...]:
    """Return the masks that a revision had before any person decided.

    A revision that equals the folded decisions on the previous one was made by people: the masks found there
    are followed through these decisions.  Any other revision is the program's, and begins anew.

    Args:
        plans: A call's revisions and their plans, oldest first.
        everything: All decisions on the call.
        revision: Number of one of the revisions.
    """
    found: tuple[GuardedMask, ...] = ()
    follows: MaskPlan | None = None
    for number, plan in plans:
        if number > revision:
            break
        if plan != follows:
            found = guarded_masks(plan)
        if number < revision:
            made = made_on(everything, number)
            _, found = carry_over(found, plan, made)
            follows = folded(plan, made)
    return found


def first_plan(
    plans: Iterable[tuple[int, MaskPlan]], everything: Sequence[Decision], revision: int
) -> MaskPlan:
    """Return the plan that people began to decide on, on their way to a revision.

    Args:
        plans: Plans as for ``found_before``.
        everything: All decisions on the call.
        revision: Number of one of the revisions.

    Returns:
        The program's own plan, with the items that came up during the review, such as in corrected words.

    Raises:
        ValueError: when there is no such revision.
    """
    first: MaskPlan | None = None
    follows: MaskPlan | None = None
    for number, plan in plans:
        if number > revision:
            break
        if first is None or plan != follows:
            first = plan
        made = made_on(everything, number) if number < revision else ()
        came_up = tuple(item for each in effective(made) for item in each.found)
        first = replace(first, items=(*first.items, *came_up))
        follows = folded(plan, made)
    if first is None:
        msg = f"no revision {revision}"
        raise ValueError(msg)
    return first


def check_approvable(
    call_id: str, plan: MaskPlan, made: Sequence[ReviewDecision], found: tuple[GuardedMask, ...]
) -> None:
    """Whether a revision may be approved: its review is complete, and nothing in it is left to decide.

    The decision that completed the review is not sufficient; the plan itself is checked.

    Args:
        call_id: The call's id, for the message.
        plan: The plan of the revision.
        made: The decisions on it (``made_on``).
        found: Masks before any person decided (``found_before``).

    Raises:
        ImpossibleStepError: when nobody has completed it, or somebody has decided after that.
        ReviewRuleError: when an item is undecided or waits for a second person, or a mask was walked
            off what was found and nobody gave a reason.
    """
    if not is_complete(made):
        msg = f"{call_id}: 確認が終わっていません。先に終えてください"
        raise ImpossibleStepError(msg)
    check_complete(plan, made, found)


def check_read(made: Sequence[ReviewDecision]) -> None:
    """Check that a person has read the text through, where that is required.

    Args:
        made: The decisions on the transcript (``on_text``).

    Raises:
        ReviewRuleError: when nobody has.
    """
    if read_at(made) is None:
        msg = "文字起こしをまだ読み通していません。読んで直し、「読み終えた」と記録してから終えてください"
        raise ReviewRuleError(msg, needs="read")
