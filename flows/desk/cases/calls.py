"""Calls: recordings that are attached to a request, with checks that they are unchanged."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.cases.catalogue import RECORDING, recording_row
from flows.desk.cases.handed_over import is_handed_over, open_handed_over
from flows.desk.cases.lists import read_lists
from flows.desk.cases.requests import CONTENT, follow_calls, row_of
from flows.desk.cases.words import words_of_request
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DuplicateError, NotFoundError, RecordingChangedError
from flows.desk.kinds.states import State, Step, step_request
from flows.desk.kinds.values import Actor, Call, ListVersions, NewRecording
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.sources import copy_stream, drain, open_source
from flows.desk.storage.tables import CallRow, RecordingRow, RequestRow, new_id
from pipeline.call_case import CallCase, CaseName

SUFFIXES = {".wav", ".mp3", ".m4a", ".ogg", ".opus", ".flac", ".gsm", ".amr"}
"""Suffixes of recordings; only the suffix of a name is kept, because some formats are known by it alone."""


BLANKS = re.compile(r"\s+")
"""Separators between surname and given name."""

JAPANESE_NAME = re.compile(r"[一-龠々ヶぁ-んァ-ヴー・]+")
"""An operator's name; ids of recording systems (``op-17``, ``AGENT_3``) have Latin letters or figures."""


@dataclass(frozen=True, slots=True)
class PreparedCase:
    """The case that a call is masked for, and the versions of the lists in it."""

    case: CallCase
    lists: ListVersions


def attach_call(desk: Desk, actor: Actor, request: str, recording_id: str) -> Call:
    """Attach a recording to a request, and record its present hash.

    Args:
        desk: The desk.
        actor: The person who attaches it.
        request: Id or public number.
        recording_id: Id of the recording in the catalogue.

    Raises:
        NotIdentifiedError: when the identity check is not recorded yet.
        ImpossibleStepError: when the request's state does not allow it.
        DuplicateError: when it is attached already.
        RecordingUnreadableError: when the file cannot be read.
    """
    with desk.read() as session:
        _check_attach(session, request)
        content = take_sealed(recording_row(session, recording_id), RECORDING, desk.keyring)
    # Hashing an hour of audio must not block other writers, so it is done outside the transaction.
    with _opened(desk, recording_id, content) as file:
        sha256, size = drain(file)
    with desk.change(actor) as change:
        row = _check_attach(change.session, request)
        _check_new(change.session, row, recording_id)
        call = CallRow(
            id=new_id("c"),
            request_id=row.id,
            recording_id=recording_id,
            state=State.REQUESTED,
            state_since=change.now,
            attached_at=change.now,
            sha256=sha256,
            bytes=size,
            attempts=0,
        )
        change.session.add(call)
        follow_calls(change, row.id)
        change.record("call.attach", change.file(row.id, call.id, sha256), {"bytes": size})
        return call_of(call)


def check_attach(desk: Desk, request: str) -> None:
    """Check that a call can be attached to a request now.

    Raises:
        NotIdentifiedError: when the identity check is not recorded yet.
        ImpossibleStepError: when the request's state does not allow it.
    """
    with desk.read() as session:
        _check_attach(session, request)


def _check_attach(session: Session, request: str) -> RequestRow:
    row = row_of(session, request)
    step_request(State(row.state), Step.ATTACH, row.number)
    return row


def _check_new(session: Session, row: RequestRow, recording_id: str) -> None:
    statement = select(CallRow.id).where(CallRow.request_id == row.id, CallRow.recording_id == recording_id)
    other = session.scalars(statement).first()
    if other is not None:
        msg = f"{row.number}: この録音はすでに追加されています({other})"
        raise DuplicateError(msg)


def get_call(desk: Desk, call_id: str) -> Call:
    """Return a call by its id.

    Raises:
        NotFoundError: when there is no such call.
    """
    with desk.read() as session:
        return call_of(call_row(session, call_id))


def list_calls(desk: Desk, states: Iterable[State] = (), request: str | None = None) -> tuple[Call, ...]:
    """List calls in the order in which they were attached.

    Args:
        desk: The desk.
        states: Only calls in one of these states; empty for all.
        request: Only calls of this request, by id or public number.
    """
    wanted = tuple(states)
    with desk.read() as session:
        statement = select(CallRow).order_by(CallRow.attached_at, CallRow.id)
        if wanted:
            statement = statement.where(CallRow.state.in_(wanted))
        if request is not None:
            statement = statement.where(CallRow.request_id == row_of(session, request).id)
        return tuple(call_of(row) for row in session.scalars(statement))


@contextlib.contextmanager
def open_recording(desk: Desk, call_id: str) -> Iterator[Path]:
    """Make a private copy of a call's recording for as long as the context lasts.

    The hash is computed over the bytes of the copy, so nothing can change between the check and the use.
    Where the telephone system puts the caller on the first channel, the channels are exchanged: everything
    behind this takes channel 0 for the operator's.

    Args:
        desk: The desk.
        call_id: The call's id.

    Yields:
        Path of the copy, which is named after the call's id.

    Raises:
        RecordingChangedError: when the recording has changed since it was attached.
        RecordingUnreadableError: when it cannot be read.
        UnreadableAudioError: when its channels have to be exchanged, and it is not audio.
    """
    with desk.read() as session:
        row = call_row(session, call_id)
        content = take_sealed(session.get_one(RecordingRow, row.recording_id), RECORDING, desk.keyring)
    suffix = PurePosixPath(content.uri).suffix.lower()
    with desk.store.private_folder() as folder:
        path = folder / f"{call_id}{suffix if suffix in SUFFIXES else ''}"
        with _opened(desk, row.recording_id, content) as file:
            _check_hash(row, copy_stream(file, path)[0])
        yield _operator_first(path) if content.operator_channel else path


