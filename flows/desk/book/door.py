"""The one door of the desk: it checks a step, and writes row, sealed note and entry in one change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from flows.desk.book.event import ANSWER, CALL, REQUEST, Event, Kind, Told
from flows.desk.book.subjects import OnCall, OnRequest
from flows.desk.cases.notes import NoteContent, write_note
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor

R = TypeVar("R")

OPENED: Mapping[Kind, type[OnRequest | OnCall]] = {REQUEST: OnRequest, ANSWER: OnRequest, CALL: OnCall}


def do(desk: Desk, actor: Actor, event: Event[R]) -> R:
    """Take a step of the desk.

    Args:
        desk: The desk.
        actor: The person who takes it.
        event: The step.

    Returns:
        What it was done to, as it is now.

    Raises:
        NotAllowedError: when the role does not allow it.
        OutOfBoundsError: when a field is missing or out of bounds.
        NotFoundError: when there is nothing of this id.
        ImpossibleStepError: when the state does not allow it.
        ConflictError: when the step itself refuses.
    """
    declared = event.declared
    declared.check_role(actor)
    event = event.checked()
    with desk.change(actor) as change:
        on = OPENED[declared.kind].opened(change, desk.settings, event.subject)
        if declared.at is not None:
            on.check(declared.at)
        told = event.happen(on) or Told(on.detail)
        if declared.note is not None:
            content = NoteContent(actor.name, event.noted, told.about, told.code)
            note = write_note(change, on.owner, declared.note, content)
            note.at = told.at or note.at
        change.record(told.word or declared.word, told.entry or on.entry, told.detail)
        return on.value  # type: ignore[return-value]  # a kind has one value, which its events name
