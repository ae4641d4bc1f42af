"""Record released answers with their content, and reopen a released case by an explicit step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.cases.files import NewFile, name_files
from flows.desk.cases.requests import calls_of, request_of, row_of, set_request_state
from flows.desk.integrity.audit import require_identified, require_record
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.errors import ConflictError, NotAllowedError, NotFoundError
from flows.desk.kinds.file_values import FileOwner
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.states import State, Step, step_call, step_request
from flows.desk.kinds.values import Actor, Answer, FileKind, Request, Role
from flows.desk.kinds.ways import AS_ASKED, Manner, Way
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import AuditRow, FileRow, ReleaseRow, RequestRow, new_id
from flows.files.keyed_digest import NO_DIGEST, Digested, KeyedDigest
from pipeline.third_voice import Remains

if TYPE_CHECKING:
    from flows.desk.answers.basis import AnswerBasis

__all__ = [
    "Answer",
    "Release",
    "ReleasedCall",
    "ReleasedFile",
    "ReleasedRange",
    "all_releases",
    "package_password",
    "release",
    "releases",
]

RESPONSIBLE = {Role.APPROVER, Role.ADMIN}
"""Roles that may see a package's password or reopen a released case."""


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """A file of a package.

    Attributes:
        name: Name in the package; no personal data.
        sha256: SHA-256, which the recipient can check.
        call: Number of the call within the request, from 1; 0 for a file that belongs to no call.
    """

    name: str
    sha256: str
    bytes: int
    call: int = 0


@dataclass(frozen=True, slots=True, order=True)
class ReleasedRange:
    """A masked range: its time and kind, without the words.

    Attributes:
        start: Start in seconds from the start of the recording.
        entity_type: Entity type, as in the plan's item.
        ground: Item of 33条2項.
        remains: Part of a masked voice that is disclosed.
    """

    start: float
    end: float
    entity_type: str
    ground: int
    remains: Remains = Remains.NOTHING


