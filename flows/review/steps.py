"""Completion, approval and reopening of a call: what has to be so before, and what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flows.desk.chain import Subject
from flows.desk.desk import Desk
from flows.desk.errors import ConflictError, ImpossibleStepError
from flows.desk.plans import approve as approve_plan
from flows.desk.plans import reopen as reopen_call
from flows.desk.reviews import Review, deciders, found_first, load_review, record
from flows.desk.values import Actor
from flows.final_copy import make_final
from pipeline.decisions import ReviewDecision, ReviewKind
from pipeline.errors import ReviewRuleError
from pipeline.review_rules import check_complete

__all__ = ["approve", "complete", "reopen"]


def complete(desk: Desk, actor: Actor, review: Review, left: float | None) -> Review:
    """Say that nothing is left to decide: the final copy is made, verified, and waits for approval.

    Args:
        desk: The desk.
        actor: Who says so.
        review: As they know it.
        left: Seconds of the masked copy nobody has listened to, where all have to be.

    Raises:
        ReviewRuleError: when something is undecided, unconfirmed or unheard.
        ConflictError: when somebody else has decided since.
        CallUnsafeError: when the copy gives something away.
    """
    if review.complete:
        return review
    check_complete(review.stored.plan, review.made, found_first(desk, review))
    if left is not None and left > 0:
        msg = f"伏せた音をまだ{left:.0f}秒聞いていません。聞き通してから完了してください"
        raise ReviewRuleError(msg)
    make_final(desk, actor, review.call.call_id, review.draft, expected=review.count)
    made = load_review(desk, review.call.call_id)
    if made.count != review.count:
        # Somebody decided on the new revision already: then it is not complete.
        return made
    done = _own(ReviewKind.COMPLETE)
    with desk.change(actor) as change:
        subject = Subject(made.call.request_id, made.call.call_id)
        heard = "not_asked" if left is None else "whole"
        change.record("call.complete", subject, {"revision": made.stored.revision, "heard": heard})
    return record(desk, actor, made, lambda number: (replace(done, number=number),))


def approve(desk: Desk, actor: Actor, review: Review, revision: int, note: str) -> None:
    """Approve the copy that was made on completion.

    Args:
        desk: The desk.
        actor: Who approves; nobody who has decided on the call.
        review: As it is now.
        revision: That was looked at.
        note: In words.

    Raises:
        ImpossibleStepError: when it is not complete, or whoever approves has decided on it.
        ConflictError: when it is not the newest revision.
    """
    call_id = review.call.call_id
    if review.stored.revision != revision:
        msg = f"{call_id}: 計画が新しくなっています。読み直してから承認してください"
        raise ConflictError(msg)
    if not review.complete:
        msg = f"{call_id}: 確認が完了していません。先に完了してください"
        raise ImpossibleStepError(msg)
    if actor.name in deciders(review) and not desk.settings.review_one_person:
        msg = f"{call_id}: この通話で決定をした人は承認できません。別の承認者が行ってください"
        raise ImpossibleStepError(msg)
    approve_plan(desk, actor, call_id, revision, note)


def reopen(desk: Desk, actor: Actor, review: Review, reason: str) -> Review:
    """Take an approved call back into review, with a reason that stays with its decisions."""
    reopen_call(desk, actor, review.call.call_id)
    again = load_review(desk, review.call.call_id)
    said = replace(_own(ReviewKind.REOPEN), reason=reason)
    return record(desk, actor, again, lambda number: (replace(said, number=number),))


def _own(kind: ReviewKind) -> ReviewDecision:
    return ReviewDecision(0, kind, (), "", datetime.now(UTC))
