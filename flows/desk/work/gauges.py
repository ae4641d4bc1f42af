"""Counts of a desk for a company's monitoring: states, kinds of failure and times, no ids or names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.states import CLOSED, State
from flows.desk.kinds.values import JAPAN
from flows.desk.storage.tables import CallRow, PlanRow, RequestRow
from flows.desk.work.backlog import standing


@dataclass(frozen=True, slots=True)
class Gauges:
    """Counts of a desk at one moment.

    Attributes:
        calls: Number of calls in each state.
        requests: Number of requests in each state.
        failures: Number of failed calls by error code.
        to_review: Number of doubtful items of the calls in review.
        overdue: Number of open requests whose due date has passed and whose clock is not stopped.
        silent: Number of calls whose worker has not renewed its claim for the length of a claim.
        longest_wait: Seconds that the call waits which has waited longest to be masked; 0 when none waits.
        last_masked: Time of the newest plan.
    """

    calls: Mapping[State, int]
    requests: Mapping[State, int]
    failures: Mapping[str, int]
    to_review: int
    overdue: int
    silent: int
    longest_wait: float
    last_masked: datetime | None


def gauges(desk: Desk) -> Gauges:
    """Return the counts of a desk.

    Args:
        desk: The desk.

    Raises:
        DeskError: when it cannot be read.
    """
    now = desk.clock()
    late = RequestRow.state.not_in(CLOSED) & RequestRow.paused_on.is_(None)
    late &= RequestRow.due_on < now.astimezone(JAPAN).date()
    lost = (CallRow.state == State.PROCESSING) & (CallRow.lease_until < now)
    stand = standing(desk, nearest=0)
    with desk.read() as session:
        by_state = session.execute(select(RequestRow.state, func.count()).group_by(RequestRow.state))
        by_kind = session.execute(
            select(CallRow.failure_kind, func.count())
            .where(CallRow.state == State.FAILED)
            .group_by(CallRow.failure_kind)
        )
        since = session.scalar(select(func.min(CallRow.state_since)).where(CallRow.state == State.REQUESTED))
        return Gauges(
            calls=stand.calls,
            requests={State(state): count for state, count in by_state},
            failures={kind or "unknown": count for kind, count in by_kind},
            to_review=stand.to_review,
            overdue=session.scalar(select(func.count()).where(late)) or 0,
            silent=session.scalar(select(func.count()).where(lost)) or 0,
            longest_wait=0.0 if since is None else max(0.0, (now - since).total_seconds()),
            last_masked=session.scalar(select(func.max(PlanRow.made_at))),
        )