@contextlib.contextmanager
def open_found(desk: Desk, request: str, recording_id: str) -> Iterator[Path]:
    """Make a private copy of a recording that could be attached to a request, to be listened to before.

    Args:
        desk: The desk.
        request: Id or public number of the request.
        recording_id: Id of the recording in the catalogue.

    Yields:
        Path of the copy, which is named after the recording's id.

    Raises:
        NotIdentifiedError, ImpossibleStepError, RecordingUnreadableError: as ``attach_call``.
    """
    with desk.read() as session:
        _check_attach(session, request)
        content = take_sealed(recording_row(session, recording_id), RECORDING, desk.keyring)
    suffix = PurePosixPath(content.uri).suffix.lower()
    with desk.store.private_folder() as folder:
        path = folder / f"{recording_id}{suffix if suffix in SUFFIXES else ''}"
        with _opened(desk, recording_id, content) as file:
            copy_stream(file, path)
        yield path


def _operator_first(path: Path) -> Path:
    """Return a copy whose first channel is the operator's; a call with one channel stays as it is."""
    # Decoding is loaded for those calls only: most commands of the desk hear nothing.
    from pipeline.audio.turned import write_turned

    turned = path.with_name("turned") / f"{path.stem}.wav"
    turned.parent.mkdir(mode=0o700)
    return turned if write_turned(path, turned) else path


def check_unchanged(desk: Desk, call_id: str) -> None:
    """Check that a call's recording is unchanged since it was attached.

    Raises:
        RecordingChangedError: when it has changed.
        RecordingUnreadableError: when it cannot be read.
    """
    with desk.read() as session:
        row = call_row(session, call_id)
        content = take_sealed(session.get_one(RecordingRow, row.recording_id), RECORDING, desk.keyring)
    with _opened(desk, row.recording_id, content) as file:
        _check_hash(row, drain(file)[0])


def _opened(desk: Desk, recording_id: str, content: NewRecording) -> AbstractContextManager[BinaryIO]:
    """Open a recording at the company's place, or in our store when it was handed over."""
    if is_handed_over(recording_id, content):
        return open_handed_over(desk, recording_id)
    return open_source(desk.settings, content.uri)


def _check_hash(row: CallRow, sha256: str) -> None:
    if sha256 != row.sha256:
        msg = f"通話 {row.id}: 録音ファイルが追加されたときのものと違います"
        raise RecordingChangedError(msg)


def case_of(desk: Desk, call_id: str, versions: ListVersions | None = None) -> PreparedCase:
    """Return the case of a call: the requester's data and the lists.

    Args:
        desk: The desk.
        call_id: The call's id.
        versions: Versions of the lists; by default the present ones.

    Raises:
        NotFoundError: when there is no such call or version.
    """
    with desk.read() as session:
        row = call_row(session, call_id)
        recording = take_sealed(session.get_one(RecordingRow, row.recording_id), RECORDING, desk.keyring)
        request = session.get_one(RequestRow, row.request_id)
        requester = take_sealed(request, CONTENT, desk.keyring).requester
        lists = read_lists(session, desk.keyring, versions)
        own = words_of_request(session, request.id, desk.keyring)
    company = lists.company
    staff, on_call = who_spoke(recording.operator, lists.staff.names)
    case = CallCase(
        case_id=request.number,
        requester=requester,
        staff=staff,
        on_call=on_call,
        company_names=company.names,
        company_phones=company.phones,
        confidential_terms=company.confidential_terms,
        actions=company.actions,
        kinds=company.kinds,
        words=(*own, *company.words),
        products=company.products,
    )
    return PreparedCase(case, lists.versions)


def who_spoke(
    operator: str, staff: tuple[CaseName, ...]
) -> tuple[tuple[CaseName, ...], tuple[CaseName, ...]]:
    """Return the staff, and those of them whom the recording's metadata names as its operator.

    Args:
        operator: The operator in the recording system's list: a full name, a surname, or an id that is no
            name.
        staff: The company's list.

    Returns:
        The staff, including the operator where the list lacks them; and those of them who spoke.  A surname
        that several on the list bear is kept as it is, because it cannot be attributed to one of them.
    """
    name = BLANKS.sub("", unicodedata.normalize("NFKC", operator))
    if not JAPANESE_NAME.fullmatch(name):
        return staff, ()
    whole = tuple(each for each in staff if BLANKS.sub("", each.text) == name)
    if whole:
        return staff, whole
    told = CaseName(name)
    return (*staff, told), (told,)


# ---- for the other modules of flows.desk ----


def call_row(session: Session, call_id: str) -> CallRow:
    """Return the row of a call's id."""
    row = session.get(CallRow, call_id)
    if row is None:
        msg = "その番号の通話はありません"
        raise NotFoundError(msg)
    return row


def call_of(row: CallRow) -> Call:
    """Turn a row into the public value."""
    return Call(
        call_id=row.id,
        request_id=row.request_id,
        recording_id=row.recording_id,
        state=State(row.state),
        sha256=row.sha256,
        bytes=row.bytes,
        attached_at=row.attached_at,
        attempts=row.attempts,
        failure_kind=row.failure_kind,
        failure_reason=row.failure_reason,
        revision=row.revision,
        lease_until=row.lease_until,
    )
