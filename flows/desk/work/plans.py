"""Plans of a call as revisions, the decisions on them, and the approval of the last one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.desk.cases.calls import call_of, call_row
from flows.desk.cases.files import MASKED_KINDS, NewFile, masked_digests, name_files
from flows.desk.cases.requests import follow_calls
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotFoundError
from flows.desk.kinds.file_values import FileOwner
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.states import State, Step, step_call
from flows.desk.kinds.values import Actor, Call, FileKind, ListVersions
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, sealed_json, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import ApprovalRow, CallRow, DecisionRow, PlanRow, new_id
from flows.desk.work.decisions import (
    COMPLETE,
    Decision,
    add_decision,
    check_approvable,
    check_read,
    decisions_of,
    found_before,
    made_on,
    on_text,
    who_decided,
)
from flows.desk.work.plan_json import PLAN, digest_of
from flows.files.keyed_digest import NO_DIGEST, Digested, KeyedDigest
from pipeline.types import MaskPlan

__all__ = [
    "COMPLETE",
    "Approval",
    "Decision",
    "StoredPlan",
    "approvals",
    "approve",
    "approved_plan",
    "decide",
    "decisions",
    "get_plan",
    "reopen",
    "reviewed",
    "revise",
    "revisions",
]


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A revision of a call's plan.

    Attributes:
        revision: The desk's number, from 1; ``plan.revision`` counts within one run.
        plan: The plan.
        lists: Versions of the lists that it was made with.
        plan_digest: Keyed digest of its JSON.
        made_at: Time at which it was stored.
    """

    call_id: str
    revision: int
    plan: MaskPlan
    lists: ListVersions
    plan_digest: KeyedDigest
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval of one revision, bound to its plan and its files.

    Attributes:
        plan_digest: Keyed digest of the plan's JSON.
        files: Kind and keyed digest of each masked file of the revision, in order.
        call_id: Id of the call.
        request_id: Id of the request to which the call belonged.
    """

    revision: int
    approved_at: datetime
    approver: str = field(repr=False)
    note: str = field(default="", repr=False)
    plan_digest: KeyedDigest = NO_DIGEST
    files: tuple[tuple[str, KeyedDigest], ...] = ()
    call_id: str = ""
    request_id: str = ""


APPROVAL: Shape[Approval] = Shape(Approval)


def add_plan(change: Change, call_id: str, plan: MaskPlan, lists: ListVersions) -> int:
    """Add a call's next revision within a change; for the other modules of ``flows.desk``.

    Returns:
        The number of the revision.
    """
    last = change.session.scalar(select(func.max(PlanRow.revision)).where(PlanRow.call_id == call_id))
    row = PlanRow(
        id=new_id("p"),
        call_id=call_id,
        revision=(last or 0) + 1,
        made_at=change.now,
        staff_version=lists.staff,
        company_version=lists.company,
        plan_sha256=digest_of(change.session, change.keyring, PLAN.dump_json(plan)),
        audio_sha256=plan.audio_sha256,
        transcript_sha256=change.digest(Digested.TRANSCRIPT, plan.transcript_sha256),
        masked=len(plan.masked),
        kept=len(plan.items) - len(plan.masked),
        to_review=sum(item.needs_review for item in plan.items),
    )
    put_sealed(row, plan, PLAN, change.keyring)
    change.session.add(row)
    change.session.flush()
    return row.revision


def get_plan(desk: Desk, call_id: str, revision: int | None = None) -> StoredPlan:
    """Return a revision of a call's plan, by default the newest.

    Raises:
        NotFoundError: when there is no plan.
    """
    with desk.read() as session:
        return _plan_of(_plan_row(session, call_id, revision), desk.keyring)


def revisions(desk: Desk, call_id: str) -> tuple[StoredPlan, ...]:
    """Return all revisions of a call's plan, oldest first."""
    with desk.read() as session:
        return _revisions(session, call_id, desk.keyring)


def _revisions(session: Session, call_id: str, keyring: Keyring) -> tuple[StoredPlan, ...]:
    statement = select(PlanRow).where(PlanRow.call_id == call_id).order_by(PlanRow.revision)
    return tuple(_plan_of(row, keyring) for row in session.scalars(statement))


def _plan_row(session: Session, call_id: str, revision: int | None) -> PlanRow:
    statement = select(PlanRow).where(PlanRow.call_id == call_id).order_by(PlanRow.revision.desc()).limit(1)
    if revision is not None:
        statement = statement.where(PlanRow.revision == revision)
    row = session.scalars(statement).first()
    if row is None:
        msg = f"{call_id}: 伏せ方の計画がありません"
        raise NotFoundError(msg)
    return row


def _plan_of(row: PlanRow, keyring: Keyring) -> StoredPlan:
    lists = ListVersions(row.staff_version, row.company_version)
    plan = take_sealed(row, PLAN, keyring)
    return StoredPlan(row.call_id, row.revision, plan, lists, KeyedDigest(row.plan_sha256), row.made_at)


