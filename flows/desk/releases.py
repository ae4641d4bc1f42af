"""Answers that went out: recorded once, with what was in them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import select

from flows.desk.chain import Subject
from flows.desk.desk import Desk
from flows.desk.requests import calls_of, request_of, row_of, set_request_state
from flows.desk.sealed import put_sealed, take_sealed
from flows.desk.states import State, Step, step_call, step_request
from flows.desk.tables import ReleaseRow, new_id
from flows.desk.values import Actor, Request

__all__ = ["Answer", "Release", "release", "releases"]


class Answer(enum.StrEnum):
    """Kinds of answer (33条3項): 開示, 一部不開示, 不開示, 不存在, 方法変更."""

    FULL = "full"
    PARTIAL = "partial"
    WITHHELD = "withheld"
    NONE_HELD = "none_held"
    OTHER_WAY = "other_way"


@dataclass(frozen=True, slots=True)
class Release:
    """One answer.

    Attributes:
        kind: What it says.
        package_sha256: Of the package that was handed over.
        released_at: When; set by the desk.
        released_by: Who; set by the desk.
        delivered_how: In words: post with its number, download, at the counter.
    """

    kind: Answer
    package_sha256: str
    released_at: datetime
    released_by: str = field(default="", repr=False)
    delivered_how: str = field(default="", repr=False)


RELEASE: TypeAdapter[Release] = TypeAdapter(Release)


def release(
    desk: Desk, actor: Actor, request: str, answer: tuple[Answer, str], delivered_how: str = ""
) -> Request:
    """Record that the answer to a request went out; its approved calls are released.

    Args:
        desk: The desk.
        actor: Who releases.
        request: Id or public number.
        answer: Its kind, and SHA-256 of the package.
        delivered_how: In words.

    Raises:
        ImpossibleStepError: when a call is not yet approved or withheld.
    """
    kind, package_sha256 = answer
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        after = step_request(State(row.state), Step.RELEASE, row.number)
        released = 0
        for call in calls_of(change.session, row.id):
            if State(call.state) is State.APPROVED:
                call.state, call.state_since = step_call(State.APPROVED, Step.RELEASE, call.id), change.now
                released += 1
        set_request_state(change, row, after)
        entry = ReleaseRow(
            id=new_id("r"),
            request_id=row.id,
            kind=kind,
            released_at=change.now,
            package_sha256=package_sha256,
        )
        whole = Release(kind, package_sha256, change.now, actor.name, delivered_how)
        put_sealed(entry, whole, RELEASE, change.keyring)
        change.session.add(entry)
        detail = {"kind": kind.value, "calls": released}
        change.record("request.release", Subject(row.id, None, package_sha256), detail)
        return request_of(change.session, row, change.keyring)


def releases(desk: Desk, request: str) -> tuple[Release, ...]:
    """The answers to a request, oldest first."""
    with desk.read() as session:
        row = row_of(session, request)
        statement = select(ReleaseRow).where(ReleaseRow.request_id == row.id).order_by(ReleaseRow.released_at)
        return tuple(take_sealed(found, RELEASE, desk.keyring) for found in session.scalars(statement))
