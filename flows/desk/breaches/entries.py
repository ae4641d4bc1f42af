"""Breaches as the notes of their requests record them; for the steps of a breach and for the ledger.

A breach may touch answers to several requests.  Each mark is a note to its own request; entries about the
breach as a whole are notes to the request that was marked first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.cases.notes import NOTE_CONTENT, NoteContent, write_note
from flows.desk.integrity.desk import Change
from flows.desk.kinds.breaches import Breach, BreachKind, Done, Duty, Fact, Mark, Paper, Stage
from flows.desk.kinds.values import NoteKind
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import NoteRow, RequestRow

KINDS: Final = (NoteKind.BREACH, NoteKind.BREACH_FACT, NoteKind.BREACH_DUTY, NoteKind.BREACH_DONE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Content of a note's code, beside the note's text.

    Attributes:
        breach: Number of the breach.
        position: 1 for its first entry; the notes' times may be equal.
        turn: For a mark: number of the answer.
        what: For a mark: kind of the breach.
        when: For a mark: when the company knew; for something done: when it was done.
        paper: For a text: its paper.
        item: For a text: its item.
        grounds: For a decision: the items of 施行規則7条.
        reports: For a decision: whether a report is made.
        stage: For something done: its stage.
    """

    breach: str
    position: int = 0
    turn: int = 0
    what: BreachKind = BreachKind.OTHER
    when: datetime | None = None
    paper: Paper = Paper.REPORT
    item: int = 0
    grounds: tuple[int, ...] = ()
    reports: bool = True
    stage: Stage = Stage.FIRST


ENTRY: Final[Shape[Entry]] = Shape(Entry)

Found = tuple[Entry, NoteRow, NoteContent]


@dataclass(frozen=True, slots=True)
class EntryText:
    """Text of an entry, and id of the answer that it concerns; empty where it concerns none."""

    text: str = field(repr=False)
    release_id: str = ""


def write_entry(change: Change, row: RequestRow, kind: NoteKind, entry: Entry, content: EntryText) -> None:
    """Add an entry within a change.

    Args:
        change: The change.
        row: The request that gets the note.
        kind: Kind of the note.
        entry: The entry, without its position among the entries of the breach.
        content: Text of the entry.
    """
    code = ENTRY.dump_json(entry).decode()
    write_note(change, row, kind, NoteContent(change.actor.name, content.text, content.release_id, code))
    change.session.flush()


def breaches_of(session: Session, keyring: Keyring) -> tuple[Breach, ...]:
    """Return all breaches, oldest first, within a session; for the other modules of ``flows.desk``."""
    statement = (
        select(NoteRow, RequestRow.number)
        .join(RequestRow, RequestRow.id == NoteRow.request_id)
        .where(NoteRow.kind.in_(KINDS))
    )
    found: dict[str, list[Found]] = defaultdict(list)
    numbers: dict[str, str] = {}
    for row, number in session.execute(statement):
        said = take_sealed(row, NOTE_CONTENT, keyring)
        entry = ENTRY.validate_json(said.code)
        found[entry.breach].append((entry, row, said))
        numbers[row.request_id] = number
    whole = (_breach(number, entries, numbers) for number, entries in found.items())
    return tuple(sorted((each for each in whole if each.marks), key=lambda each: each.number))


def _breach(number: str, entries: Iterable[Found], requests: Mapping[str, str]) -> Breach:
    in_order = sorted(entries, key=lambda each: each[0].position)
    of_kind = {kind: [each for each in in_order if each[1].kind == kind] for kind in KINDS}
    return Breach(
        number,
        tuple(_mark(each, requests) for each in of_kind[NoteKind.BREACH]),
        tuple(
            Fact(entry.paper, entry.item, said.text, said.by, row.at)
            for entry, row, said in of_kind[NoteKind.BREACH_FACT]
        ),
        tuple(
            Duty(entry.grounds, entry.reports, said.text, said.by, row.at)
            for entry, row, said in of_kind[NoteKind.BREACH_DUTY]
        ),
        tuple(
            Done(entry.stage, entry.when or row.at, said.text, said.by, row.at)
            for entry, row, said in of_kind[NoteKind.BREACH_DONE]
        ),
    )


def _mark(found: Found, requests: Mapping[str, str]) -> Mark:
    entry, row, said = found
    return Mark(
        row.request_id,
        requests[row.request_id],
        said.about,
        entry.turn,
        entry.what,
        entry.when or row.at,
        said.text,
        said.by,
        row.at,
    )
