"""Stored decisions on a call, and the conditions for its approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from flows.desk.kinds.errors import ImpossibleStepError, SealBrokenError
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.rules import check_complete
from pipeline.types import MaskPlan

__all__ = [
    "COMPLETE",
    "CONTENT",
    "DECISION",
    "Decision",
    "check_approvable",
    "is_complete",
    "made_on",
    "who_decided",
]

COMPLETE = ReviewKind.COMPLETE.value
"""Action of the decision that completes a review."""

NO_DECISION = {ReviewKind.CONFIRM.value}
"""Actions that do not count as decisions, so that the person may approve afterwards."""

CONTENT: TypeAdapter[ReviewDecision] = TypeAdapter(ReviewDecision)


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


DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


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


def check_approvable(call_id: str, plan: MaskPlan, made: Sequence[ReviewDecision]) -> None:
    """Check that a revision may be approved: its review is complete, and no item is undecided.

    The decision that completed the review is not sufficient; the plan itself is checked.

    Args:
        call_id: The call's id, for the message.
        plan: The plan of the revision.
        made: The decisions on it (``made_on``).

    Raises:
        ImpossibleStepError: when the review is not complete, or somebody has decided since.
        ReviewRuleError: when an item is undecided, or waits for a second person.
    """
    if not is_complete(made):
        msg = f"{call_id}: 確認が完了していません。先に完了してください"
        raise ImpossibleStepError(msg)
    check_complete(plan, made)
