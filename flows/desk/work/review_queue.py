"""The queue of calls for analysts and approvers, ordered by due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from flows.desk.cases.calls import call_row
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN
from flows.desk.storage.tables import CallRow, DecisionRow, PlanRow, RecordingRow, RequestRow

SHOWN = (State.IN_REVIEW, State.APPROVED, State.RELEASED)
"""States in which a call can be opened."""


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """A call in the queue, without the counts that need its plan and decisions.

    Attributes:
        number: Public number of its request.
        due_on: Due date of its request including a running pause, Japanese date.
        days_left: Days left; negative when the due date has passed, ``None`` while the clock is stopped.
        seconds: Length in seconds, if the catalogue contains it.
        decisions: Number of decisions.
    """

    call_id: str
    number: str
    state: State
    request_state: State
    due_on: date
    days_left: int | None
    seconds: float | None
    findings: int
    to_review: int
    revision: int
    decisions: int


def list_queue(desk: Desk, state: State | None = None, request: str = "") -> tuple[QueuedCall, ...]:
    """List calls in review and later states, ordered by due date.

    Args:
        desk: The desk.
        state: Only calls in this state; by default those in review and the approved ones.
        request: Only calls of the request with this public number.
    """
    states = (state,) if state else (State.IN_REVIEW, State.APPROVED)
    with desk.read() as session:
        statement = _statement().where(CallRow.state.in_([each for each in states if each in SHOWN]))
        if request:
            statement = statement.where(RequestRow.number == request)
        today = desk.clock().astimezone(JAPAN).date()
        found = [_of(row, today) for row in session.execute(statement)]
    return tuple(sorted(found, key=lambda each: (each.due_on, each.number, each.call_id)))


def queued(desk: Desk, call_id: str) -> QueuedCall | None:
    """Return one call's row of the queue, or ``None`` when the call has no plan yet."""
    with desk.read() as session:
        call_row(session, call_id)
        row = session.execute(_statement().where(CallRow.id == call_id)).one_or_none()
        return None if row is None else _of(row, desk.clock().astimezone(JAPAN).date())


def _statement() -> Select[Any]:
    made = select(DecisionRow.call_id, func.count().label("count")).group_by(DecisionRow.call_id).subquery()
    return (
        select(CallRow, RequestRow, PlanRow, RecordingRow.duration, made.c.count)
        .join(RequestRow, RequestRow.id == CallRow.request_id)
        .join(RecordingRow, RecordingRow.id == CallRow.recording_id)
        .join(PlanRow, (PlanRow.call_id == CallRow.id) & (PlanRow.revision == CallRow.revision))
        .outerjoin(made, made.c.call_id == CallRow.id)
    )


def _of(row: Any, today: date) -> QueuedCall:
    call, request, plan, duration, count = row
    stands = (today - request.paused_on) if request.paused_on else timedelta()
    due_on = request.due_on + stands
    return QueuedCall(
        call_id=call.id,
        number=request.number,
        state=State(call.state),
        request_state=State(request.state),
        due_on=due_on,
        days_left=None if request.paused_on else (due_on - today).days,
        seconds=duration,
        findings=plan.masked + plan.kept,
        to_review=plan.to_review,
        revision=plan.revision,
        decisions=count or 0,
    )
