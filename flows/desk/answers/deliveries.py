"""Record deliveries of answers, packages put out for another system, and objections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flows.desk.answers.releases import answer_of, releases_of
from flows.desk.cases.notes import NoteContent, write_note
from flows.desk.cases.requests import request_of, row_of
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.permissions import check_may_release
from flows.desk.kinds.values import Actor, NoteKind, Request

__all__ = ["DeliveredAnswer", "deliver", "record_placed"]


@dataclass(frozen=True, slots=True)
class DeliveredAnswer:
    """An answer that was delivered.

    Attributes:
        at: Time of delivery; ``None`` for now.
        turn: Number of the answer; ``None`` for the last.
    """

    at: datetime | None = None
    turn: int | None = None


LAST_ANSWER = DeliveredAnswer()
"""The last answer, delivered now."""


def deliver(
    desk: Desk, actor: Actor, request: str, how: str, delivered: DeliveredAnswer = LAST_ANSWER
) -> Request:
    """Record that an answer was delivered to the requester.

    Args:
        desk: The desk.
        actor: The person who records it.
        request: Id or public number.
        how: The way of delivery in words, such as by post with its number.
        delivered: The delivered answer, by default the last, and the time.

    Raises:
        NotFoundError: when there is no such answer.
        ConflictError: when the time lies before the answer or in the future.
    """
    at, turn = delivered.at, delivered.turn
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        answer = answer_of(releases_of(change.session, change.keyring, row.id), turn)
        if at is not None and not answer.released_at <= at <= change.now:
            msg = f"{row.number}: 交付の日時が、開示の前か、未来です"
            raise ConflictError(msg)
        note = write_note(change, row, NoteKind.DELIVER, NoteContent(actor.name, how, answer.release_id))
        note.at = at or change.now
        subject = change.file(row.id, None, answer.package_sha256)
        change.record("release.deliver", subject, {"turn": answer.turn})
        return request_of(change.session, row, change.keyring)


def record_placed(desk: Desk, actor: Actor, request: str, turn: int | None = None) -> Request:
    """Record that an answer's package was put where another system fetches it, which is no delivery yet.

    Raises:
        NotAllowedError: when the role does not allow it.
        NotFoundError: when there is no such answer.
    """
    check_may_release(actor)
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        answer = answer_of(releases_of(change.session, change.keyring, row.id), turn)
        write_note(change, row, NoteKind.PLACED, NoteContent(actor.name, about=answer.release_id))
        change.record(
            "release.place", change.file(row.id, None, answer.package_sha256), {"turn": answer.turn}
        )
        return request_of(change.session, row, change.keyring)
