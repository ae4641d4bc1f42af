"""Requests: receipt, identity check, due date, notes, withholding, withdrawal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.cases.notes import NOTE_CONTENT, NoteContent, notes_of, write_note
from flows.desk.cases.numbers import is_request_number, next_request_number
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.terms import add_terms, add_unique, find_subjects
from flows.desk.kinds.bounds import check_day, check_request, check_text
from flows.desk.kinds.errors import ConflictError, NotFoundError
from flows.desk.kinds.search_terms import request_terms
from flows.desk.kinds.states import State, Step, check_open, state_of_request, step_call, step_request
from flows.desk.kinds.values import (
    JAPAN,
    Actor,
    Answer,
    IdentityCheck,
    NewRequest,
    Note,
    NoteKind,
    Request,
)
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import CallRow, IdentityRow, RequestRow, new_id
from flows.settings import Settings

__all__ = [
    "RequestQuery",
    "add_note",
    "extend",
    "find",
    "get",
    "list_requests",
    "mark_fee_paid",
    "notes",
    "pause",
    "receive",
    "receive_all",
    "receive_within",
    "record_identity",
    "resume",
    "withdraw",
    "withhold",
]

CONTENT: Shape[NewRequest] = Shape(NewRequest)


@dataclass(frozen=True, slots=True)
class RequestQuery:
    """Conditions of a search for requests; all that are set must hold."""

    number: str = field(default="", repr=False)
    member_number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    states: tuple[State, ...] = ()


def receive(desk: Desk, actor: Actor, new: NewRequest) -> Request:
    """Take a request in.

    Args:
        desk: The desk.
        actor: The person who takes it in.
        new: The request.

    Returns:
        The request with its public number and due date.

    Raises:
        DuplicateError: when its ``reference`` was taken in before.
    """
    return receive_all(desk, actor, [new])[0]


def receive_all(desk: Desk, actor: Actor, news: Sequence[NewRequest]) -> tuple[Request, ...]:
    """Take several requests in, all of them or none.

    Raises:
        DuplicateError: when a ``reference`` was taken in before, or occurs twice.
    """
    with desk.change(actor) as change:
        return tuple(receive_within(change, new, desk.settings) for new in news)


def receive_within(change: Change, new: NewRequest, settings: Settings) -> Request:
    """Take a request in within a change; for the other modules of ``flows.desk``."""
    check_request(new)
    received_on = new.received_at.astimezone(JAPAN).date()
    row = RequestRow(
        id=new_id("q"),
        number=next_request_number(change.session, settings, received_on.year),
        state=State.RECEIVED,
        channel=new.channel,
        received_at=new.received_at,
        due_on=received_on + timedelta(days=settings.due_days),
        paused_on=None,
        wanted=new.wanted,
        delivery=new.delivery,
        fee_yen=new.fee_yen,
        fee_paid=new.fee_paid,
        state_since=change.now,
        legal_hold=False,
    )
    put_sealed(row, new, CONTENT, change.keyring)
    change.session.add(row)
    change.session.flush()
    if new.reference:
        add_unique(change, row.id, "reference", new.reference)
    add_terms(change, row.id, request_terms(new))
    detail: dict[str, str | int] = {
        "number": row.number,
        "due_on": row.due_on.isoformat(),
        "agent": int(new.agent is not None),
    }
    change.record("request.receive", Subject(row.id), detail)
    return request_of(change.session, row, change.keyring)


def get(desk: Desk, request: str) -> Request:
    """Return a request by its id or public number.

    Raises:
        NotFoundError: when there is no such request.
    """
    with desk.read() as session:
        return request_of(session, row_of(session, request), desk.keyring)


def list_requests(desk: Desk, states: Iterable[State] = ()) -> tuple[Request, ...]:
    """List requests in some states, or all, ordered by due date."""
    return find(desk, RequestQuery(states=tuple(states)))


def find(desk: Desk, query: RequestQuery) -> tuple[Request, ...]:
    """Return the requests that match a query, ordered by due date."""
    terms = [("number", query.number), ("member", query.member_number), ("name", query.name)]
    with desk.read() as session:
        statement = select(RequestRow).order_by(RequestRow.due_on, RequestRow.number)
        if query.states:
            statement = statement.where(RequestRow.state.in_(query.states))
        for kind, value in terms:
            if value:
                named = find_subjects(session, desk.keyring, kind, value)
                statement = statement.where(RequestRow.id.in_(named))
        return tuple(request_of(session, row, desk.keyring) for row in session.scalars(statement))


def record_identity(desk: Desk, actor: Actor, request: str, check: IdentityCheck) -> Request:
    """Record an identity check of the requester.

    When the company requires two people, the request counts as identified after a second person has recorded
    a check too.

    Args:
        desk: The desk.
        actor: The person who checked.
        request: Id or public number.
        check: The check.

    Raises:
        ImpossibleStepError: when the request's state does not allow it.
        ConflictError: when the same person records it a second time.
        OutOfBoundsError: when its date, or its note, is out of bounds.
    """
    check_day(check.checked_at.date())
    check_text(check.note)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        after = step_request(State(row.state), Step.IDENTIFY, row.number)
        checkers = {said.by for said in _checks(change, row.id)}
        if actor.name in checkers:
            msg = f"{row.number}: 本人確認は別の担当者が記録してください"
            raise ConflictError(msg)
        identity = IdentityRow(
            id=new_id("i"),
            request_id=row.id,
            method=check.method,
            checked_at=check.checked_at,
            recorded_at=change.now,
        )
        put_sealed(identity, NoteContent(actor.name, check.note), NOTE_CONTENT, change.keyring)
        change.session.add(identity)
        enough = len(checkers) + 1 >= (2 if desk.settings.identity_two_people else 1)
        if enough:
            set_request_state(change, row, after)
        detail = {"method": check.method.value, "complete": int(enough)}
        change.record("request.identify", Subject(row.id), detail)
        return request_of(change.session, row, change.keyring)


def _checks(change: Change, request_id: str) -> tuple[NoteContent, ...]:
    rows = change.session.scalars(select(IdentityRow).where(IdentityRow.request_id == request_id))
    return tuple(take_sealed(row, NOTE_CONTENT, change.keyring) for row in rows)


def pause(desk: Desk, actor: Actor, request: str, reason: str) -> Request:
    """Stop a request's clock, for example while papers are missing.

    Raises:
        ImpossibleStepError: when the request is closed.
        ConflictError: when the clock is stopped already.
    """
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        check_open(State(row.state), Step.CLOCK, row.number)
        if row.paused_on is not None:
            msg = f"{row.number}: 期限はすでに停止しています"
            raise ConflictError(msg)
        row.paused_on = change.now.astimezone(JAPAN).date()
        return _noted(change, row, NoteKind.PAUSE, reason)


def resume(desk: Desk, actor: Actor, request: str, reason: str = "") -> Request:
    """Start a request's clock again; the due date moves by the days for which it was stopped.

    Raises:
        ImpossibleStepError: when the request is closed.
        ConflictError: when the clock is running.
    """
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        check_open(State(row.state), Step.CLOCK, row.number)
        if row.paused_on is None:
            msg = f"{row.number}: 期限は停止していません"
            raise ConflictError(msg)
        row.due_on += change.now.astimezone(JAPAN).date() - row.paused_on
        row.paused_on = None
        return _noted(change, row, NoteKind.RESUME, reason)


def extend(desk: Desk, actor: Actor, request: str, due_on: date, reason: str) -> Request:
    """Set a later due date, with the reason stated to the requester.

    Raises:
        ImpossibleStepError: when the request is closed.
        ConflictError: when the date is not later.
        OutOfBoundsError: when the date, or the reason, is out of bounds.
    """
    check_day(due_on)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        check_open(State(row.state), Step.CLOCK, row.number)
        if due_on <= row.due_on:
            msg = f"{row.number}: 新しい期限がいまの期限より後ではありません"
            raise ConflictError(msg)
        row.due_on = due_on
        return _noted(change, row, NoteKind.EXTEND, reason)


def add_note(desk: Desk, actor: Actor, request: str, text: str) -> Request:
    """Add a note."""
    with desk.change(actor) as change:
        return _noted(change, row_of(change.session, request), NoteKind.REMARK, text)


def _noted(change: Change, row: RequestRow, kind: NoteKind, text: str) -> Request:
    write_note(change, row, kind, NoteContent(change.actor.name, text))
    change.record(f"request.{kind}", Subject(row.id), {"due_on": row.due_on.isoformat()})
    return request_of(change.session, row, change.keyring)


def notes(desk: Desk, request: str) -> tuple[Note, ...]:
    """Return a request's notes, oldest first."""
    with desk.read() as session:
        return tuple(notes_of(session, desk.keyring, row_of(session, request).id).values())


