"""Choose the way in which the next answer discloses its calls; a second person approves the choice.

The choice and its approval are notes to the request, append-only like decisions to withhold.  Each belongs to
one answer: a second disclosure begins again with the request's own wish.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.desk.cases.notes import NOTE_CONTENT, NoteContent, select_notes, write_note
from flows.desk.cases.requests import calls_of, row_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.states import State, Step, step_request
from flows.desk.kinds.values import Actor, NoteKind
from flows.desk.kinds.ways import Chosen, Manner, Passage, Way
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import NoteRow, RecordingRow, ReleaseRow, RequestRow
from pipeline.audio.spans import union

MIN_SECONDS = 0.5
"""Length of the shortest passage: less than a word is a slip of the hand."""

MAX_PASSAGES = 200


@dataclass(frozen=True, slots=True)
class _Choice:
    """Stored form of a choice, in its note.

    Attributes:
        number: 1 for the first choice of the request; the notes' times may be equal.
        turn: Number of the answer for which it was made.
    """

    number: int
    turn: int
    manner: Manner


_CHOICE: Shape[_Choice] = Shape(_Choice)


def choose_way(desk: Desk, actor: Actor, request: str, manner: Manner) -> Chosen:
    """Choose the way of the next answer; a later choice replaces an earlier one.

    Args:
        desk: The desk.
        actor: An analyst or approver.
        request: Id or public number.
        manner: The way; its passages may be in any order and may overlap.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when the request's state does not allow it.
        ConflictError: when a reason, a ground or a passage is missing or wrong.
    """
    check_may(actor, May.DECIDE)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        step_request(State(row.state), Step.WAY, row.number)
        whole = replace(manner, passages=_in_order(manner.passages))
        _check(change, row, whole)
        turn = answers_of(change.session, row.id) + 1
        before = _choices(change.session, change.keyring, row.id)
        choice = _Choice(len(before) + 1, turn, whole)
        code = _CHOICE.dump_json(replace(choice, manner=replace(whole, reason=""))).decode()
        note = write_note(change, row, NoteKind.WAY, NoteContent(actor.name, whole.reason, "", code))
        detail: dict[str, str | int] = {
            "way": whole.way.value,
            "passages": len(whole.passages),
            "wished": int(whole.wished),
            "turn": turn,
        }
        change.record("way.choose", Subject(row.id), detail)
        return Chosen(note.id, whole, actor.name, change.now)


def approve_way(desk: Desk, actor: Actor, request: str, expected: str = "") -> Chosen:
    """Approve the way that was chosen for the next answer.

    Args:
        desk: The desk.
        actor: An approver who did not choose it, unless ``review_one_person`` is set.
        request: Id or public number.
        expected: Id of the choice that the approver has seen; empty for the present one.

    Raises:
        NotAllowedError: when the role does not allow it.
        ImpossibleStepError: when nothing is to be approved, or the same person chose it.
        ConflictError: when another way was chosen meanwhile.
    """
    check_may(actor, May.APPROVE)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        step_request(State(row.state), Step.WAY, row.number)
        turn = answers_of(change.session, row.id) + 1
        chosen = chosen_way_of(change.session, change.keyring, row.id, turn)
        if chosen is None or chosen.settled:
            msg = f"{row.number}: 承認を待つ開示のしかたはありません"
            raise ImpossibleStepError(msg)
        if expected and expected != chosen.note_id:
            msg = f"{row.number}: 開示のしかたが変わっています。読み直してから承認してください"
            raise ConflictError(msg)
        if actor.name == chosen.by and not desk.settings.review_one_person:
            msg = f"{row.number}: 開示のしかたを選んだ人は承認できません。別の承認者が行ってください"
            raise ImpossibleStepError(msg)
        write_note(change, row, NoteKind.WAY_APPROVED, NoteContent(actor.name, about=chosen.note_id))
        change.record("way.approve", Subject(row.id), {"way": chosen.manner.way.value, "turn": turn})
        return replace(chosen, approved_by=actor.name)


def chosen_way(desk: Desk, request: str) -> Chosen | None:
    """Return the way chosen for the next answer; ``None`` where the request's own wish holds."""
    with desk.read() as session:
        row = row_of(session, request)
        return chosen_way_of(session, desk.keyring, row.id, answers_of(session, row.id) + 1)