def decide(
    desk: Desk, actor: Actor, call_id: str, made: tuple[Decision, ...], *, expected: int | None = None
) -> None:
    """Record decisions; the desk sets the person and the time.

    Args:
        desk: The desk.
        actor: The person who decides.
        call_id: The call's id.
        made: The decisions.
        expected: Number of decisions that the person knew of; ``None`` to skip the check.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when the call is not in review.
        ConflictError: when they were made on an older revision, or somebody else has decided since.
    """
    check_may(actor, May.DECIDE)
    with desk.change(actor) as change:
        call = call_row(change.session, call_id)
        step_call(State(call.state), Step.DECIDE, call_id)
        if any(decision.revision != call.revision for decision in made):
            msg = f"{call_id}: 計画が新しくなっています。読み直してから決めてください"
            raise ConflictError(msg)
        first = _check_count(change.session, call_id, expected) + 1
        for position, decision in enumerate(made, start=first):
            add_decision(change, call_id, position, decision)
        detail = {"decisions": len(made), "revision": call.revision or 0}
        change.record("call.decide", Subject(call.request_id, call_id), detail)


def _check_count(session: Session, call_id: str, expected: int | None) -> int:
    """Return the number of decisions of a call, and refuse another number than expected."""
    count = session.scalar(select(func.count()).where(DecisionRow.call_id == call_id)) or 0
    if expected is not None and count != expected:
        msg = f"{call_id}: ほかの人の決定が先に記録されています。確かめてから、もう一度決めてください"
        raise ConflictError(msg)
    return count


def decisions(desk: Desk, call_id: str) -> tuple[Decision, ...]:
    """Return a call's decisions in the order in which they were made."""
    with desk.read() as session:
        return decisions_of(session, call_id, desk.keyring)


def reviewed(desk: Desk, call_id: str) -> tuple[Call, StoredPlan, tuple[Decision, ...]]:
    """Read a call, its newest plan and all its decisions in one transaction.

    Raises:
        NotFoundError: when there is no such call, or it has no plan yet.
    """
    with desk.read() as session:
        call = call_of(call_row(session, call_id))
        stored = _plan_of(_plan_row(session, call_id, None), desk.keyring)
        return call, stored, decisions_of(session, call_id, desk.keyring)


def revise(  # noqa: PLR0913 (one of them a check that most callers need not)
    desk: Desk,
    actor: Actor,
    call_id: str,
    plan: MaskPlan,
    files: tuple[NewFile, ...],
    *,
    expected: int | None = None,
) -> Call:
    """Store a plan with decisions folded in, and the files made from it, as the newest revision.

    Args:
        desk: The desk.
        actor: The person who decided.
        call_id: The call's id.
        plan: The plan.
        files: The files made from it.
        expected: Number of decisions of the call when they were folded in.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when the call is not in review.
        ConflictError: when somebody has decided since, because that decision would be in no plan.
    """
    check_may(actor, May.DECIDE)
    with desk.change(actor) as change:
        row = call_row(change.session, call_id)
        step_call(State(row.state), Step.DECIDE, call_id)
        _check_count(change.session, call_id, expected)
        before = _plan_row(change.session, call_id, None)
        lists = ListVersions(before.staff_version, before.company_version)
        row.revision = add_plan(change, call_id, plan, lists)
        name_files(change, desk, FileOwner(row.request_id, call_id, row.revision), files)
        detail = {"revision": row.revision, "files": len(files)}
        change.record("call.revise", Subject(row.request_id, call_id), detail)
        return call_of(row)


def approve(desk: Desk, actor: Actor, call_id: str, revision: int, note: str = "") -> Call:
    """Approve the present plan and masked files of a revision.

    Args:
        desk: The desk.
        actor: An approver who has not decided on the call, unless ``review_one_person`` is set.
        call_id: The call's id.
        revision: The revision that the approver has checked.
        note: A note in words.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when the call is not in review, its review is not complete, the approver has
            decided on it, or a masked file of the revision is missing.
        ReviewRuleError: when an item of the plan is undecided or waits for a second person, or more than a
            trim of a found mask is audible again without a reason.
        ConflictError: when it is not the newest revision, or a decision is not in it.
    """
    check_may(actor, May.APPROVE)
    with desk.change(actor) as change:
        row = call_row(change.session, call_id)
        after = step_call(State(row.state), Step.APPROVE, call_id)
        if row.revision != revision:
            msg = f"{call_id}: 計画が新しくなっています。読み直してから承認してください"
            raise ConflictError(msg)
        stored = _plan_of(_plan_row(change.session, call_id, revision), change.keyring)
        _check_reviewed(desk, change, stored)
        files = masked_digests(change.session, call_id, revision)
        if {kind for kind, _ in files} != set(MASKED_KINDS) | _visit_kinds(stored.plan):
            msg = f"{call_id}: この版から伏せた写しがそろっていません。写しを作り直してから承認してください"
            raise ImpossibleStepError(msg)
        whole = Approval(
            revision, change.now, actor.name, note, stored.plan_digest, files, call_id, row.request_id
        )
        approval = ApprovalRow(id=new_id("a"), call_id=call_id, revision=revision, approved_at=change.now)
        put_sealed(approval, whole, APPROVAL, change.keyring)
        change.session.add(approval)
        row.state, row.state_since = after, change.now
        follow_calls(change, row.request_id)
        detail: dict[str, str | int] = {
            "revision": revision,
            "files": len(files),
            "plan": stored.plan_digest,
        }
        change.record("call.approve", Subject(row.request_id, call_id), detail)
        return call_of(row)


