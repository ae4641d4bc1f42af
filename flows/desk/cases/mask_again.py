"""Calls that are masked again: because data has changed since, or because a person puts one back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from flows.desk.cases.requests import calls_of, follow_calls, row_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.states import State, Step, step_call
from flows.desk.kinds.values import Actor
from flows.desk.storage.tables import CallRow, DecisionRow

MASKED_WITH = (State.PROCESSING, State.IN_REVIEW)
"""States of calls that were masked, or are being masked, with the data as they were."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Effect of a newly listed word on a request's other calls.

    Attributes:
        queued: Calls without decisions, which are masked again.
        looked: Calls with decisions, which stay: the last check searches them for the word when they are
            completed.
        approved: Calls that are approved or released, which stay as they are.
    """

    queued: int
    looked: int
    approved: int


def follow_list(desk: Desk, actor: Actor, request: str, but: str) -> Reach:
    """Let a request's calls follow a list that has changed.

    Args:
        desk: The desk.
        actor: The person who changed it.
        request: Id or public number.
        but: The call with the finding of the word: it stays, however few decisions it has.

    Raises:
        NotAllowedError: when the role is neither analyst nor approver.
    """
    check_may(actor, May.DECIDE)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        others = [call for call in calls_of(change.session, row.id) if call.id != but]
        ids = [call.id for call in others]
        rows = select(DecisionRow.call_id).where(DecisionRow.call_id.in_(ids))
        decided = {*change.session.scalars(rows), but}
        masked = [call for call in others if State(call.state) in MASKED_WITH]
        queued = mask_again(change, row.id, [call for call in masked if call.id not in decided])
        done = sum(State(call.state) in {State.APPROVED, State.RELEASED} for call in others)
        return Reach(queued, len(masked) - queued, done)


def mask_again(change: Change, request_id: str, calls: Iterable[CallRow]) -> int:
    """Put calls back into the queue within a change; return their number.

    The audit log names each call; then the request follows.
    """
    queued = 0
    for call in calls:
        call.state, call.state_since = step_call(State(call.state), Step.REQUEUE, call.id), change.now
        call.claim_token, call.lease_until, call.attempts = None, None, 0
        change.record("call.requeue", Subject(request_id, call.id))
        queued += 1
    if queued:
        follow_calls(change, request_id)
    return queued
