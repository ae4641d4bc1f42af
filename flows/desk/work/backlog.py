"""The calls that wait to be masked, and a summary of the desk, for the flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.desk.cases.requests import row_of
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import CLOSED, State
from flows.desk.kinds.values import JAPAN
from flows.desk.storage.tables import CallRow, PlanRow, RecordingRow, RequestRow
from flows.desk.work.holding import Held

BYTES_PER_SECOND = 8000
"""Bytes per second of telephone audio (G.711), to estimate a length that the catalogue does not contain."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The calls to mask.

    Attributes:
        ready: Ids of the calls that may be claimed now, the longest first, because a long call that is
            begun last would keep one worker busy after the others have finished.
        held: The other calls, which workers have.
        lengths: Seconds of sound of each call, by its id; estimated where the catalogue has none.
    """

    ready: tuple[str, ...]
    held: tuple[Held, ...]
    lengths: Mapping[str, float] = field(default_factory=dict)

    @property
    def busy(self) -> int:
        """Number of calls that are being masked."""
        return len(self.held)


@dataclass(frozen=True, slots=True)
class Due:
    """The due date of an open request.

    Attributes:
        days_left: Days left; negative when the due date has passed.
    """

    number: str
    due_on: date
    days_left: int
    paused: bool
    state: State


@dataclass(frozen=True, slots=True)
class Standing:
    """A summary of the desk.

    Attributes:
        calls: Number of calls in each state.
        to_review: Number of doubtful items of the calls in review.
        due: The open requests with the nearest due dates.
    """

    calls: Mapping[State, int]
    to_review: int
    due: tuple[Due, ...]


def backlog(desk: Desk, request: str | None = None) -> Backlog:
    """Return the calls to mask.

    Args:
        desk: The desk.
        request: Only calls of this request, by id or public number.

    Raises:
        NotFoundError: when there is no such request.
    """
    length = func.coalesce(RecordingRow.duration, CallRow.bytes / BYTES_PER_SECOND)
    statement = (
        select(CallRow.id, CallRow.state, CallRow.lease_until, length)
        .join(RecordingRow, RecordingRow.id == CallRow.recording_id)
        .where(CallRow.state.in_((State.REQUESTED, State.PROCESSING)))
        .order_by(length.desc(), CallRow.attached_at, CallRow.id)
    )
    now = desk.clock()
    with desk.read() as session:
        if request is not None:
            statement = statement.where(CallRow.request_id == row_of(session, request).id)
        ready, held, lengths = list[str](), list[Held](), dict[str, float]()
        for call_id, state, lease_until, seconds in session.execute(statement):
            lengths[call_id] = float(seconds)
            if state == State.REQUESTED or lease_until is None or lease_until < now:
                ready.append(call_id)
            else:
                held.append(Held(call_id, lease_until))
    return Backlog(tuple(ready), tuple(held), lengths)


def standing(desk: Desk, nearest: int = 10) -> Standing:
    """Return a summary of the desk.

    Args:
        desk: The desk.
        nearest: Number of requests with the nearest due dates to include.
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
        # While the clock is stopped, the due date moves by one day every day.
        for due_on in (row.due_on + ((today - row.paused_on) if row.paused_on else timedelta()),)
    )
