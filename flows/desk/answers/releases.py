"""Answers that went out: recorded once, with what was in them; opened again only by a step of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.answers.basis import AnswerBasis, check_basis_of
from flows.desk.cases.files import NewFile, name_files
from flows.desk.cases.notes import Said, write_note
from flows.desk.cases.requests import calls_of, follow_calls, request_of, row_of, set_request_state
from flows.desk.integrity.audit import require_identified, require_record
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.errors import ConflictError, NotAllowedError, NotFoundError
from flows.desk.kinds.permissions import check_may_release
from flows.desk.kinds.states import State, Step, step_call, step_request
from flows.desk.kinds.values import Actor, Answer, FileKind, NoteKind, Request, Role
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.tables import FileRow, ReleaseRow, RequestRow, new_id

__all__ = [
    "Answer",
    "Release",
    "ReleasedCall",
    "ReleasedFile",
    "ReleasedRange",
    "package_password",
    "release",
    "releases",
    "reopen_released",
]

RESPONSIBLE = {Role.APPROVER, Role.ADMIN}
"""As whom somebody may see a package's password, or open a released case again."""


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a package.

    Attributes:
        name: In the package; no personal data.
        sha256: As the recipient checks it.
        call: Number of the call within the request, from 1; 0 for a file of no call.
    """

    name: str
    sha256: str
    bytes: int
    call: int = 0


@dataclass(frozen=True, slots=True, order=True)
class ReleasedRange:
    """One stretch that was masked: when and what kind, never what.

    Attributes:
        start: Seconds from the start of the recording.
        entity_type: As of the plan's item.
        ground: Item of 33条2項.
    """

    start: float
    end: float
    entity_type: str
    ground: int


@dataclass(frozen=True, slots=True)
class ReleasedCall:
    """One call of an answer.

    Attributes:
        number: Within the request, from 1, as the recipient knows it.
        revision: Of the plan that went out; 0 for a call that was withheld.
        withheld: Whether nothing of it was disclosed.
        reviewers: Who decided on it.
        approver: Who approved it.
    """

    number: int
    call_id: str
    recording_id: str
    revision: int = 0
    plan_sha256: str = ""
    masked: tuple[ReleasedRange, ...] = ()
    withheld: bool = False
    reviewers: tuple[str, ...] = field(default=(), repr=False)
    approver: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Release:
    """One answer.

    Attributes:
        kind: What it says.
        package_sha256: Of the package that was handed over.
        released_at: When; set by the desk.
        released_by: Who; set by the desk.
        delivered_how: In words, where it was known already: later ones are notes of the request.
        release_id: Set by the desk.
        turn: 1 for the first answer to the request, 2 for a second disclosure; set by the desk.
        calls: What of each call.
        files: What was in the package.
        file_ids: Of the stored package, letter and manifest; set by the desk.
        encrypted: Whether the package opens with a password only.
        password: Of the package; empty in all that ``releases`` gives.
    """

    kind: Answer
    package_sha256: str
    released_at: datetime
    released_by: str = field(default="", repr=False)
    delivered_how: str = field(default="", repr=False)
    release_id: str = ""
    turn: int = 1
    calls: tuple[ReleasedCall, ...] = ()
    files: tuple[ReleasedFile, ...] = ()
    file_ids: tuple[str, ...] = ()
    encrypted: bool = False
    password: str = field(default="", repr=False)


RELEASE: TypeAdapter[Release] = TypeAdapter(Release)


def release(
    desk: Desk, actor: Actor, basis: AnswerBasis, answer: Release, stored: Sequence[NewFile] = ()
) -> Request:
    """Record that the answer to a request went out; its approved calls are released.

    All in one change: the stored files get their names, or nothing has happened.  What the answer
    was made from has to be so at this very moment; withheld or withdrawn meanwhile, nothing goes out.

    Args:
        desk: The desk.
        actor: Who releases.
        basis: What the answer rests on, as it was read before the answer was made.
        answer: What goes out.
        stored: Package, letter and manifest, in the store already.

    Raises:
        NotAllowedError: when the role does not allow it.
        ConflictError: when something the answer rests on is not as it was, or the answer is not
            what follows from it.
        ImpossibleStepError: when the request is neither approved nor withheld any more.
        NotIdentifiedError: when something is handed over and no identity check is on record.
        SealBrokenError: when the record is not whole.
    """
    check_may_release(actor)
    with desk.change(actor) as change:
        row = check_basis_of(change.session, change.keyring, basis)
        _check_answer(basis, answer)
        _require_whole(change, row)
        released = _release_calls(change, row)
        set_request_state(change, row, step_request(State(row.state), basis.step, row.number))
        rows = name_files(change, desk.settings, (row.id, None, 0), stored)
        change.session.flush()
        entry = ReleaseRow(
            id=new_id("r"),
            request_id=row.id,
            kind=answer.kind,
            released_at=change.now,
            package_sha256=answer.package_sha256,
        )
        whole = replace(
            answer,
            released_at=change.now,
            released_by=actor.name,
            release_id=entry.id,
            turn=basis.turn,
            file_ids=tuple(file.id for file in rows),
        )
        put_sealed(entry, whole, RELEASE, change.keyring)
        change.session.add(entry)
        detail: dict[str, str | int] = {"kind": answer.kind.value, "calls": released, "turn": whole.turn}
        change.record("request.release", Subject(row.id, None, answer.package_sha256), detail)
        return request_of(change.session, row, change.keyring)


def _require_whole(change: Change, row: RequestRow) -> None:
    """A whole record, and where something is handed over, an identity check."""
    require_record(change)
    if any(State(call.state) is State.APPROVED for call in calls_of(change.session, row.id)):
        require_identified(change, row.id, row.number)


def _check_answer(basis: AnswerBasis, answer: Release) -> None:
    """Whether an answer says and holds what follows from its basis, and nothing of a withheld call."""
    due = {(call.call_id, call.revision, call.plan_sha256, not call.revision) for call in basis.answered}
    told = {(call.call_id, call.revision, call.plan_sha256, call.withheld) for call in answer.calls}
    open_calls = {call.number for call in answer.calls if not call.withheld}
    holds = {file.call for file in answer.files if file.call}
    if answer.kind is not basis.kind or told != due or len(answer.calls) != len(due) or holds - open_calls:
        msg = f"{basis.number}: 回答の中身が、承認された通話と決定に合いません。開示できません"
        raise ConflictError(msg)


def _release_calls(change: Change, row: RequestRow) -> int:
    """Freeze the calls that go out; a withheld one stays withheld."""
    released = 0
    for call in calls_of(change.session, row.id):
        if State(call.state) not in {State.WITHHELD, State.WITHDRAWN}:
            call.state, call.state_since = step_call(State(call.state), Step.RELEASE, call.id), change.now
            released += 1
    return released


def _rows(session: Session, request_id: str) -> Sequence[ReleaseRow]:
    statement = select(ReleaseRow).where(ReleaseRow.request_id == request_id)
    return session.scalars(statement.order_by(ReleaseRow.released_at, ReleaseRow.id)).all()


def releases(desk: Desk, request: str) -> tuple[Release, ...]:
    """The answers to a request, oldest first; without their passwords."""
    with desk.read() as session:
        row = row_of(session, request)
        return releases_of(session, desk.keyring, row.id)


def releases_of(session: Session, keyring: Keyring, request_id: str) -> tuple[Release, ...]:
    """As ``releases``, within a session; for the other modules of ``flows.desk``."""
    found = (take_sealed(row, RELEASE, keyring) for row in _rows(session, request_id))
    return tuple(replace(each, password="") for each in found)


def package_password(
    desk: Desk, actor: Actor, request: str, turn: int | None = None, *, shown: bool = True
) -> str:
    """What opens a package; that it was looked at, or used to open it, goes on record.

    Args:
        desk: The desk.
        actor: An approver or administrator.
        request: Id or public number.
        turn: Which answer; by default the last.
        shown: Whether a person sees it.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such answer, it has no password, or its package is erased.
    """
    if actor.role not in RESPONSIBLE:
        msg = "合言葉を見られるのは承認者と管理者だけです"
        raise NotAllowedError(msg)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        whole = [take_sealed(each, RELEASE, change.keyring) for each in _rows(change.session, row.id)]
        answer = answer_of(whole, turn)
        if not answer.password:
            msg = f"{row.number}: 暗号化していないため、合言葉はありません"
            raise NotFoundError(msg)
        if not _has_package(change.session, answer):
            msg = f"{row.number}: 開示したファイルは保存期間を過ぎて消されています"
            raise NotFoundError(msg)
        subject = Subject(row.id, None, answer.package_sha256)
        change.record("release.password" if shown else "release.unpack", subject, {"turn": answer.turn})
        return answer.password


def answer_of(answers: Sequence[Release], turn: int | None = None) -> Release:
    """One of a request's answers, or the last.

    Raises:
        NotFoundError: when there is none.
    """
    found = [each for each in answers if turn in {None, each.turn}]
    if not found:
        msg = "その開示の記録はありません"
        raise NotFoundError(msg)
    return found[-1]


def _has_package(session: Session, answer: Release) -> bool:
    kept = [session.get(FileRow, file_id) for file_id in answer.file_ids]
    return any(
        file is not None and file.kind == FileKind.PACKAGE and file.deleted_at is None for file in kept
    )


def reopen_released(desk: Desk, actor: Actor, request: str, reason: str) -> Request:
    """Open a released case for a second disclosure; the first stays as it is.

    Its released calls are in review again, with the plans that went out; what is then approved
    goes out as the next answer.

    Args:
        desk: The desk.
        actor: An approver or administrator.
        request: Id or public number.
        reason: Why; stays with the request.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when the case is not released.
    """
    if actor.role not in RESPONSIBLE:
        msg = "開示済みの案件を再び開けるのは承認者と管理者だけです"
        raise NotAllowedError(msg)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        set_request_state(change, row, step_request(State(row.state), Step.AGAIN, row.number))
        for call in calls_of(change.session, row.id):
            if State(call.state) is State.RELEASED:
                call.state, call.state_since = step_call(State.RELEASED, Step.AGAIN, call.id), change.now
        follow_calls(change, row.id)
        write_note(change, row, NoteKind.AGAIN, Said(actor.name, reason))
        change.record("request.again", Subject(row.id), {"answers": len(_rows(change.session, row.id))})
        return request_of(change.session, row, change.keyring)
