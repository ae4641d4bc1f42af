"""What waits to be masked, and how things stand: for the flows that work it off and tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.desk.cases.requests import row_of
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import CLOSED, State
from flows.desk.kinds.values import JAPAN
from flows.desk.storage.tables import CallRow, PlanRow, RecordingRow, RequestRow

__all__ = ["Backlog", "Due", "Standing", "backlog", "standing"]

BYTES_PER_SECOND = 8000
"""Of telephone audio (G.711), for a recording whose catalogue tells no duration."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What there is to do.

    Attributes:
        ready: Ids of the calls that may be claimed now, the longest first: begun last, a long
            one would keep a single worker busy when all the others are done.
        busy: How many other calls are being worked on.
    """

    ready: tuple[str, ...]
    busy: int


@dataclass(frozen=True, slots=True)
class Due:
    """An open request's clock.

    Attributes:
        days_left: Negative when the day is past.
    """

    number: str
    due_on: date
    days_left: int
    paused: bool
    state: State


@dataclass(frozen=True, slots=True)
class Standing:
    """How the desk stands.

    Attributes:
        calls: How many calls are in each state.
        to_review: Doubtful items of the calls in review.
        due: The open requests whose day is nearest.
    """

    calls: Mapping[State, int]
    to_review: int
    due: tuple[Due, ...]


def backlog(desk: Desk, request: str | None = None) -> Backlog:
    """What there is to do.

    Args:
        desk: The desk.
        request: Only of this one, by id or public number.

    Raises:
        NotFoundError: when there is no such request.
    """
    length = func.coalesce(RecordingRow.duration, CallRow.bytes / BYTES_PER_SECOND)
    statement = (
        select(CallRow.id, CallRow.state, CallRow.lease_until)
        .join(RecordingRow, RecordingRow.id == CallRow.recording_id)
        .where(CallRow.state.in_((State.REQUESTED, State.PROCESSING)))
        .order_by(length.desc(), CallRow.attached_at, CallRow.id)
    )
    now = desk.clock()
    with desk.read() as session:
        if request is not None:
            statement = statement.where(CallRow.request_id == row_of(session, request).id)
        found = [
            (call_id, state == State.REQUESTED or lease_until is None or lease_until < now)
            for call_id, state, lease_until in session.execute(statement)
        ]
    ready = tuple(call_id for call_id, free in found if free)
    return Backlog(ready, len(found) - len(ready))


def standing(desk: Desk, nearest: int = 10) -> Standing:
    """How the desk stands.

    Args:
        desk: The desk.
        nearest: Of so many requests the due date is given.
    """
    with desk.read() as session:
        counted = session.execute(select(CallRow.state, func.count()).group_by(CallRow.state))
        calls = {State(state): count for state, count in counted}
        doubtful = (
            select(func.sum(PlanRow.to_review))
            .join(CallRow, (CallRow.id == PlanRow.call_id) & (CallRow.revision == PlanRow.revision))
            .where(CallRow.state == State.IN_REVIEW)
        )
        to_review = session.scalar(doubtful) or 0
        return Standing(calls, int(to_review), _due(desk, session, nearest))


def _due(desk: Desk, session: Session, nearest: int) -> tuple[Due, ...]:
    today = desk.clock().astimezone(JAPAN).date()
    statement = (
        select(RequestRow)
        .where(RequestRow.state.not_in(CLOSED))
        .order_by(RequestRow.due_on, RequestRow.number)
        .limit(nearest)
    )
    return tuple(
        Due(row.number, due_on, (due_on - today).days, row.paused_on is not None, State(row.state))
        for row in session.scalars(statement)
        # The clock stands still: every day of a pause moves the due date by one.
        for due_on in (row.due_on + ((today - row.paused_on) if row.paused_on else timedelta()),)
    )
