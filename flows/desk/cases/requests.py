"""Requests: receipt, identity check, due date, notes, withholding, withdrawal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.cases.notes import notes_of
from flows.desk.cases.numbers import is_request_number, next_request_number
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.terms import add_terms, add_unique, find_subjects
from flows.desk.kinds.bounds import check_request
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.search_terms import request_terms
from flows.desk.kinds.states import State, state_of_request
from flows.desk.kinds.values import (
    JAPAN,
    Actor,
    Answer,
    NewRequest,
    Note,
    NoteKind,
    Request,
)
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import CallRow, RequestRow, new_id
from flows.settings import Settings

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


def notes(desk: Desk, request: str) -> tuple[Note, ...]:
    """Return a request's notes, oldest first."""
    with desk.read() as session:
        return tuple(notes_of(session, desk.keyring, row_of(session, request).id).values())


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