def chosen_way_of(session: Session, keyring: Keyring, request_id: str, turn: int) -> Chosen | None:
    """Return the way chosen for the next answer within a session, as ``chosen_way``.

    For other modules of ``flows.desk``.
    """
    choices = [each for each in _choices(session, keyring, request_id) if each[0].turn == turn]
    if not choices:
        return None
    choice, note, said = max(choices, key=lambda each: each[0].number)
    manner = replace(choice.manner, reason=said.text)
    approved = _said(session, keyring, request_id, NoteKind.WAY_APPROVED)
    by = next((each.by for _, each in approved if each.about == note.id), "")
    return Chosen(note.id, manner, said.by, note.at, by)


def answers_of(session: Session, request_id: str) -> int:
    """Return the number of a request's answers; for the other modules of ``flows.desk``."""
    return session.scalar(select(func.count()).where(ReleaseRow.request_id == request_id)) or 0


def _choices(
    session: Session, keyring: Keyring, request_id: str
) -> list[tuple[_Choice, NoteRow, NoteContent]]:
    found = _said(session, keyring, request_id, NoteKind.WAY)
    return [(_CHOICE.validate_json(said.code), note, said) for note, said in found]


def _said(
    session: Session, keyring: Keyring, request_id: str, kind: NoteKind
) -> list[tuple[NoteRow, NoteContent]]:
    rows = session.scalars(select_notes(request_id, kind))
    return [(row, take_sealed(row, NOTE_CONTENT, keyring)) for row in rows]


def _in_order(passages: Iterable[Passage]) -> tuple[Passage, ...]:
    """Return passages in order, in whole milliseconds; touching passages of a call are joined."""
    by_call: dict[str, list[tuple[float, float]]] = {}
    for each in passages:
        by_call.setdefault(each.call_id, []).append((round(each.start, 3), round(each.end, 3)))
    return tuple(
        Passage(call_id, start, end) for call_id, spans in by_call.items() for start, end in union(spans)
    )


def _check(change: Change, row: RequestRow, manner: Manner) -> None:
    """Check that a way has the texts for the letter, and that its passages lie in calls of the request."""
    if (manner.way is Way.PASSAGES) != bool(manner.passages) or len(manner.passages) > MAX_PASSAGES:
        msg = f"{row.number}: 箇所は「{Way.PASSAGES.label}」のときに、1つから{MAX_PASSAGES}まで選んでください"
        raise ConflictError(msg)
    if manner.way is not Way.FILES and not manner.wished and not manner.reason.strip():
        msg = f"{row.number}: 請求者の希望によらないときは、請求者に伝える理由が要ります"
        raise ConflictError(msg)
    own = not manner.wished and manner.way in {Way.PASSAGES, Way.TEXT}
    if manner.ground not in {0, 1, 2, 3} or (manner.ground and not own):
        msg = f"{row.number}: 残りを開示しない根拠(33条2項の号)は、希望によらない箇所か文字のときに決めます"
        raise ConflictError(msg)
    if manner.way is Way.PASSAGES and own and not manner.ground:
        msg = f"{row.number}: 選んだ箇所のほかを開示しない根拠(33条2項の号)が要ります"
        raise ConflictError(msg)
    _check_passages(change.session, row, manner.passages)


def _check_passages(session: Session, row: RequestRow, passages: Sequence[Passage]) -> None:
    open_calls = {
        call.id: call.recording_id
        for call in calls_of(session, row.id)
        if State(call.state) not in {State.WITHHELD, State.WITHDRAWN}
    }
    for each in passages:
        if each.call_id not in open_calls:
            msg = f"{row.number}: 箇所の通話が、この請求の開示する通話ではありません"
            raise ConflictError(msg)
        whole = session.get_one(RecordingRow, open_calls[each.call_id]).duration
        if each.end - each.start < MIN_SECONDS or (whole is not None and each.end > whole + 1):
            msg = f"{row.number}: 箇所が短すぎるか、通話の終わりの後にあります({MIN_SECONDS}秒から)"
            raise ConflictError(msg)
