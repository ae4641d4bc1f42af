"""Steps of a breach: mark an answer, write the texts of a paper, decide on a report, record what was done.

Everything is append-only.  A mark puts its request and files on hold (保全), so that no evidence of the
breach is erased when its period is over; the hold ends like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flows.desk.answers.releases import answer_of, releases_of
from flows.desk.breaches.entries import Entry, EntryText, breaches_of, write_entry
from flows.desk.cases.files import hold_within
from flows.desk.cases.numbers import next_breach_number
from flows.desk.cases.requests import row_of
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.kinds.breaches import (
    GROUNDS,
    ITEMS,
    ITEMS_OF_NOTICE,
    Breach,
    BreachKind,
    DutyDecision,
    Paper,
    PaperItem,
    ReachedStage,
    Stage,
)
from flows.desk.kinds.errors import ConflictError, ImpossibleStepError, NotFoundError
from flows.desk.kinds.permissions import May, check_may
from flows.desk.kinds.values import JAPAN, Actor, NoteKind
from flows.desk.storage.tables import RequestRow


@dataclass(frozen=True, slots=True)
class NewMark:
    """Data of a new mark.

    Attributes:
        turn: Number of the answer; ``None`` for the last.
        known_at: When the company came to know of the breach; ``None`` for now.
        text: Description of what happened.
        joins: Number of the breach that the answer belongs to; empty for a breach of its own.
    """

    kind: BreachKind
    text: str = field(repr=False)
    turn: int | None = None
    known_at: datetime | None = None
    joins: str = ""


def breaches(desk: Desk) -> tuple[Breach, ...]:
    """Return all breaches, oldest first."""
    with desk.read() as session:
        return breaches_of(session, desk.keyring)


def get_breach(desk: Desk, number: str) -> Breach:
    """Return a breach by its public number.

    Raises:
        NotFoundError: when there is no such breach.
    """
    return _one(breaches(desk), number)


def mark_breach(desk: Desk, actor: Actor, request: str, new: NewMark) -> Breach:
    """Mark an answer of which something got out, and hold its request.

    Args:
        desk: The desk.
        actor: An approver.
        request: Id or public number.
        new: Data of the mark.

    Returns:
        The breach, with its number.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such answer, or no breach to join.
        ConflictError: when the text is empty, the time lies before the answer or in the future, or the answer
            belongs to this breach already.
    """
    check_may(actor, May.REPORT)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        answer = answer_of(releases_of(change.session, change.keyring, row.id), new.turn)
        known_at = new.known_at or change.now
        _check_told(new.text, row.number)
        if not answer.released_at <= known_at <= change.now:
            msg = f"{row.number}: 知った日時が、開示の前か、未来です"
            raise ConflictError(msg)
        found = breaches_of(change.session, change.keyring)
        number = new.joins or next_breach_number(
            change.session, desk.settings, change.now.astimezone(JAPAN).year
        )
        before = _one(found, number) if new.joins else None
        if before is not None and answer.release_id in {mark.release_id for mark in before.marks}:
            msg = f"{row.number}: 第{answer.turn}回の開示は、すでに {number} に記録されています"
            raise ConflictError(msg)
        entry = Entry(number, _next(before), turn=answer.turn, what=new.kind, when=known_at)
        write_entry(change, row, NoteKind.BREACH, entry, EntryText(new.text.strip(), answer.release_id))
        change.record("request.hold", Subject(row.id), {"files": hold_within(change, row, hold=True)})
        subject = change.file(row.id, None, answer.package_sha256)
        change.record("breach.mark", subject, {"breach": number, "kind": new.kind.value, "turn": answer.turn})
        return _one(breaches_of(change.session, change.keyring), number)


def state_fact(desk: Desk, actor: Actor, number: str, item: PaperItem, text: str) -> Breach:
    """Write the text of one item of a paper; a later text replaces an earlier one.

    Args:
        desk: The desk.
        actor: An approver.
        number: Number of the breach.
        item: The item of the paper.
        text: The text.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such breach.
        ConflictError: when the paper has no such item, or the text is empty.
    """
    check_may(actor, May.REPORT)
    paper, place = item.paper, item.item
    if place not in (ITEMS if paper is Paper.REPORT else ITEMS_OF_NOTICE):
        msg = f"{number}: {paper.label}に、その項目はありません"
        raise ConflictError(msg)
    with desk.change(actor) as change:
        before, row = _with_row(change, number)
        _check_told(text, number)
        entry = Entry(number, _next(before), paper=paper, item=place)
        write_entry(change, row, NoteKind.BREACH_FACT, entry, EntryText(text.strip()))
        change.record("breach.fact", Subject(row.id), {"breach": number, "paper": paper.value, "item": place})
        return _one(breaches_of(change.session, change.keyring), number)


def decide_duty(desk: Desk, actor: Actor, number: str, decision: DutyDecision, reason: str) -> Breach:
    """Decide whether a breach is reported; a later decision replaces an earlier one.

    Args:
        desk: The desk.
        actor: An approver.
        number: Number of the breach.
        decision: The decision.
        reason: Reason; a decision without a reason is refused.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such breach.
        ConflictError: when the reason is missing, an item is unknown, or an item holds and no report is made.
    """
    check_may(actor, May.REPORT)
    grounds, reports = tuple(sorted(set(decision.grounds))), decision.reports
    with desk.change(actor) as change:
        before, row = _with_row(change, number)
        _check_told(reason, number)
        if not set(grounds) <= set(GROUNDS):
            msg = f"{number}: 施行規則7条の号は1から4までです"
            raise ConflictError(msg)
        if grounds and not reports:
            msg = f"{number}: 施行規則7条の号に当たるときは、報告と本人への通知が要ります(26条)"
            raise ConflictError(msg)
        entry = Entry(number, _next(before), grounds=grounds, reports=reports)
        write_entry(change, row, NoteKind.BREACH_DUTY, entry, EntryText(reason.strip()))
        detail: dict[str, str | int] = {
            "breach": number,
            "grounds": ",".join(map(str, grounds)),
            "reports": int(reports),
        }
        change.record("breach.decide", Subject(row.id), detail)
        return _one(breaches_of(change.session, change.keyring), number)


def record_done(desk: Desk, actor: Actor, number: str, done: ReachedStage, how: str) -> Breach:
    """Record that a report was made, or that the person was notified.

    Args:
        desk: The desk.
        actor: An approver.
        number: Number of the breach.
        done: The stage, and when.
        how: Description, such as the receipt number of the commission's form.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such breach.
        ImpossibleStepError: when nobody has decided yet that a report is made.
        ConflictError: when the text is empty, or the time lies before the breach was known or in the future.
    """
    check_may(actor, May.REPORT)
    stage = done.stage
    with desk.change(actor) as change:
        before, row = _with_row(change, number)
        _check_told(how, number)
        decided = before.duty is not None and before.duty.reports
        if stage is not Stage.NOTICE and not decided:
            msg = f"{number}: 先に、報告すると判断した理由を記録してください"
            raise ImpossibleStepError(msg)
        at = done.at or change.now
        if not before.known_at <= at <= change.now:
            msg = f"{number}: 行った日時が、知った日時の前か、未来です"
            raise ConflictError(msg)
        entry = Entry(number, _next(before), when=at, stage=stage)
        write_entry(change, row, NoteKind.BREACH_DONE, entry, EntryText(how.strip()))
        change.record("breach.done", Subject(row.id), {"breach": number, "stage": stage.value})
        return _one(breaches_of(change.session, change.keyring), number)


def _with_row(change: Change, number: str) -> tuple[Breach, RequestRow]:
    """Return a breach and the row of the request that was marked first."""
    breach = _one(breaches_of(change.session, change.keyring), number)
    return breach, change.session.get_one(RequestRow, breach.marks[0].request_id)


def _next(breach: Breach | None) -> int:
    """Return the position of the next entry."""
    if breach is None:
        return 1
    return sum(map(len, (breach.marks, breach.facts, breach.duties, breach.done))) + 1


def _one(found: tuple[Breach, ...], number: str) -> Breach:
    for each in found:
        if each.number == number:
            return each
    msg = "その番号の漏えい等の記録はありません"
    raise NotFoundError(msg)


def _check_told(text: str, number: str) -> None:
    if not text.strip():
        msg = f"{number}: 内容か理由を書いてください"
        raise ConflictError(msg)
