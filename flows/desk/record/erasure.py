"""Erase the personal data of closed requests whose time in the ledger is over.

The request's number, states, dates and hashes are kept, and so is the audit log, which contains no
requester's data.  Afterwards the company can show what it did, but not for whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from flows.desk.cases.catalogue import RECORDING
from flows.desk.cases.files import time_is_over
from flows.desk.cases.notes import NoteContent, write_note
from flows.desk.cases.requests import CONTENT, row_of
from flows.desk.integrity.audit import require_own_tables
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.terms import forget_terms
from flows.desk.integrity.tree import remove
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError
from flows.desk.kinds.states import CLOSED, State
from flows.desk.kinds.values import JAPAN, Actor, FileKind, NewRecording, NewRequest, NoteKind
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.tables import (
    AuditRow,
    CallRow,
    FileRow,
    NoteRow,
    RecordingRow,
    RequestRow,
    Table,
)
from pipeline.call_case import Requester


def due_requests(desk: Desk, today: date) -> tuple[str, ...]:
    """Return the ids of the requests whose personal data is to be erased.

    They have been closed for ``retain_ledger_days``, are under no legal hold, and have no file left.

    Args:
        desk: The desk.
        today: Japanese date.
    """
    closed_before = datetime.combine(today - timedelta(days=desk.settings.retain_ledger_days), time(), JAPAN)
    kept = exists().where(
        FileRow.request_id == RequestRow.id, FileRow.deleted_at.is_(None), ~time_is_over(today)
    )
    statement = (
        select(RequestRow.id)
        .where(RequestRow.state.in_(CLOSED), RequestRow.legal_hold.is_(False))
        .where(RequestRow.state_since < closed_before, ~kept, ~_erased(RequestRow.id))
        .order_by(RequestRow.id)
    )
    with desk.read() as session:
        return tuple(session.scalars(statement))


def _erased(request_id: Any) -> Any:
    return exists().where(and_(NoteRow.request_id == request_id, NoteRow.kind == NoteKind.ERASE))


def erase_request(desk: Desk, actor: Actor, request: str) -> int:
    """Erase a request's personal data from the ledger, and record it in the audit log.

    Repeating it changes nothing.  The data is also removed from the database's write-ahead log.

    Args:
        desk: The desk.
        actor: The person or flow that erases.
        request: Id or public number.

    Returns:
        Number of rows that were deleted or emptied.

    Raises:
        ImpossibleStepError: when the request is not closed.
        ConflictError: when it is under legal hold, or has a file left.
        SealBrokenError: when something in the database that is not ours may keep what is erased.
        DatabaseBusyError: when other processes prevented emptying the log; repeating it empties the log.
    """
    count = _erase(desk, actor, request)
    desk.database.empty_log()
    return count


def _erase(desk: Desk, actor: Actor, request: str) -> int:
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        _check_erasable(change.session, row)
        if change.session.scalar(select(_erased(row.id))):
            return 0
        require_own_tables(change)
        recordings = _recordings(change.session, row.id)
        for recording in recordings:
            _empty_recording(change, recording)
        gone = sum(_delete(change.session, table, row.id) for table in _tables())
        _empty_request(change, row)
        write_note(change, row, NoteKind.ERASE, NoteContent(actor.name))
        count = gone + len(recordings) + 1
        change.record("request.erase", Subject(row.id), {"rows": count, "gone": 1})
    return count


def _check_erasable(session: Session, row: RequestRow) -> None:
    if State(row.state) not in CLOSED:
        msg = f"{row.number}: 台帳からの消去はできません。いまの状態は「{State(row.state).label}」です"
        raise ImpossibleStepError(msg)
    if row.legal_hold:
        msg = f"{row.number}: 保全中のため消せません"
        raise ConflictError(msg)
    if session.scalar(select(FileRow.id).where(FileRow.request_id == row.id, FileRow.deleted_at.is_(None))):
        msg = f"{row.number}: 保存期間の残っているファイルがあるため消せません"
        raise ConflictError(msg)


def _tables() -> Iterator[Any]:
    """Return the tables with sealed rows of a request or call, except the audit log, which is kept."""
    for mapper in Table.registry.mappers:
        names = set(mapper.columns.keys())
        if mapper.class_ is not AuditRow and "sealed" in names and names & {"request_id", "call_id"}:
            yield mapper.class_


def _delete(session: Session, table: Any, request_id: str) -> int:
    if hasattr(table, "request_id"):
        mine = table.request_id == request_id
    else:
        mine = table.call_id.in_(select(CallRow.id).where(CallRow.request_id == request_id))
    return remove(session, session.scalars(select(table).where(mine)))


def _empty_request(change: Change, row: RequestRow) -> None:
    """Empty the request's row except for dates and the course of the request."""
    was = take_sealed(row, CONTENT, change.keyring)
    empty = NewRequest(
        requester=Requester(),
        received_at=was.received_at,
        channel=was.channel,
        wanted=was.wanted,
        delivery=was.delivery,
        fee_yen=was.fee_yen,
        fee_paid=row.fee_paid,
    )
    put_sealed(row, empty, CONTENT, change.keyring)
    forget_terms(change.session, row.id)


def _recordings(session: Session, request_id: str) -> tuple[RecordingRow, ...]:
    """Return the request's recordings that no other request with personal data uses.

    They include recordings that were handed over for it, attached or not (``handed_over``).
    """
    others = (
        select(CallRow.recording_id)
        .where(CallRow.request_id != request_id)
        .where(~_erased(CallRow.request_id))
    )
    mine = select(CallRow.recording_id).where(CallRow.request_id == request_id)
    its_file = literal("f").concat(func.substr(RecordingRow.id, 2))
    given = select(FileRow.id).where(FileRow.request_id == request_id, FileRow.kind == FileKind.ORIGINAL)
    statement = select(RecordingRow).where(
        or_(RecordingRow.id.in_(mine), its_file.in_(given)), RecordingRow.id.not_in(others)
    )
    return tuple(session.scalars(statement))


def _empty_recording(change: Change, row: RecordingRow) -> None:
    put_sealed(row, NewRecording("", row.started_at, ""), RECORDING, change.keyring)
    forget_terms(change.session, row.id)
