"""Claims, so that one worker at a time masks a call.

A claim expires after a while unless its worker renews it.  The claim of a killed worker expires, and the
next worker takes the call; results that the first one still hands in are refused.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from flows.desk.cases.calls import call_of, call_row
from flows.desk.cases.files import NewFile, name_files
from flows.desk.cases.requests import follow_calls
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.errors import ClaimLostError, ImpossibleStepError
from flows.desk.kinds.file_values import FileOwner
from flows.desk.kinds.states import State, Step, step_call
from flows.desk.kinds.values import Actor, Call, ListVersions
from flows.desk.storage.tables import CallRow, RecordingRow, RequestRow
from flows.desk.work.holding import claim_text
from flows.desk.work.plans import add_plan
from pipeline.types import MaskPlan

WORKER_LOST = "worker_lost"


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to a call.

    Attributes:
        attempt: Number of the attempt since the call was put into the queue, from 1.
        lease_until: Time at which the claim expires unless ``extend_claim`` renews it.
        token: Secret that proves the claim.
    """

    call_id: str
    request_id: str
    attempt: int
    lease_until: datetime
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Processed:
    """The result of masking a call.

    Attributes:
        plan: The plan.
        lists: Versions of the lists that the plan was made with (``calls.case_of``).
        files: The files, which are in the store.
        counts: Counts for the audit log, such as of segments and findings.
    """

    plan: MaskPlan
    lists: ListVersions
    files: tuple[NewFile, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


def claim_call(desk: Desk, actor: Actor, call_id: str | None = None) -> Claim | None:
    """Claim a call.

    Args:
        desk: The desk.
        actor: The worker.
        call_id: A certain call; by default the one with the earliest due date, among the queue and the calls
            of killed workers.

    Returns:
        The claim; ``None`` when there is no call to mask.

    Raises:
        ImpossibleStepError: when the certain call is not to be masked, or another worker has it.
    """
    with desk.change(actor) as change:
        while True:
            row = _next(change) if call_id is None else _certain(change, call_id)
            if row is None:
                return None
            if row.state == State.PROCESSING and row.attempts >= desk.settings.attempts:
                reason = f"処理中に作業プロセスが{row.attempts}回止まりました"
                _set_aside(change, row, Failure(WORKER_LOST, reason))
                if call_id is None:
                    continue
                return None
            return _claim(change, row, desk.settings.lease_seconds)


def _next(change: Change) -> CallRow | None:
    statement = (
        select(CallRow)
        .join(RequestRow, RequestRow.id == CallRow.request_id)
        .where(
            or_(
                CallRow.state == State.REQUESTED,
                (CallRow.state == State.PROCESSING) & (CallRow.lease_until < change.now),
            )
        )
        .order_by(RequestRow.due_on, CallRow.attached_at, CallRow.id)
        .limit(1)
    )
    return change.session.scalars(statement).first()


def _certain(change: Change, call_id: str) -> CallRow:
    row = call_row(change.session, call_id)
    step_call(State(row.state), Step.CLAIM, call_id)
    if row.state == State.PROCESSING and row.lease_until is not None and row.lease_until >= change.now:
        msg = f"{call_id}: 別の作業プロセスが{claim_text(row.lease_until, change.now)}"
        raise ImpossibleStepError(msg)
    return row


def _claim(change: Change, row: CallRow, lease_seconds: int) -> Claim:
    taken_over = row.state == State.PROCESSING
    row.state, row.state_since = step_call(State(row.state), Step.CLAIM, row.id), change.now
    row.attempts += 1
    row.claim_token = secrets.token_hex(16)
    row.lease_until = change.now + timedelta(seconds=lease_seconds)
    follow_calls(change, row.request_id)
    subject = change.file(row.request_id, row.id, row.sha256)
    change.record("call.claim", subject, {"attempt": row.attempts, "taken_over": int(taken_over)})
    return Claim(row.id, row.request_id, row.attempts, row.lease_until, row.claim_token)


def extend_claim(desk: Desk, actor: Actor, claim: Claim) -> Claim:
    """Renew a claim for another ``lease_seconds``.

    Raises:
        ClaimLostError: when the call is no longer this worker's.
    """
    with desk.change(actor) as change:
        row = _held_row(change, claim)
        row.lease_until = change.now + timedelta(seconds=desk.settings.lease_seconds)
        return Claim(row.id, row.request_id, claim.attempt, row.lease_until, claim.token)


def _held_row(change: Change, claim: Claim) -> CallRow:
    row = call_row(change.session, claim.call_id)
    if row.state != State.PROCESSING or row.claim_token != claim.token:
        msg = f"{claim.call_id}: この作業プロセスの担当ではなくなりました"
        raise ClaimLostError(msg)
    return row


def finish_processing(desk: Desk, actor: Actor, claim: Claim, processed: Processed) -> Call:
    """Store the plan and the files of a masked call, which then waits for review.

    Repeating it changes nothing.

    Raises:
        ClaimLostError: when the call is no longer this worker's; the files are swept later.
    """
    with desk.change(actor) as change:
        row = call_row(change.session, claim.call_id)
        if row.state == State.IN_REVIEW and row.claim_token == claim.token:
            return call_of(row)
        row = _held_row(change, claim)
        row.revision = add_plan(change, row.id, processed.plan, processed.lists)
        name_files(change, desk, FileOwner(row.request_id, row.id, row.revision), processed.files)
        row.state, row.state_since = step_call(State.PROCESSING, Step.FINISH, row.id), change.now
        row.lease_until, row.failure_kind, row.failure_reason = None, None, None
        _tell_length(change, row, processed.counts)
        follow_calls(change, row.request_id)
        counts = dict(processed.counts) | {"revision": row.revision, "files": len(processed.files)}
        change.record("call.finish", Subject(row.request_id, row.id), counts)
        return call_of(row)


def _tell_length(change: Change, row: CallRow, counts: Mapping[str, int]) -> None:
    """Add the measured length to a catalogue entry without a length."""
    recording = change.session.get_one(RecordingRow, row.recording_id)
    if recording.duration is None and counts.get("seconds"):
        recording.duration = float(counts["seconds"])


@dataclass(frozen=True, slots=True)
class Failure:
    """Failure of a call: the code and the Japanese message of a ``PipelineError``, without personal data."""

    code: str
    reason: str


def fail_call(desk: Desk, actor: Actor, claim: Claim, failure: Failure, *, retry: bool = False) -> Call:
    """Record that masking a call failed.

    Args:
        desk: The desk.
        actor: The worker.
        claim: Its claim.
        failure: The failure.
        retry: Whether the call goes back into the queue, up to the ``attempts`` of the settings.

    Returns:
        The call: requested again, or failed.

    Raises:
        ClaimLostError: when the call is no longer this worker's.
    """
    with desk.change(actor) as change:
        row = _held_row(change, claim)
        if retry and row.attempts < desk.settings.attempts:
            _put_back(change, row)
            row.failure_kind, row.failure_reason = failure.code, failure.reason
        else:
            _set_aside(change, row, failure)
        return call_of(row)


def release_claim(desk: Desk, actor: Actor, claim: Claim) -> Call:
    """Put a call back into the queue without counting an attempt, for example when a worker is stopped."""
    with desk.change(actor) as change:
        row = _held_row(change, claim)
        row.attempts -= 1
        _put_back(change, row)
        return call_of(row)


def _put_back(change: Change, row: CallRow) -> None:
    row.state, row.state_since = step_call(State(row.state), Step.REQUEUE, row.id), change.now
    row.claim_token, row.lease_until = None, None
    follow_calls(change, row.request_id)
    change.record("call.requeue", Subject(row.request_id, row.id), {"attempt": row.attempts})


def _set_aside(change: Change, row: CallRow, failure: Failure) -> None:
    row.state, row.state_since = step_call(State(row.state), Step.FAIL, row.id), change.now
    row.claim_token, row.lease_until = None, None
    row.failure_kind, row.failure_reason = failure.code, failure.reason
    follow_calls(change, row.request_id)
    detail: dict[str, str | int] = {"kind": failure.code, "attempt": row.attempts}
    change.record("call.fail", Subject(row.request_id, row.id), detail)
