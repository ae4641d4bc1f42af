"""The review of a call: its plan, the decisions on it, and the plan with the decisions folded in.

Decisions are rows of the desk (``plans.decide``), each with a whole ``ReviewDecision`` in its content.  The
desk sets the person and the time of a decision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor, Call
from flows.desk.work.corrections import decisions_on_text
from flows.desk.work.decisions import CONTENT, Decision, folded, found_before, is_complete, made_on
from flows.desk.work.plans import StoredPlan, decide, reviewed, revisions
from pipeline.correcting.wording import Wording
from pipeline.reviewing.cover import GuardedMask
from pipeline.reviewing.decisions import ReviewDecision
from pipeline.reviewing.rules import check
from pipeline.reviewing.wordings import read_at, wording_after
from pipeline.types import MaskPlan


@dataclass(frozen=True, slots=True)
class Review:
    """A call under review.

    Attributes:
        call: The call.
        stored: The newest revision of its plan.
        everything: Decisions on all revisions.
        made: Decisions on the newest revision.
        on_text: Decisions on all revisions of its transcript.
    """

    call: Call
    stored: StoredPlan
    everything: tuple[Decision, ...]
    made: tuple[ReviewDecision, ...]
    on_text: tuple[ReviewDecision, ...] = ()

    @property
    def wording(self) -> Wording:
        """The corrections of its text."""
        return wording_after(self.on_text)

    @property
    def read_at(self) -> datetime | None:
        """Time at which a person last read the whole text; ``None`` where there is none."""
        return read_at(self.on_text)

    @property
    def count(self) -> int:
        """Number of all decisions, which the next decisions must state."""
        return len(self.everything)

    @property
    def complete(self) -> bool:
        """Whether the last decision completed the review."""
        return is_complete(self.made)

    @property
    def draft(self) -> MaskPlan:
        """The plan with the decisions folded in."""
        return folded(self.stored.plan, self.made)


def load_review(desk: Desk, call_id: str) -> Review:
    """Load a call's present review.

    Raises:
        NotFoundError: when there is no such call, or it has no plan yet.
    """
    call, stored, everything = reviewed(desk, call_id)
    on_text = decisions_on_text(desk, call_id, stored.plan.transcript_sha256)
    known = tuple(each for each in on_text if each.number <= len(everything))
    return Review(call, stored, everything, made_on(everything, stored.revision), known)


def found_first(desk: Desk, review: Review) -> tuple[GuardedMask, ...]:
    """Return the masks that the newest revision had before any person decided."""
    plans = ((stored.revision, stored.plan) for stored in revisions(desk, review.call.call_id))
    return found_before(plans, review.everything, review.stored.revision)


def record(
    desk: Desk, actor: Actor, review: Review, new: Callable[[int], Sequence[ReviewDecision]]
) -> Review:
    """Add decisions to a review, all of them or none.

    Args:
        desk: The desk.
        actor: The person who decides.
        review: The review as that person saw it.
        new: Returns the decisions for the number of the first one.

    Returns:
        The review with them.

    Raises:
        ReviewRuleError: when the rules do not allow one.
        ConflictError: when somebody else has decided since; nothing was recorded.
        ImpossibleStepError: when the call is not in review.
    """
    made = [replace(each, reviewer=actor.name) for each in new(review.count + 1)]
    check(review.stored.plan, review.made, made, found_first(desk, review))
    rows = tuple(_row(review.stored.revision, each) for each in made)
    decide(desk, actor, review.call.call_id, rows, expected=review.count)
    return load_review(desk, review.call.call_id)


def _row(revision: int, decision: ReviewDecision) -> Decision:
    content = CONTENT.dump_json(replace(decision, reviewer="")).decode()
    item_id = decision.items[0] if decision.items else ""
    return Decision(
        revision,
        item_id,
        decision.kind.value,
        decision.ground or 0,
        decision.decided_at,
        decision.reason,
        decision.reviewer,
        content,
    )