@dataclass(frozen=True, slots=True)
class ReleasedCall:
    """A call of an answer.

    Attributes:
        number: Number within the request, from 1, as the recipient knows it.
        revision: Revision of the released plan; 0 for a withheld call.
        withheld: Whether nothing of it was disclosed.
        reviewers: Logins of those who decided on it.
        approver: Login of the person who approved it.
        played_digest: Keyed digest of the masked audio that may be played to the requester in person.
        consented: Start and end of each stretch of a third person's voice that is disclosed with consent.
    """

    number: int
    call_id: str
    recording_id: str
    revision: int = 0
    plan_digest: KeyedDigest = NO_DIGEST
    masked: tuple[ReleasedRange, ...] = ()
    withheld: bool = False
    reviewers: tuple[str, ...] = field(default=(), repr=False)
    approver: str = field(default="", repr=False)
    played_digest: KeyedDigest = NO_DIGEST
    consented: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """A released answer.

    Attributes:
        kind: Kind of the answer.
        package_sha256: SHA-256 of the package.
        released_at: Time of the release; set by the desk.
        released_by: Login of the person who released it; set by the desk.
        delivered_how: Way of delivery, if it was known at the release; later deliveries are notes.
        release_id: Random id; set by the desk.
        turn: 1 for the first answer to the request, 2 for a second disclosure; set by the desk.
        calls: Its calls.
        files: The files in the package.
        file_ids: Ids of the stored package, letter and manifest; set by the desk.
        encrypted: Whether the package needs a password.
        password: Password of the package; empty in the results of ``releases``.
        manner: Way in which it discloses its calls.
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
    manner: Manner = AS_ASKED


RELEASE: Shape[Release] = Shape(Release)


def release(
    desk: Desk, actor: Actor, basis: AnswerBasis, answer: Release, stored: Sequence[NewFile] = ()
) -> Request:
    """Release the answer to a request and its approved calls, in one transaction.

    The basis is read again in this transaction.  If it has changed, for example because a call was withheld
    or withdrawn, nothing is released and the stored files stay without a row.

    Args:
        desk: The desk.
        actor: The person or flow that releases.
        basis: The basis as it was read before the answer was made.
        answer: The answer.
        stored: Package, letter and manifest, which are in the store.

    Raises:
        NotAllowedError: when the role does not allow it.
        ConflictError: when the basis has changed, or the answer does not follow from it.
        ImpossibleStepError: when the request is neither approved nor withheld any more.
        NotIdentifiedError: when something is disclosed and no identity check is recorded.
        SealBrokenError: when the audit log or a sealed row was tampered with.
    """
    # Imported here: readers of released answers do not need the modules that make an answer.
    from flows.desk.answers.basis import check_basis_of

    check_may(actor, May.RELEASE)
    with desk.change(actor) as change:
        row = check_basis_of(change.session, change.keyring, basis)
        _check_answer(basis, answer)
        _require_whole(change, row)
        released = _release_calls(change, row)
        set_request_state(change, row, step_request(State(row.state), basis.step, row.number))
        rows = name_files(change, desk, FileOwner(row.id, None, 0), stored)
        change.session.flush()
        entry = ReleaseRow(
            id=new_id("r"),
            request_id=row.id,
            kind=answer.kind,
            released_at=change.now,
            package_sha256=change.digest(Digested.FILE, answer.package_sha256),
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
        detail: dict[str, str | int] = {
            "kind": answer.kind.value,
            "way": answer.manner.way.value,
            "calls": released,
            "turn": whole.turn,
        }
        change.record("request.release", change.file(row.id, None, answer.package_sha256), detail)
        return request_of(change.session, row, change.keyring)


def _require_whole(change: Change, row: RequestRow) -> None:
    """Check the audit log, and the identity check when something is disclosed."""
    require_record(change)
    if any(State(call.state) is State.APPROVED for call in calls_of(change.session, row.id)):
        require_identified(change, row.id, row.number)


def _check_answer(basis: AnswerBasis, answer: Release) -> None:
    """Check that an answer follows from its basis and contains nothing of a withheld call."""
    due = {
        (call.call_id, call.revision, call.plan_digest, not call.revision, basis.played(call))
        for call in basis.answered
    }
    told = {
        (call.call_id, call.revision, call.plan_digest, call.withheld, call.played_digest)
        for call in answer.calls
    }
    open_calls = {call.number for call in answer.calls if not call.withheld}
    holds = {file.call for file in answer.files if file.call}
    other = answer.kind is not basis.kind or answer.manner != basis.manner
    leaves = answer.manner.way is Way.IN_PERSON and bool(holds)
    if other or leaves or told != due or len(answer.calls) != len(due) or holds - open_calls:
        msg = f"{basis.number}: 回答の中身が、承認された通話と決定に合いません。開示できません"
        raise ConflictError(msg)


def _release_calls(change: Change, row: RequestRow) -> int:
    """Set the state of the released calls; a withheld call stays withheld."""
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
    """Return the answers to a request, oldest first, without their passwords."""
    with desk.read() as session:
        row = row_of(session, request)
        return releases_of(session, desk.keyring, row.id)


def all_releases(desk: Desk) -> tuple[tuple[str, tuple[Release, ...]], ...]:
    """Return the public number and the answers of every request that was answered, oldest first.

    A request whose personal data was erased has no answers any more; its state and the audit log show that it
    had some.
    """
    told = select(AuditRow.request_id).where(AuditRow.action == "request.release")
    answered = RequestRow.id.in_(select(ReleaseRow.request_id)) | RequestRow.id.in_(told)
    with desk.read() as session:
        statement = select(RequestRow).where((RequestRow.state == State.RELEASED) | answered)
        rows = session.scalars(statement.order_by(RequestRow.received_at, RequestRow.number))
        return tuple((row.number, releases_of(session, desk.keyring, row.id)) for row in rows)


def releases_of(session: Session, keyring: Keyring, request_id: str) -> tuple[Release, ...]:
    """Return the answers to a request within a session, as ``releases``.

    For other modules of ``flows.desk``.
    """
    found = (take_sealed(row, RELEASE, keyring) for row in _rows(session, request_id))
    return tuple(replace(each, password="") for each in found)


def package_password(
    desk: Desk, actor: Actor, request: str, turn: int | None = None, *, shown: bool = True
) -> str:
    """Return a package's password; the audit log records that it was seen or used.

    Args:
        desk: The desk.
        actor: An approver or administrator.
        request: Id or public number.
        turn: Number of the answer; by default the last.
        shown: Whether a person sees it, instead of a program that only opens the package.

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
        subject = change.file(row.id, None, answer.package_sha256)
        change.record("release.password" if shown else "release.unpack", subject, {"turn": answer.turn})
        return answer.password


def answer_of(answers: Sequence[Release], turn: int | None = None) -> Release:
    """Return one of a request's answers, by default the last.

    Raises:
        NotFoundError: when there is no such answer.
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
