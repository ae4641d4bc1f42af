"""The ledger (開示台帳): every request from receipt to delivery, for approvers and administrators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.answers.places import places
from flows.desk.answers.releases import RELEASE, Release, ReleasedCall
from flows.desk.answers.visit_notes import visits_of
from flows.desk.answers.ways import chosen_way_of
from flows.desk.breaches.entries import breaches_of
from flows.desk.cases.notes import NOTE_CONTENT, note_of
from flows.desk.cases.requests import request_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import Breach
from flows.desk.kinds.errors import NotAllowedError
from flows.desk.kinds.states import State
from flows.desk.kinds.values import JAPAN, Actor, Answer, IdentityMethod, Note, NoteKind, Request, Role
from flows.desk.kinds.ways import Chosen, Visit
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import (
    ApprovalRow,
    CallRow,
    DecisionRow,
    IdentityRow,
    NoteRow,
    ReleaseRow,
    RequestRow,
    Table,
)
from flows.desk.work.decisions import DECISION
from flows.desk.work.plans import APPROVAL
from pipeline.third_voice import THIRD_VOICE, Remains

if TYPE_CHECKING:
    from flows.desk.sealing.keys import Keyring

READERS = {Role.APPROVER, Role.ADMIN}

R = TypeVar("R", bound=Table)


_VOICES = {
    Remains.NOTHING: "伏せた",
    Remains.TEXT: "文字だけ",
    Remains.IN_PERSON: "対面でだけ聞かせる",
}
"""Japanese word for each treatment of a third person's masked voice."""

