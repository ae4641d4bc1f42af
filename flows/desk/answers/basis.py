"""The basis of an answer: everything it depends on, read before it is made and again when it is released.

Making an answer takes minutes to hours, during which people go on working.  The answer is released only if
its basis is unchanged.  A change cannot be undone unnoticed: approvals, notes and answers are append-only,
so a case that was reopened and approved again has another basis.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.desk.answers.ways import answers_of, chosen_way_of
from flows.desk.cases.notes import NOTE_CONTENT, NoteContent, select_notes
from flows.desk.cases.requests import CONTENT, calls_of, row_of
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotIdentifiedError
from flows.desk.kinds.states import State, Step, step_request
from flows.desk.kinds.values import Answer, FileKind, NewRequest, NoteKind
from flows.desk.kinds.ways import AS_ASKED, Chosen, Manner, Way
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import ApprovalRow, CallRow, IdentityRow, RequestRow
from flows.desk.work.plans import approved_of
from flows.files.keyed_digest import NO_DIGEST, KeyedDigest


@dataclass(frozen=True, slots=True)
class CallBasis:
    """The state of one call in the basis of an answer.

    Attributes:
        sha256: SHA-256 of the recording.
        revision: Revision of the approved plan; 0 for a withheld call.
        plan_digest: Keyed digest of the approved plan, computed from its content.
        files: Kind and keyed digest of each approved file.
        approvals: Number of approvals that the call has had.
        masked: Whether the disclosed part of the call has a mask.
        in_person: Whether somebody decided that a voice in it is heard in person.
    """

    call_id: str
    recording_id: str
    state: State
    sha256: str
    revision: int = 0
    plan_digest: KeyedDigest = NO_DIGEST
    files: tuple[tuple[str, KeyedDigest], ...] = ()
    approvals: int = 0
    masked: bool = False
    in_person: bool = False


@dataclass(frozen=True, slots=True)
class AnswerBasis:
    """Everything that an answer depends on.

    Attributes:
        state: State of the request.
        kind: Kind of the answer.
        turn: 1 for the first answer to the request.
        content: Content of the request, with the present state of its fee.
        calls: All calls in the order in which they were attached, including withdrawn ones.
        told: Ids of the notes that decide to withhold.
        checks: Ids of the identity checks.
        way: The chosen and approved way of disclosure; ``None`` where the request's own wish holds.
    """

    request_id: str
    number: str
    state: State
    kind: Answer
    turn: int
    content: NewRequest = field(repr=False)
    calls: tuple[CallBasis, ...]
    told: tuple[str, ...]
    checks: tuple[str, ...]
    way: Chosen | None = None

    @property
    def manner(self) -> Manner:
        """Way in which the answer discloses its calls."""
        return AS_ASKED if self.way is None else self.way.manner

    def played(self, call: CallBasis) -> KeyedDigest:
        """Return the digest of the approved audio of a call that the requester hears in person, or empty."""
        sounds = self.manner.way is Way.IN_PERSON and call.revision
        return played_digest_of(call.files) if sounds else NO_DIGEST

    @property
    def answered(self) -> tuple[CallBasis, ...]:
        """The calls that the answer covers."""
        return tuple(call for call in self.calls if call.state is not State.WITHDRAWN)

    @property
    def discloses(self) -> bool:
        """Whether the sound or the words of any call are disclosed."""
        return any(call.revision for call in self.calls)

    @property
    def step(self) -> Step:
        """The step of the request that this answer makes."""
        return Step.RELEASE if self.discloses else Step.REFUSE


def played_digest_of(files: Iterable[tuple[str, KeyedDigest]]) -> KeyedDigest:
    """Return the digest of the approved sound that is heard in person; mostly that is the masked one."""
    by_kind = dict(files)
    return by_kind.get(FileKind.VISIT_AUDIO) or by_kind[FileKind.MASKED_AUDIO]


def read_basis(desk: Desk, request: str) -> AnswerBasis:
    """Read the basis of the answer to a request, as of one moment.

    Args:
        desk: The desk.
        request: Id or public number.

    Raises:
        ImpossibleStepError: when the request is neither approved nor withheld, a call neither
            approved, withheld nor withdrawn, or something changed after its approval.
        NotIdentifiedError: when something is to be disclosed and no identity check is recorded.
    """
    with desk.read() as session:
        return basis_of(session, desk.keyring, row_of(session, request))


def check_basis(desk: Desk, basis: AnswerBasis) -> None:
    """Check that the basis of an answer is unchanged, before more work is put into it.

    Raises:
        ConflictError: when something in the basis has changed.
        ImpossibleStepError: when the request can no longer be released.
    """
    with desk.read() as session:
        check_basis_of(session, desk.keyring, basis)


def check_basis_of(session: Session, keyring: Keyring, basis: AnswerBasis) -> RequestRow:
    """Check the basis of a release within its transaction, as ``check_basis``.

    For other modules of ``flows.desk``.
    """
    row = row_of(session, basis.request_id)
    if basis_of(session, keyring, row) != basis:
        told = "開示の準備の間に、請求か通話か決定が変わりました。何も開示していません"
        msg = f"{row.number}: {told}。もう一度行ってください"
        raise ConflictError(msg)
    return row


def basis_of(session: Session, keyring: Keyring, row: RequestRow) -> AnswerBasis:
    """Return the basis of the next answer within a session, as ``read_basis``.

    For other modules of ``flows.desk``.
    """
    state = State(row.state)
    if state not in {State.APPROVED, State.WITHHELD}:
        msg = f"{row.number}: 開示はできません。いまの状態は「{state.label}」です"
        raise ImpossibleStepError(msg)
    turn = answers_of(session, row.id) + 1
    way = chosen_way_of(session, keyring, row.id, turn) if state is State.APPROVED else None
    manner = AS_ASKED if way is None else way.manner
    calls = tuple(_call_basis(session, keyring, call, manner) for call in calls_of(session, row.id))
    told = _told(session, keyring, row.id)
    basis = AnswerBasis(
        request_id=row.id,
        number=row.number,
        state=state,
        kind=_kind(state, calls, [said for _, said in told], manner),
        turn=turn,
        content=replace(take_sealed(row, CONTENT, keyring), fee_paid=row.fee_paid),
        calls=calls,
        told=tuple(note_id for note_id, _ in told),
        checks=_checks(session, keyring, row.id),
        way=way,
    )
    _check_way(basis)
    step_request(state, basis.step, row.number)
    if basis.discloses and not basis.checks:
        msg = f"{row.number}: 本人確認の記録がありません。開示はできません"
        raise NotIdentifiedError(msg)
    return basis


def _check_way(basis: AnswerBasis) -> None:
    """Check that the way is approved and suits the decisions on each disclosed call."""
    if basis.manner.way is not Way.IN_PERSON and any(call.in_person for call in basis.calls):
        told = "対面で聞かせると決めた声があります。開示のしかたを「対面で聞かせる」にするか"
        raise ImpossibleStepError(f"{basis.number}: {told}、通話を「確認に戻す」で開いて決め直してください")
    if basis.way is None:
        return
    manner = basis.way.manner
    if not basis.way.settled:
        told = f"開示のしかた「{manner.way.label}」を、別の人がまだ承認していません"
        raise ImpossibleStepError(f"{basis.number}: {told}")
    if manner.way is not Way.PASSAGES:
        return
    without = sum(bool(call.revision) and not manner.of_call(call.call_id) for call in basis.calls)
    known = {call.call_id for call in basis.calls if call.revision}
    if without or any(each.call_id not in known for each in manner.passages):
        told = f"箇所を選んでいない通話が{without}件あるか、開示しない通話の箇所があります"
        msg = f"{basis.number}: {told}。箇所を選び直すか、その通話を不開示としてください"
        raise ImpossibleStepError(msg)


def _call_basis(session: Session, keyring: Keyring, row: CallRow, manner: Manner) -> CallBasis:
    known = CallBasis(row.id, row.recording_id, State(row.state), row.sha256)
    if known.state in {State.WITHHELD, State.WITHDRAWN}:
        return known
    stored, approval = approved_of(session, row, keyring)
    return replace(
        known,
        revision=stored.revision,
        plan_digest=stored.plan_digest,
        files=approval.files,
        approvals=session.scalar(select(func.count()).where(ApprovalRow.call_id == row.id)) or 0,
        masked=any(manner.masks(row.id, item) for item in stored.plan.masked),
        in_person=stored.plan.heard_in_person,
    )


def _told(session: Session, keyring: Keyring, request_id: str) -> list[tuple[str, NoteContent]]:
    """Return the notes with decisions to withhold, oldest first."""
    notes = session.scalars(select_notes(request_id, NoteKind.WITHHOLD)).all()
    return [(note.id, take_sealed(note, NOTE_CONTENT, keyring)) for note in notes]


def _checks(session: Session, keyring: Keyring, request_id: str) -> tuple[str, ...]:
    rows = session.scalars(select(IdentityRow).where(IdentityRow.request_id == request_id)).all()
    for row in rows:
        # A note that this desk has not sealed does not count.
        take_sealed(row, NOTE_CONTENT, keyring)
    return tuple(sorted(row.id for row in rows))


def _kind(state: State, calls: Sequence[CallBasis], told: Sequence[NoteContent], manner: Manner) -> Answer:
    """Return the kind of the answer; for a withheld request, the kind that was decided last."""
    if state is State.WITHHELD:
        return Answer(told[-1].code or Answer.WITHHELD) if told and not told[-1].about else Answer.WITHHELD
    answered = [call for call in calls if call.state is not State.WITHDRAWN]
    part = manner.leaves_out or any(not call.revision or call.masked for call in answered)
    return Answer.PARTIAL if part else Answer.FULL
