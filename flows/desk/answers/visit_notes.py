"""Visits as their notes record them; for the steps of a visit and for the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flows.desk.kinds.values import Note, NoteKind
from flows.desk.kinds.ways import Passage, Visit
from flows.desk.sealing.shape import Shape

VISIT_HOURS = 3
"""Longest time of a visit."""

STRETCHES: Shape[tuple[Passage, ...]] = Shape(tuple[Passage, ...])
"""The code of a note of ``PLAYED``."""


def visits_of(notes: Mapping[str, Note]) -> tuple[Visit, ...]:
    """Return the visits that a request's notes record, oldest first.

    Args:
        notes: Notes of the request by their ids, oldest first.
    """
    ended = {note.about: note.at for note in notes.values() if note.kind is NoteKind.VISIT_END}
    found = []
    for visit_id, note in notes.items():
        if note.kind is NoteKind.VISIT:
            played = tuple(
                (each.at, passage)
                for each in notes.values()
                if each.kind is NoteKind.PLAYED and each.about == visit_id
                for passage in STRETCHES.validate_json(each.code)
            )
            until = note.at + timedelta(hours=VISIT_HOURS)
            told = (visit_id, note.about, note.code, note.by, note.text, note.at, until)
            found.append(Visit(*told, ended.get(visit_id), played))
    return tuple(found)
