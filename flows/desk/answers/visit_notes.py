"""Visits as their notes record them; for the steps of a visit and for the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flows.desk.kinds.values import Note, NoteKind
from flows.desk.kinds.ways import Passage, Visit
from flows.desk.sealing.shape import Shape

__all__ = ["STRETCHES", "VISIT_HOURS", "visits_of"]

VISIT_HOURS = 3
"""Longest time of a visit."""

STRETCHES: Shape[tuple[Passage, ...]] = Shape(tuple[Passage, ...])
"""The code of a note of ``PLAYED``."""


def visits_of(notes: Sequence[Note], ids: Sequence[str]) -> tuple[Visit, ...]:
    """Return the visits that a request's notes record, oldest first.

    Args:
        notes: Notes of the request.
        ids: Id of each note.
    """
    ended = {note.about: note.at for note in notes if note.kind is NoteKind.VISIT_END}
    found = []
    for note, visit_id in zip(notes, ids, strict=True):
        if note.kind is NoteKind.VISIT:
            played = tuple(
                (each.at, passage)
                for each in notes
                if each.kind is NoteKind.PLAYED and each.about == visit_id
                for passage in STRETCHES.validate_json(each.code)
            )
            until = note.at + timedelta(hours=VISIT_HOURS)
            told = (visit_id, note.about, note.code, note.by, note.text, note.at, until)
            found.append(Visit(*told, ended.get(visit_id), played))
    return tuple(found)
