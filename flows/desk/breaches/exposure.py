"""Exposure by a marked answer: its content, and who heard or opened it; from the ledger and the audit log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.answers.releases import Release, answer_of, releases_of
from flows.desk.answers.visit_notes import visits_of
from flows.desk.breaches.steps import get_breach
from flows.desk.cases.notes import notes_of
from flows.desk.integrity.audit import require_log
from flows.desk.integrity.chain import AuditEntry, Subject, entries_about
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import Breach, Mark
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.values import Actor, FileKind, Note, NoteKind
from flows.desk.kinds.ways import Visit
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import FileRow, PlanRow
from flows.desk.work.plan_json import PLAN
from pipeline.types import MaskAction, MaskPlan

PASSWORD = ("release.password", "release.unpack")
"""Actions with which the password of an answer was seen or used."""

OF_CALL = ("file.open", "call.listen", "call.view")
"""Actions with which a file was opened, a call's own sound was heard, or its page was read."""

OPENED = (*PASSWORD, *OF_CALL)
"""Actions of the audit log by which somebody may have heard or read the answer."""

RELEASED = "request.release"
"""Action from which an answer is out: earlier openings belong to its preparation."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One time that somebody of the company opened a part of the answer.

    Attributes:
        what: Action of the audit log.
        kind: Kind of the file; ``None`` where it was none.
        call: Number of the file's call in the answer; 0 for a file of the whole answer.
    """

    at: datetime
    by: str = field(repr=False)
    what: str
    kind: FileKind | None
    call: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """Content of one marked answer, and who heard or opened it.

    Attributes:
        answer: The answer, without its password.
        kept: Entity types that the calls have in clear, as their plans found them.
        deliveries: Deliveries of the answer: how and when.
        visits: The visits in which its copy was played, with who was there.
        others: Other answers to the same request, before and after, of which the same person has copies.
        opened: People of the company who opened it, from its release on.
    """

    mark: Mark
    answer: Release
    kept: tuple[str, ...]
    deliveries: tuple[Note, ...] = field(repr=False)
    visits: tuple[Visit, ...]
    others: tuple[Release, ...]
    opened: tuple[Opened, ...]


def exposures(desk: Desk, actor: Actor, number: str) -> tuple[Breach, tuple[Exposure, ...]]:
    """Return a breach and the exposure by each of its answers; the audit log records the reading.

    The audit log is checked first, because the result is reported to a commission.

    Args:
        desk: The desk.
        actor: An approver.
        number: Number of the breach.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such breach.
        SealBrokenError: when the audit log was tampered with.
    """
    check_may(actor, May.REPORT)
    breach = get_breach(desk, number)
    with desk.read() as session:
        require_log(session, desk.keyring)
        found = tuple(_exposure(session, desk.keyring, mark) for mark in breach.marks)
    with desk.change(actor) as change:
        for mark in breach.marks:
            change.record("breach.show", Subject(mark.request_id), {"breach": number})
    return breach, found


def _exposure(session: Session, keyring: Keyring, mark: Mark) -> Exposure:
    answers = releases_of(session, keyring, mark.request_id)
    answer = answer_of(answers, mark.turn)
    notes = notes_of(session, keyring, mark.request_id)
    told = entries_about(session, keyring, mark.request_id, (RELEASED, *OPENED))
    return Exposure(
        mark,
        answer,
        _kept(session, keyring, answer),
        tuple(n for n in notes.values() if n.kind is NoteKind.DELIVER and n.about == answer.release_id),
        tuple(each for each in visits_of(notes) if each.release_id == answer.release_id),
        tuple(each for each in answers if each.release_id != answer.release_id),
        tuple(_opened(told, answer, {session.get_one(FileRow, each).sha256 for each in answer.file_ids})),
    )


def _kept(session: Session, keyring: Keyring, answer: Release) -> tuple[str, ...]:
    """Return the entity types that an answer discloses in clear."""
    found: set[str] = set()
    for call in answer.calls:
        if call.withheld:
            continue
        statement = select(PlanRow).where(PlanRow.call_id == call.call_id, PlanRow.revision == call.revision)
        # A request's plans are erased with its personal data; then the types are unknown.
        for row in session.scalars(statement):
            plan: MaskPlan = take_sealed(row, PLAN, keyring)
            found |= {
                item.entity_type
                for item in plan.items
                if item.action is MaskAction.KEEP
                and answer.manner.discloses(call.call_id, item.time.start, item.time.end)
            }
    return tuple(sorted(found))


def _opened(found: Sequence[AuditEntry], answer: Release, own: Collection[str]) -> Iterator[Opened]:
    """Yield who took the answer in hand: its own files, its password, and the masked copies of its calls.

    Args:
        found: Entries of the audit log about the request, in order.
        answer: The answer.
        own: SHA-256 of the answer's own files.
    """
    calls = {call.call_id: call.number for call in answer.calls}
    out = False
    for entry in found:
        turn, subject = entry.detail.get("turn"), entry.subject
        if entry.action == RELEASED:
            out = out or turn == answer.turn
            continue
        ours = subject.call_id in calls if subject.call_id else subject.file_digest in own
        if not out or not (turn == answer.turn if entry.action in PASSWORD else ours):
            continue
        kind = FileKind(str(entry.detail["kind"])) if entry.action == "file.open" else None
        at = datetime.fromisoformat(entry.at)
        yield Opened(at, entry.actor.name, entry.action, kind, calls.get(subject.call_id or "", 0))