def mark_fee_paid(desk: Desk, actor: Actor, request: str, *, paid: bool = True) -> Request:
    """Record that the fee (38条) was paid."""
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        row.fee_paid = paid
        change.record("request.fee", Subject(row.id), {"paid": int(paid)})
        return request_of(change.session, row, change.keyring)


def withdraw(desk: Desk, actor: Actor, request: str, reason: str) -> Request:
    """Record that the requester withdraws the request; its calls are not processed any more."""
    return _end(desk, actor, request, Step.WITHDRAW, NoteContent(actor.name, reason))


def withhold(
    desk: Desk, actor: Actor, request: str, reason: str, answer: Answer = Answer.WITHHELD
) -> Request:
    """Decide to disclose nothing of a request; the letter contains the reason (33条3項, 36条).

    Args:
        desk: The desk.
        actor: The person who decides.
        request: Id or public number.
        reason: Reason for the requester.
        answer: 不開示, 不存在 (no such data) or 方法変更 (another way of disclosure).  A later decision
            replaces an earlier one.

    Raises:
        ConflictError: when the kind of answer discloses something.
        ImpossibleStepError: when the request's state does not allow it.
    """
    if answer in {Answer.FULL, Answer.PARTIAL}:
        msg = f"回答の種類は {'、'.join(each.label for each in list(Answer)[2:])} のどれかです"
        raise ConflictError(msg)
    return _end(desk, actor, request, Step.WITHHOLD, NoteContent(actor.name, reason, code=answer.value))