def _visit_kinds(plan: MaskPlan) -> set[FileKind]:
    """Return the kind of the sound that is heard in person, where the plan has such a voice."""
    return {FileKind.VISIT_AUDIO} if plan.heard_in_person else set()


def _check_reviewed(desk: Desk, change: Change, stored: StoredPlan) -> None:
    """Check that a revision's review is complete, and that the approver did not decide on it."""
    call_id = stored.call_id
    _check_folded(change.session, call_id, stored.revision)
    everything = decisions_of(change.session, call_id, change.keyring)
    plans = [(each.revision, each.plan) for each in _revisions(change.session, call_id, change.keyring)]
    found = found_before(plans, everything, stored.revision)
    check_approvable(call_id, stored.plan, made_on(everything, stored.revision), found)
    if desk.settings.review_text == "required":
        texts = [(revision, plan.transcript_sha256) for revision, plan in plans]
        check_read(on_text(texts, everything, stored.plan.transcript_sha256))
    if change.actor.name in who_decided(everything) and not desk.settings.review_one_person:
        msg = f"{call_id}: この通話で決定をした人は承認できません。別の承認者が行ってください"
        raise ImpossibleStepError(msg)


def approved_plan(desk: Desk, call_id: str) -> tuple[StoredPlan, Approval]:
    """Return the approved plan and its approval, after checking that both are unchanged.

    Raises:
        ImpossibleStepError: when the call is not approved, or when the request, the newest
            revision, the plan or a masked file differs from what was approved.
    """
    with desk.read() as session:
        return approved_of(session, call_row(session, call_id), desk.keyring)


def approved_of(session: Session, row: CallRow, keyring: Keyring) -> tuple[StoredPlan, Approval]:
    """Return the approved plan within a session, as ``approved_plan``; for ``flows.desk``."""
    if State(row.state) is not State.APPROVED:
        msg = f"{row.id}: 承認されていません。いまの状態は「{State(row.state).label}」です"
        raise ImpossibleStepError(msg)
    found = _approvals(session, row.id, keyring)
    newest = _plan_row(session, row.id, None)
    stored = _plan_of(newest, keyring)
    # Digest of the sealed bytes, because a later version may serialise the same plan differently.
    plan_digest = digest_of(session, keyring, sealed_json(newest, keyring))
    files = masked_digests(session, row.id, stored.revision)
    now = (row.revision, stored.revision, stored.plan_digest, plan_digest, files)
    last = found[-1] if found else None
    if last is not None and (last.call_id, last.request_id) != (row.id, row.request_id):
        msg = f"{row.id}: 承認はこの請求のこの通話のものではありません"
        raise ImpossibleStepError(msg)
    if last is None or now != (*[last.revision] * 2, *[last.plan_digest] * 2, last.files):
        msg = f"{row.id}: 承認の後に計画か写しが変わっています。確認に差し戻し、もう一度承認してください"
        raise ImpossibleStepError(msg)
    return stored, last


def _check_folded(session: Session, call_id: str, revision: int) -> None:
    """Check that a plan contains every decision on a revision; completions change no plan."""
    statement = select(DecisionRow.id).where(
        DecisionRow.call_id == call_id, DecisionRow.revision == revision, DecisionRow.action != COMPLETE
    )
    if session.scalars(statement).first() is not None:
        msg = f"{call_id}: 写しにまだ反映されていない決定があります。確認を終えてから承認してください"
        raise ConflictError(msg)


def approvals(desk: Desk, call_id: str) -> tuple[Approval, ...]:
    """Return a call's approvals, oldest first."""
    with desk.read() as session:
        return _approvals(session, call_id, desk.keyring)


def _approvals(session: Session, call_id: str, keyring: Keyring) -> tuple[Approval, ...]:
    statement = select(ApprovalRow).where(ApprovalRow.call_id == call_id).order_by(ApprovalRow.approved_at)
    return tuple(take_sealed(row, APPROVAL, keyring) for row in session.scalars(statement))


def reopen(desk: Desk, actor: Actor, call_id: str) -> Call:
    """Take an approved call back into review.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when it is not approved.
    """
    check_may(actor, May.DECIDE)
    with desk.change(actor) as change:
        row = call_row(change.session, call_id)
        row.state, row.state_since = step_call(State(row.state), Step.REOPEN, call_id), change.now
        follow_calls(change, row.request_id)
        change.record("call.reopen", Subject(row.request_id, call_id), {"revision": row.revision or 0})
        return call_of(row)
