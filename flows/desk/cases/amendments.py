"""Amendments of a request before it is answered; the earlier content is kept, sealed, with the reason.

The requester's own data determine the masks, so calls masked with other data go back into the queue.  The
identity was checked against papers, so another name, address or agent needs another check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.desk.cases.identity import checkers_of, write_check
from flows.desk.cases.mask_again import MASKED_WITH, mask_again
from flows.desk.cases.notes import NOTE_CONTENT, NoteContent, select_notes, write_note
from flows.desk.cases.requests import CONTENT, calls_of, request_of, row_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.terms import add_unique, replace_terms
from flows.desk.kinds.bounds import check_request
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotIdentifiedError
from flows.desk.kinds.search_terms import request_terms
from flows.desk.kinds.states import State, Step, check_open
from flows.desk.kinds.values import JAPAN, Actor, IdentityCheck, NewRequest, NoteKind, Request
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.tables import RequestRow
from pipeline.call_case import Requester


@dataclass(frozen=True, slots=True)
class NewAmendment:
    """A change of a request.

    Attributes:
        content: The whole request as it should read; whether the fee was paid is recorded elsewhere.
        reason: Reason for the change.
        seen: Number of amendments that the person had seen.
        check: Identity check of a requester or agent whose name changes.
    """

    content: NewRequest = field(repr=False)
    reason: str = field(repr=False)
    seen: int
    check: IdentityCheck | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A recorded amendment: when, by whom and why, and the earlier content of the request."""

    at: datetime
    by: str = field(repr=False)
    reason: str = field(repr=False)
    before: NewRequest = field(repr=False)


def changed(before: NewRequest, after: NewRequest) -> tuple[str, ...]:
    """Return the names of the fields in which two requests differ."""
    return tuple(_changed(before, after))


def _changed(before: NewRequest, after: NewRequest) -> Iterator[str]:
    for one in fields(Requester):
        if getattr(before.requester, one.name) != getattr(after.requester, one.name):
            yield one.name
    for one in fields(NewRequest):
        same = getattr(before, one.name) == getattr(after, one.name)
        if not same and one.name not in {"requester", "fee_paid"}:
            yield one.name


def needs_check(before: NewRequest, after: NewRequest) -> bool:
    """Return whether the requester or agent changes, so that an earlier check is void."""
    return _who(before) != _who(after)


def _who(new: NewRequest) -> tuple[object, ...]:
    agent = new.agent
    return (
        [name.text for name in new.requester.names],
        [place.text for place in new.requester.addresses],
        None if agent is None else (agent.name.text, agent.authority),
    )


def amendments(desk: Desk, request: str) -> tuple[Amendment, ...]:
    """Return a request's amendments, oldest first.

    Args:
        desk: The desk.
        request: Id or public number.
    """
    with desk.read() as session:
        written = session.scalars(select_notes(row_of(session, request).id, NoteKind.AMEND))
        notes = [(note.at, take_sealed(note, NOTE_CONTENT, desk.keyring)) for note in written]
    return tuple(Amendment(at, said.by, said.text, CONTENT.validate_json(said.before)) for at, said in notes)


def amend(desk: Desk, actor: Actor, request: str, new: NewAmendment) -> Request:
    """Amend a request that is not answered yet.

    Args:
        desk: The desk.
        actor: The person who amends it.
        request: Id or public number.
        new: The change with its reason.

    Raises:
        ConflictError: when nothing changes, no reason is given, or another change came first.
        ImpossibleStepError: when the request is closed, or an approved call rests on the requester's data.
        NotIdentifiedError: when the requester or agent changes without a new check, or the company requires
            two people for a check.
        DuplicateError: when another request has the same number of the company's own.
        OutOfBoundsError: when a value is out of bounds.
    """
    check_request(new.content)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        check_open(State(row.state), Step.AMEND, row.number)
        before = take_sealed(row, CONTENT, change.keyring)
        after = replace(new.content, fee_paid=before.fee_paid)
        told = changed(before, after)
        _check_amendment(change.session, row, new, told)
        if needs_check(before, after):
            _check_identity(change, desk, row, new.check)
        queued = _mask_again(change, row) if set(told) & {one.name for one in fields(Requester)} else 0
        _write(change, row, before, after)
        said = NoteContent(actor.name, new.reason.strip(), before=CONTENT.dump_json(before).decode())
        write_note(change, row, NoteKind.AMEND, said)
        detail: dict[str, str | int] = {"fields": ",".join(told), "requeued": queued}
        change.record("request.amend", Subject(row.id), detail | {"due_on": row.due_on.isoformat()})
        return request_of(change.session, row, change.keyring)


def _check_amendment(session: Session, row: RequestRow, new: NewAmendment, told: tuple[str, ...]) -> None:
    made = (
        session.scalar(select(func.count()).select_from(select_notes(row.id, NoteKind.AMEND).subquery())) or 0
    )
    if made != new.seen:
        msg = f"{row.number}: ほかの人が先に訂正しました。いまの内容を確かめてから、もう一度行ってください"
        raise ConflictError(msg)
    if not told:
        msg = f"{row.number}: 変わった所がありません"
        raise ConflictError(msg)
    if not new.reason.strip():
        msg = f"{row.number}: 訂正の理由がありません"
        raise ConflictError(msg)


def _check_identity(change: Change, desk: Desk, row: RequestRow, check: IdentityCheck | None) -> None:
    """Record the check of a new requester or agent, where an earlier one was checked before.

    Raises:
        NotIdentifiedError: when it is missing, or one person's check is not enough.
    """
    if not checkers_of(change, row.id):
        return
    if desk.settings.identity_two_people:
        told = "本人確認に二人が要るため、本人確認の後に本人や代理人は訂正できません"
        msg = f"{row.number}: {told}。取り下げて受け付け直してください"
        raise NotIdentifiedError(msg)
    if check is None:
        msg = f"{row.number}: 氏名、住所、代理人を訂正するときは、本人確認も記録し直してください"
        raise NotIdentifiedError(msg)
    write_check(change, row.id, check)
    detail = {"method": check.method.value, "complete": 1}
    change.record("request.identify", Subject(row.id), detail)


def _mask_again(change: Change, row: RequestRow) -> int:
    """Put the calls that were masked with the old data back into the queue; return their number."""
    calls = calls_of(change.session, row.id)
    if any(call.state == State.APPROVED for call in calls):
        told = "承認済の通話は、いまの本人の情報で伏せています。先に確認へ差し戻してください"
        msg = f"{row.number}: {told}"
        raise ImpossibleStepError(msg)
    return mask_again(change, row.id, [call for call in calls if State(call.state) in MASKED_WITH])


def _write(change: Change, row: RequestRow, before: NewRequest, after: NewRequest) -> None:
    was, now = (each.received_at.astimezone(JAPAN).date() for each in (before, after))
    row.due_on += now - was
    row.channel, row.received_at, row.fee_yen = after.channel, after.received_at, after.fee_yen
    row.wanted, row.delivery = after.wanted, after.delivery
    if before.reference != after.reference:
        add_unique(change, row.id, "reference", after.reference)
    replace_terms(change, row.id, request_terms(after))
    put_sealed(row, after, CONTENT, change.keyring)
