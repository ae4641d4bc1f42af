"""Visits: the requester listens to the released copy in person; the ledger keeps the played stretches.

A visit plays the calls of the last answer, if that answer is given in person, and nothing else.  Its
beginning, every played stretch and its end are notes to the request, and are in the audit log.  A visit ends
by itself after ``visit_notes.VISIT_HOURS``, or when the case is opened again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.answers.releases import Release, ReleasedCall, releases_of
from flows.desk.answers.visit_notes import STRETCHES, visits_of
from flows.desk.cases.files import file_of
from flows.desk.cases.notes import NoteContent, notes_of, write_note
from flows.desk.cases.requests import row_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotFoundError
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.states import State
from flows.desk.kinds.values import Actor, DeskFile, FileKind, NoteKind
from flows.desk.kinds.ways import Passage, PlayedFrom, Visit, VisitSession, Way
from flows.desk.storage.tables import FileRow, RequestRow
from pipeline.audio.spans import union

DELIVERED = "対面でお聞かせした"
"""Way of delivery of a visit in which something was played."""


def begin_visit(desk: Desk, actor: Actor, request: str, present: str, session_id: str) -> Visit:
    """Begin a visit.

    Args:
        desk: The desk.
        actor: The approver who plays the copy.
        request: Id or public number of a request whose last answer is given in person.
        present: The people present, in words.
        session_id: Id of the session that may play; no other one can.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when the last answer is not given in person, or the case was opened again.
        ConflictError: when nobody is named, or a visit is going on already.
        NotFoundError: when a copy is erased.
    """
    check_may(actor, May.PLAY)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        answer = _answer(change.session, desk, row)
        if not present.strip():
            msg = f"{row.number}: 立ち会う人を書いてください"
            raise ConflictError(msg)
        if any(each.lasts(change.now) for each in _visits(change.session, desk, row.id)):
            msg = f"{row.number}: 対面の聴取がすでに始まっています。先に終えてください"
            raise ConflictError(msg)
        for call in _played_calls(answer):
            _copy(change.session, call)
        said = NoteContent(actor.name, present.strip(), answer.release_id, session_id)
        note = write_note(change, row, NoteKind.VISIT, said)
        change.session.flush()
        detail = {"turn": answer.turn, "calls": len(_played_calls(answer))}
        change.record("visit.begin", Subject(row.id), detail)
        return next(each for each in _visits(change.session, desk, row.id) if each.visit_id == note.id)


def grant_play(desk: Desk, actor: Actor, visit: VisitSession, place: PlayedFrom) -> str:
    """Allow the session of a visit to play a call; the audit log records it before any sound leaves.

    Args:
        desk: The desk.
        actor: The approver who plays it.
        visit: The request and the session of the visit.
        place: The call, and the position from which it is played.

    Returns:
        Keyed digest of the copy.

    Raises:
        NotFoundError: when the visit is over or belongs to another session, or the answer has no such call.
    """
    check_may(actor, May.PLAY)
    with desk.change(actor) as change:
        row = row_of(change.session, visit.request)
        call, _ = _of_visit(change.session, desk, row, visit.session_id, place.call_id)
        subject = Subject(row.id, place.call_id, call.played_digest)
        change.record("visit.play", subject, {"call": call.number, "from_ms": round(place.start * 1000)})
        return call.played_digest


def played_copy(desk: Desk, request: str, session_id: str, call_id: str) -> DeskFile:
    """Return the stored copy that a session may play now.

    Raises:
        NotFoundError: when the visit is over or belongs to another session, or the copy is not there.
    """
    with desk.read() as session:
        row = row_of(session, request)
        call, _ = _of_visit(session, desk, row, session_id, call_id)
        return _copy(session, call)


def record_played(
    desk: Desk, actor: Actor, visit: VisitSession, call_id: str, stretches: Sequence[tuple[float, float]]
) -> None:
    """Record stretches of a call that were played in a visit, as its page reports them.

    Args:
        desk: The desk.
        actor: The approver who plays them.
        visit: The request and the session of the visit.
        call_id: The call's id.
        stretches: Start and end of each, in seconds.

    Raises:
        NotFoundError: when the visit is over or belongs to another session, or the answer has no such call.
    """
    check_may(actor, May.PLAY)
    with desk.change(actor) as change:
        row = row_of(change.session, visit.request)
        call, now = _of_visit(change.session, desk, row, visit.session_id, call_id)
        passages = tuple(
            Passage(call_id, round(start, 3), round(end, 3)) for start, end in union(stretches) if start < end
        )
        if not passages:
            return
        code = STRETCHES.dump_json(passages).decode()
        write_note(change, row, NoteKind.PLAYED, NoteContent(actor.name, "", now.visit_id, code))
        for each in passages:
            span = {"from_ms": round(each.start * 1000), "to_ms": round(each.end * 1000)}
            subject = Subject(row.id, call_id, call.played_digest)
            change.record("visit.heard", subject, {"call": call.number, **span})


def end_visit(desk: Desk, actor: Actor, request: str) -> Visit:
    """End the present visit; when something was played, the answer counts as delivered.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when no visit lasts.
    """
    check_may(actor, May.PLAY)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        lasting = [each for each in _visits(change.session, desk, row.id) if each.lasts(change.now)]
        if not lasting:
            msg = f"{row.number}: 対面の聴取は始まっていません"
            raise ImpossibleStepError(msg)
        visit = lasting[-1]
        write_note(change, row, NoteKind.VISIT_END, NoteContent(actor.name, about=visit.visit_id))
        change.record("visit.end", Subject(row.id), {"stretches": len(visit.played)})
        if visit.played:
            _deliver(change, row, desk, visit)
        return replace(visit, ended_at=change.now)


def _deliver(change: Change, row: RequestRow, desk: Desk, visit: Visit) -> None:
    told = f"{DELIVERED}(立会い {visit.present})"
    write_note(change, row, NoteKind.DELIVER, NoteContent(change.actor.name, told, visit.release_id))
    answers = releases_of(change.session, desk.keyring, row.id)
    answer = next(each for each in answers if each.release_id == visit.release_id)
    subject = change.file(row.id, None, answer.package_sha256)
    change.record("release.deliver", subject, {"turn": answer.turn})


def visits(desk: Desk, request: str) -> tuple[Visit, ...]:
    """Return the visits of a request, oldest first."""
    with desk.read() as session:
        return _visits(session, desk, row_of(session, request).id)


def _visits(session: Session, desk: Desk, request_id: str) -> tuple[Visit, ...]:
    kinds = (NoteKind.VISIT, NoteKind.PLAYED, NoteKind.VISIT_END)
    return visits_of(notes_of(session, desk.keyring, request_id, *kinds))


def _answer(session: Session, desk: Desk, row: RequestRow) -> Release:
    """Return the last answer, which must be given in person and still be valid."""
    answers = releases_of(session, desk.keyring, row.id)
    if State(row.state) is not State.RELEASED or not answers or answers[-1].manner.way is not Way.IN_PERSON:
        msg = f"{row.number}: 最後の回答が「{Way.IN_PERSON.label}」の開示ではないため、聴取はできません"
        raise ImpossibleStepError(msg)
    return answers[-1]


def _played_calls(answer: Release) -> tuple[ReleasedCall, ...]:
    return tuple(call for call in answer.calls if call.played_digest)


def _of_visit(
    session: Session, desk: Desk, row: RequestRow, session_id: str, call_id: str
) -> tuple[ReleasedCall, Visit]:
    """Return a call of the visit that a session holds now, and the visit."""
    gone = NotFoundError("対面の聴取は終わっているか、この通話はありません")
    if State(row.state) is not State.RELEASED:
        raise gone
    answer = _answer(session, desk, row)
    now = desk.clock()
    held = [
        each
        for each in _visits(session, desk, row.id)
        if each.lasts(now) and each.session_id == session_id and each.release_id == answer.release_id
    ]
    calls = [call for call in _played_calls(answer) if call.call_id == call_id]
    if not held or not calls:
        raise gone
    return calls[0], held[-1]


def _copy(session: Session, call: ReleasedCall) -> DeskFile:
    """Return the stored copy of a released call: the very bytes that were approved and verified."""
    statement = select(FileRow).where(
        FileRow.call_id == call.call_id,
        FileRow.kind.in_((FileKind.MASKED_AUDIO, FileKind.VISIT_AUDIO)),
        FileRow.sha256 == call.played_digest,
        FileRow.deleted_at.is_(None),
    )
    row = session.scalars(statement).first()
    if row is not None:
        return file_of(row)
    msg = f"通話{call.number}: 伏せた写しは保存期間を過ぎて消されています"
    raise NotFoundError(msg)
