"""Records who has which call open, and which parts of its sound and of its masked copy were listened to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from flows.desk.cases.calls import call_row
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.review_tables import HeardRow, PresenceRow
from flows.desk.storage.tables import new_id
from pipeline.audio.spans import length, union

PRESENCE_TIMEOUT = timedelta(seconds=50)
"""A page reports every 20 s that it is open, so two reports may be lost."""

Spans = tuple[tuple[float, float], ...]

What = Literal["masked", "original"]
"""What was listened to: the masked copy, or the call itself, while its text was read through."""


@dataclass(frozen=True, slots=True)
class _Name:
    login: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Stretches of a call or of its masked copy that somebody listened to.

    Attributes:
        revision: Revision of the plan of the copy.
        decisions: Number of decisions folded into the plan.
        stretches: Starts and ends in seconds from the start of the call.
        what: What was listened to.
    """

    revision: int
    decisions: int
    heard_at: datetime
    listener: str = field(repr=False)
    stretches: Spans
    what: What = "masked"


@dataclass(frozen=True, slots=True)
class Listener:
    """How long somebody listened to a call; what was heard twice counts once.

    Attributes:
        name: Login of that person.
        original: Seconds of the call itself.
        masked: Seconds of the present masked copy.
    """

    name: str = field(repr=False)
    original: float
    masked: float


@dataclass(frozen=True, slots=True)
class Listened:
    """What was listened to of a call.

    Attributes:
        read: Stretches of the call itself that anybody has heard; no decision changes these.
        listeners: Who listened and how long, in the order of their names.
    """

    read: Spans
    listeners: tuple[Listener, ...]


NAME: Shape[_Name] = Shape(_Name)
HEARD: Shape[Heard] = Shape(Heard)


def open_call(desk: Desk, session_id: str, login: str, call_id: str) -> None:
    """Record that a person has a call open, or still has it open."""
    with desk.database.write() as session:
        now = desk.clock()
        session.execute(delete(PresenceRow).where(PresenceRow.seen_at < now - PRESENCE_TIMEOUT))
        row = session.scalars(_mine(session_id, call_id)).one_or_none()
        if row is None:
            row = PresenceRow(id=new_id("o"), call_id=call_row(session, call_id).id, session_id=session_id)
            put_sealed(row, _Name(login), NAME, desk.keyring)
            session.add(row)
        row.seen_at = now


def close_call(desk: Desk, session_id: str, call_id: str) -> None:
    """Record that a person has closed a call."""
    with desk.database.write() as session:
        session.execute(
            delete(PresenceRow).where(PresenceRow.call_id == call_id, PresenceRow.session_id == session_id)
        )


def _mine(session_id: str, call_id: str) -> Select[PresenceRow]:
    return select(PresenceRow).where(PresenceRow.call_id == call_id, PresenceRow.session_id == session_id)


def opened_by(desk: Desk, call_id: str | None = None, but: str = "") -> Mapping[str, tuple[str, ...]]:
    """Return who has calls open.

    Args:
        desk: The desk.
        call_id: Only this call.
        but: A login to leave out, usually one's own.

    Returns:
        Logins by call.
    """
    found: dict[str, set[str]] = {}
    with desk.read() as session:
        statement = select(PresenceRow).where(PresenceRow.seen_at >= desk.clock() - PRESENCE_TIMEOUT)
        if call_id is not None:
            statement = statement.where(PresenceRow.call_id == call_id)
        for row in session.scalars(statement):
            login = take_sealed(row, NAME, desk.keyring).login
            if login != but:
                found.setdefault(row.call_id, set()).add(login)
    return {call: tuple(sorted(logins)) for call, logins in found.items()}


def add_heard(  # noqa: PLR0913 (what was heard, beside whose it is)
    desk: Desk,
    actor: Actor,
    call_id: str,
    copy: tuple[int, int],
    stretches: Spans,
    *,
    what: What = "masked",
) -> None:
    """Record that stretches of a call or of its masked copy were listened to.

    Args:
        desk: The desk.
        actor: The person who listened.
        call_id: The call's id.
        copy: Revision of the plan, and number of decisions folded into it.
        stretches: Starts and ends in seconds, in order, none of them empty.
        what: What was listened to.
    """
    with desk.change(actor) as change:
        owner = call_row(change.session, call_id)
        row = HeardRow(
            id=new_id("h"), call_id=call_id, revision=copy[0], decisions=copy[1], heard_at=change.now
        )
        whole = Heard(copy[0], copy[1], change.now, actor.name, stretches, what)
        put_sealed(row, whole, HEARD, change.keyring)
        change.session.add(row)
        seconds = round(sum(end - start for start, end in stretches))
        detail: dict[str, str | int] = {"revision": copy[0], "decisions": copy[1], "seconds": seconds}
        if what == "original":
            detail["what"] = what
        change.record("call.hear", Subject(owner.request_id, call_id), detail)


def list_heard(desk: Desk, call_id: str, revision: int) -> tuple[Heard, ...]:
    """Return what was listened to of copies of one revision, in the order of listening."""
    return tuple(
        each for each in _heard(desk, call_id) if each.revision == revision and each.what == "masked"
    )


def listened(desk: Desk, call_id: str, revision: int) -> Listened:
    """Return what was listened to of a call by anybody.

    Args:
        desk: The desk.
        call_id: The call's id.
        revision: Revision of the plan of the present copy.
    """
    found: dict[str, dict[What, list[tuple[float, float]]]] = {}
    for each in _heard(desk, call_id):
        if each.what == "original" or each.revision == revision:
            of_one = found.setdefault(each.listener, {"original": [], "masked": []})
            of_one[each.what].extend(each.stretches)
    read = union(*(of_one["original"] for of_one in found.values()))
    people = (
        Listener(name, _seconds(of_one["original"]), _seconds(of_one["masked"]))
        for name, of_one in sorted(found.items())
    )
    return Listened(read, tuple(people))


def _seconds(stretches: Iterable[tuple[float, float]]) -> float:
    return round(length(union(stretches)), 1)


def _heard(desk: Desk, call_id: str) -> tuple[Heard, ...]:
    with desk.read() as session:
        return _read_heard(session, desk.keyring, call_id)


def _read_heard(session: Session, keyring: Keyring, call_id: str) -> tuple[Heard, ...]:
    statement = select(HeardRow).where(HeardRow.call_id == call_id)
    rows = session.scalars(statement.order_by(HeardRow.heard_at, HeardRow.id))
    return tuple(take_sealed(row, HEARD, keyring) for row in rows)