_CONSENTED = "同意により開示"


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """A selection of requests: of a Japanese calendar year, in some states, or one; by default all."""

    year: int | None = None
    states: tuple[State, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """An identity check: its method and time, and who recorded it."""

    method: IdentityMethod
    checked_at: datetime
    by: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LedgerCall:
    """A call of a request.

    Attributes:
        number: Number within the request, from 1; 0 for a withdrawn call.
        decision: Decision of the answer; ``None`` before an answer.
        masked: Number of masked places, counted as in the letter.
        grounds: Items of 33条2項 that the answer rests on.
        voices: Name of each treatment of a third person's voice, and the number of stretches.
    """

    number: int
    call_id: str
    state: State
    decision: Answer | None
    masked: int
    grounds: tuple[int, ...]
    reviewers: tuple[str, ...] = field(repr=False)
    approvers: tuple[str, ...] = field(repr=False)
    voices: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerAnswer:
    """An answer and its delivery."""

    release: Release
    deliveries: tuple[Note, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A request from receipt to delivery.

    Attributes:
        way: The way that was chosen for the next answer.
        visits: The visits in which its copy was played.
        breaches: The breaches in which something of its answers got out.
    """

    request: Request
    checks: tuple[LedgerCheck, ...]
    calls: tuple[LedgerCall, ...]
    answers: tuple[LedgerAnswer, ...]
    objections: tuple[Note, ...] = field(repr=False)
    withheld: tuple[Note, ...] = field(repr=False)
    erased_at: datetime | None = None
    way: Chosen | None = None
    visits: tuple[Visit, ...] = ()
    breaches: tuple[Breach, ...] = ()


def ledger(desk: Desk, actor: Actor, query: LedgerQuery | None = None) -> tuple[LedgerRow, ...]:
    """Return the ledger in the order of receipt; the audit log records that it was read.

    Args:
        desk: The desk.
        actor: An approver or administrator.
        query: The selection of requests.

    Raises:
        NotAllowedError: when the role does not allow it.
    """
    if actor.role not in READERS:
        msg = "開示台帳を見られるのは承認者と管理者だけです"
        raise NotAllowedError(msg)
    wanted = query or LedgerQuery()
    with desk.change(actor) as change:
        rows = _read(change.session, change.keyring, wanted)
        only = rows[0].request.request_id if wanted.number and rows else None
        change.record("ledger.read", Subject(only), {"requests": len(rows)})
    return rows


def _read(session: Session, keyring: Keyring, query: LedgerQuery) -> tuple[LedgerRow, ...]:
    statement = select(RequestRow).order_by(RequestRow.received_at, RequestRow.number)
    if query.states:
        statement = statement.where(RequestRow.state.in_(query.states))
    if query.number:
        statement = statement.where((RequestRow.number == query.number) | (RequestRow.id == query.number))
    if query.year is not None:
        first, after = (datetime(year, 1, 1, tzinfo=JAPAN) for year in (query.year, query.year + 1))
        statement = statement.where(RequestRow.received_at >= first, RequestRow.received_at < after)
    requests = session.scalars(statement).all()
    source = _Source(session, keyring, [row.id for row in requests])
    return tuple(source.row_of(row) for row in requests)


class _Source:
    """The rows of some requests; each table is read once."""

    def __init__(self, session: Session, keyring: Keyring, ids: Sequence[str]) -> None:
        self._session, self._keyring = session, keyring
        self._checks = self._grouped(IdentityRow, "request_id", ids)
        self._notes = self._grouped(NoteRow, "request_id", ids)
        self._calls = self._grouped(CallRow, "request_id", ids)
        self._releases = self._grouped(ReleaseRow, "request_id", ids)
        self._breaches = breaches_of(session, keyring)
        calls = [call.id for found in self._calls.values() for call in found]
        self._approvals = self._grouped(ApprovalRow, "call_id", calls)
        self._decisions = self._grouped(DecisionRow, "call_id", calls)

    def _grouped(self, table: type[R], column: str, ids: Sequence[str]) -> Mapping[str, list[R]]:
        grouped: dict[str, list[R]] = defaultdict(list)
        # In batches, because databases limit the parameters of one statement.
        for at in range(0, len(ids), 500):
            statement = select(table).where(getattr(table, column).in_(ids[at : at + 500]))
            for row in self._session.scalars(statement):
                grouped[getattr(row, column)].append(row)
        return grouped

    def row_of(self, row: RequestRow) -> LedgerRow:
        """Return one request with everything that belongs to it."""
        request = request_of(self._session, row, self._keyring)
        by_id = self._notes_of(row.id)
        notes = tuple(by_id.values())
        found = sorted(self._releases.get(row.id, []), key=lambda each: each.released_at)
        releases = [take_sealed(each, RELEASE, self._keyring) for each in found]
        withheld = tuple(note for note in notes if note.kind is NoteKind.WITHHOLD)
        delivered = [note for note in notes if note.kind is NoteKind.DELIVER]
        return LedgerRow(
            request,
            tuple(self._checks_of(row.id)),
            tuple(sorted(self._calls_of(row.id, releases, withheld), key=lambda call: call.number)),
            tuple(
                LedgerAnswer(each, tuple(note for note in delivered if note.about == each.release_id))
                for each in map(_without_password, releases)
            ),
            tuple(note for note in notes if note.kind is NoteKind.OBJECT),
            withheld,
            next((note.at for note in notes if note.kind is NoteKind.ERASE), None),
            chosen_way_of(self._session, self._keyring, row.id, len(releases) + 1),
            visits_of(by_id),
            tuple(each for each in self._breaches if row.id in {mark.request_id for mark in each.marks}),
        )

    def _checks_of(self, request_id: str) -> Iterable[LedgerCheck]:
        for row in sorted(self._checks.get(request_id, []), key=lambda each: each.recorded_at):
            by = take_sealed(row, NOTE_CONTENT, self._keyring).by
            yield LedgerCheck(IdentityMethod(row.method), row.checked_at, by)

    def _notes_of(self, request_id: str) -> dict[str, Note]:
        rows = sorted(self._notes.get(request_id, []), key=lambda each: (each.at, each.id))
        return {row.id: note_of(row, self._keyring) for row in rows}

    def _calls_of(
        self, request_id: str, releases: Sequence[Release], withheld: Sequence[Note]
    ) -> Iterable[LedgerCall]:
        grounds = {note.about: int(note.code) for note in withheld if note.about and note.code.isdigit()}
        answered = {call.call_id: call for call in releases[-1].calls} if releases else {}
        rows = sorted(self._calls.get(request_id, []), key=lambda row: (row.attached_at, row.id))
        number = 0
        for row in rows:
            counts = row.state != State.WITHDRAWN
            number += counts
            place = number if counts else 0
            known = answered.get(row.id)
            if known is None:
                yield self._open_call(row, place)
            else:
                yield _answered(row, known, releases[-1].kind, grounds)

    def _open_call(self, row: CallRow, number: int) -> LedgerCall:
        """Return the entry of a call before an answer."""
        decided = sorted(self._decisions.get(row.id, []), key=lambda each: each.position)
        approved = sorted(self._approvals.get(row.id, []), key=lambda each: each.approved_at)
        reviewers = (take_sealed(each, DECISION, self._keyring).reviewer for each in decided)
        approvers = (take_sealed(each, APPROVAL, self._keyring).approver for each in approved)
        return LedgerCall(
            number,
            row.id,
            State(row.state),
            None,
            0,
            (),
            tuple(dict.fromkeys(reviewers)),
            tuple(dict.fromkeys(approvers)),
        )


def _without_password(release: Release) -> Release:
    return replace(release, password="")


def _answered(row: CallRow, call: ReleasedCall, kind: Answer, withheld: Mapping[str, int]) -> LedgerCall:
    """Return the entry of a call from the last answer, with the number that the requester knows."""
    decision: Answer
    if call.withheld:
        decision = kind if kind in {Answer.NONE_HELD, Answer.OTHER_WAY} else Answer.WITHHELD
        grounds: tuple[int, ...] = (withheld[row.id],) if row.id in withheld else ()
    else:
        decision = Answer.PARTIAL if call.masked else Answer.FULL
        grounds = tuple(sorted({each.ground for each in call.masked}))
    approvers = (call.approver,) if call.approver else ()
    masked = len(places(call.masked))
    return LedgerCall(
        call.number,
        row.id,
        State(row.state),
        decision,
        masked,
        grounds,
        call.reviewers,
        approvers,
        tuple(_voices(call)),
    )


def _voices(call: ReleasedCall) -> Iterator[tuple[str, int]]:
    """Yield the treatments of third persons' voices, with the number of stretches."""
    masked = [place for place in places(call.masked) if place.entity_type == THIRD_VOICE]
    for remains, name in _VOICES.items():
        if count := sum(place.remains is remains for place in masked):
            yield name, count
    if call.consented:
        yield _CONSENTED, len(call.consented)
