"""The calls that wait for an analyst or an approver, nearest due first."""

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

__all__ = ["SHOWN", "QueuedCall", "list_queue", "queued"]

SHOWN = (State.IN_REVIEW, State.APPROVED, State.RELEASED)
"""States in which there is something to look at."""


@dataclass(frozen=True, slots=True)
class QueuedCall:
    """A call as the queue shows it, without what only its plan and decisions tell.

    Attributes:
        number: Of its request.
        due_on: Of its request, a running pause counted in; Japanese date.
        days_left: Negative when the day is past; ``None`` while the clock stands still.
        seconds: Length, where the catalogue tells it.
        decisions: How many there are.
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
    """Calls in review and beyond, those first whose day is nearest.

    Args:
        desk: The desk.
        state: Only these; by default those in review and those approved.
        request: Only of the request of this public number.
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
    """One call, as the queue would show it; ``None`` when it has no plan yet."""
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