def _end(desk: Desk, actor: Actor, request: str, step: Step, note: NoteContent) -> Request:
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        after = step_request(State(row.state), step, row.number)
        for call in calls_of(change.session, row.id):
            if State(call.state) not in {State.RELEASED, after, State.WITHDRAWN}:
                call.state = step_call(State(call.state), step, call.id)
                call.state_since, call.claim_token, call.lease_until = change.now, None, None
        set_request_state(change, row, after)
        kind = NoteKind.WITHHOLD if step is Step.WITHHOLD else NoteKind.REMARK
        write_note(change, row, kind, note)
        change.record(f"request.{step}", Subject(row.id), {"answer": note.code} if note.code else {})
        return request_of(change.session, row, change.keyring)


# ---- for the other modules of flows.desk ----


def row_of(session: Session, request: str) -> RequestRow:
    """Return the row of a request's id or public number."""
    column = RequestRow.number if is_request_number(request) else RequestRow.id
    row = session.scalars(select(RequestRow).where(column == request)).one_or_none()
    if row is None:
        msg = "その番号の請求はありません"
        raise NotFoundError(msg)
    return row


def calls_of(session: Session, request_id: str) -> Sequence[CallRow]:
    """Return the rows of a request's calls, in the order in which they were attached."""
    statement = select(CallRow).where(CallRow.request_id == request_id)
    return session.scalars(statement.order_by(CallRow.attached_at, CallRow.id)).all()


def request_of(session: Session, row: RequestRow, keyring: Keyring) -> Request:
    """Turn a row into the public value."""
    return Request(
        request_id=row.id,
        number=row.number,
        state=State(row.state),
        due_on=row.due_on,
        paused_on=row.paused_on,
        legal_hold=row.legal_hold,
        calls=tuple(call.id for call in calls_of(session, row.id)),
        content=replace(take_sealed(row, CONTENT, keyring), fee_paid=row.fee_paid),
        answer=_answer(session, row, keyring) if row.state == State.WITHHELD else None,
    )


def _answer(session: Session, row: RequestRow, keyring: Keyring) -> Answer | None:
    """Return the last decision to withhold the whole request, or ``None`` if only calls were withheld."""
    told = notes_of(session, keyring, row.id, NoteKind.WITHHOLD).values()
    whole = [note for note in told if not note.about]
    return Answer(whole[-1].code or Answer.WITHHELD) if whole else None


def set_request_state(change: Change, row: RequestRow, state: State) -> None:
    """Set a request's state and the time of the change."""
    if row.state != state:
        row.state, row.state_since = state, change.now


def follow_calls(change: Change, request_id: str) -> None:
    """Set a request's state according to the states of its calls."""
    row = change.session.get_one(RequestRow, request_id)
    change.session.flush()
    states = [State(call.state) for call in calls_of(change.session, request_id)]
    set_request_state(change, row, state_of_request(states))
