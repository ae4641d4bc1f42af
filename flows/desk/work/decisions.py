"""Decisions on a call as the desk keeps them, and what they have to come to before it is approved."""

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
"""Action of the decision that nothing is left to decide."""

NO_DECISION = {ReviewKind.CONFIRM.value}
"""Of a second person, who may approve afterwards."""

CONTENT: TypeAdapter[ReviewDecision] = TypeAdapter(ReviewDecision)


@dataclass(frozen=True, slots=True)
class Decision:
    """An analyst's decision.

    Attributes:
        revision: Of the plan it was made on.
        item_id: Of that plan; ``new-…`` for a stretch the analyst added.
        action: ``mask``, ``keep`` or another of ``pipeline.reviewing.decisions.ReviewKind``.
        ground: Item of 33条2項 that a mask rests on; 0 for a kept one.
        reason: In words.
        reviewer: Who decided.
        decided_at: When.
        content: Whatever else the review page needs, as JSON text: a new stretch's span.
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
    """The decisions on one revision, numbered among all of the call's.

    Raises:
        SealBrokenError: when what the desk kept of one is no decision.
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
    """Who has decided anything on a call: they cannot be the second pair of eyes."""
    return frozenset(each.reviewer for each in everything if each.action not in NO_DECISION)


def is_complete(made: Sequence[ReviewDecision]) -> bool:
    """Whether the last word on a revision was that nothing is left to decide."""
    return bool(made) and made[-1].kind is ReviewKind.COMPLETE


def check_approvable(call_id: str, plan: MaskPlan, made: Sequence[ReviewDecision]) -> None:
    """Whether a revision may be approved: its review is complete, and nothing in it is left to decide.

    That somebody said so is not enough: the plan itself is looked at.

    Args:
        call_id: For the message.
        plan: The revision.
        made: The decisions on it (``made_on``).

    Raises:
        ImpossibleStepError: when nobody has completed it, or somebody has decided after that.
        ReviewRuleError: when an item is undecided, or waits for a second person.
    """
    if not is_complete(made):
        msg = f"{call_id}: 確認が完了していません。先に完了してください"
        raise ImpossibleStepError(msg)
    check_complete(plan, made)
