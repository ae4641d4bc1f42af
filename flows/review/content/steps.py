"""Completes and reopens the review of a call, and checks the conditions for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor
from flows.desk.work.decisions import check_read
from flows.desk.work.plans import reopen as reopen_call
from flows.desk.work.reviews import Review, found_first, load_review, record
from flows.masking.final_copy import make_final
from flows.masking.last_check import last_check
from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.rules import check_complete
from pipeline.types import MaskItem

if TYPE_CHECKING:
    from flows.stages import Models

__all__ = ["complete", "reopen"]

_LISTENING: Final = threading.Lock()
"""One at a time: listening needs a whole processor and the memory of a model."""


def complete(
    desk: Desk,
    actor: Actor,
    review: Review,
    left: float | None,
    load_models: Callable[[str], Models],
) -> Review:
    """Complete a review: the final copy is made and verified, and waits for approval.

    What can still be read or heard of what was masked becomes findings, and the review is not complete.

    Args:
        desk: The desk.
        actor: The person who completes it.
        review: The review as they saw it.
        left: Seconds of the masked copy that nobody has listened to, where listening through is required.
        load_models: Loads the models that listen to the finished audio, by the model's name.

    Returns:
        The review, complete or with a FOUND decision at its end.

    Raises:
        ReviewRuleError: when something is undecided, unconfirmed or unheard, or when the text is to be read
            through and nobody has.
        ConflictError: when somebody else has decided since.
        CallUnsafeError: when something masked can still be heard or read in the copy.
    """
    if review.complete:
        return review
    check_complete(review.stored.plan, review.made, found_first(desk, review))
    if desk.settings.review_text == "required":
        check_read(review.on_text)
    if left is not None and left > 0:
        msg = f"伏せた音をまだ{left:.0f}秒聞いていません。聞き通してから完了してください"
        raise ReviewRuleError(msg)
    with _LISTENING:
        found = last_check(desk, actor, review.draft, load_models)
    if found:
        return record(desk, actor, review, lambda number: (_found(number, found),))
    make_final(desk, actor, review.call.call_id, review.draft, expected=review.count)
    made = load_review(desk, review.call.call_id)
    if made.count != review.count:
        # Somebody has already decided on the new revision, so it is not complete.
        return made
    done = _own(ReviewKind.COMPLETE)
    with desk.change(actor) as change:
        subject = Subject(made.call.request_id, made.call.call_id)
        heard = "not_asked" if left is None else "whole"
        change.record("call.complete", subject, {"revision": made.stored.revision, "heard": heard})
    return record(desk, actor, made, lambda number: (replace(done, number=number),))


def reopen(desk: Desk, actor: Actor, review: Review, reason: str) -> Review:
    """Take an approved call back into review, with a reason that stays with its decisions."""
    reopen_call(desk, actor, review.call.call_id)
    again = load_review(desk, review.call.call_id)
    said = replace(_own(ReviewKind.REOPEN), reason=reason)
    return record(desk, actor, again, lambda number: (replace(said, number=number),))


def _found(number: int, items: tuple[MaskItem, ...]) -> ReviewDecision:
    """The decision by which findings of the last check come into the review."""
    numbered = tuple(
        replace(item, item_id=f"h{number:04d}.{place}") for place, item in enumerate(items, start=1)
    )
    return replace(_own(ReviewKind.FOUND), number=number, found=numbered)


def _own(kind: ReviewKind) -> ReviewDecision:
    return ReviewDecision(0, kind, (), "", datetime.now(UTC))
