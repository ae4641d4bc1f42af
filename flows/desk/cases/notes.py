"""Rows of notes to a request; for the other modules of ``flows.desk``."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from flows.desk.integrity.desk import Change
from flows.desk.kinds.bounds import check_text
from flows.desk.kinds.values import Note, NoteKind
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import NoteRow, RequestRow, new_id


@dataclass(frozen=True, slots=True)
class NoteContent:
    """The sealed part of a note or an identity check; ``about`` and ``code`` are those of a note.

    Attributes:
        before: For an amendment: the earlier content of the request as JSON, read by ``amendments`` alone.
    """

    by: str = field(repr=False)
    text: str = field(default="", repr=False)
    about: str = ""
    code: str = ""
    before: str = field(default="", repr=False)


NOTE_CONTENT: Shape[NoteContent] = Shape(NoteContent)


def write_note(change: Change, row: RequestRow, kind: NoteKind, content: NoteContent) -> NoteRow:
    """Add a note within a change.

    Its id rises with every note of the request, so that two notes of one moment stay in the order they were
    written in: of two decisions the later one counts.

    Raises:
        OutOfBoundsError: when its text is too long.
    """
    check_text(content.text)
    written = select(func.count()).where(NoteRow.request_id == row.id)
    note_id = new_id(f"n{change.session.scalar(written):06}-")
    note = NoteRow(id=note_id, request_id=row.id, kind=kind, at=change.now, due_on=row.due_on)
    put_sealed(note, content, NOTE_CONTENT, change.keyring)
    change.session.add(note)
    return note


def select_notes(request_id: str, *kinds: NoteKind) -> Select[NoteRow]:
    """Return the query of a request's notes, oldest first.

    Args:
        request_id: The request's id.
        kinds: Only these kinds; none means all.
    """
    notes = select(NoteRow).where(NoteRow.request_id == request_id).order_by(NoteRow.at, NoteRow.id)
    return notes.where(NoteRow.kind.in_(kinds)) if kinds else notes


def notes_of(session: Session, keyring: Keyring, request_id: str, *kinds: NoteKind) -> dict[str, Note]:
    """Return a request's notes by their ids, oldest first.

    Args:
        session: A session.
        keyring: Keys of the desk.
        request_id: The request's id.
        kinds: Only these kinds; none means all.
    """
    rows = session.scalars(select_notes(request_id, *kinds))
    return {row.id: note_of(row, keyring) for row in rows}


def note_of(row: NoteRow, keyring: Keyring) -> Note:
    """Turn a row into the public value."""
    content = take_sealed(row, NOTE_CONTENT, keyring)
    return Note(NoteKind(row.kind), row.at, row.due_on, content.by, content.text, content.about, content.code)
