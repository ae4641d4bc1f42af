"""The catalogue of the company's recordings, which is searched without clear text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.terms import (
    add_terms,
    find_subjects,
    find_unique,
    find_uniques,
    mark_unique,
)
from flows.desk.kinds.bounds import check_day, check_recording
from flows.desk.kinds.errors import DuplicateError, NotFoundError
from flows.desk.kinds.search_terms import recording_terms
from flows.desk.kinds.values import JAPAN, Actor, FoundRecording, NewRecording, Request
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.tables import RecordingRow, new_id

RECORDING: Shape[NewRecording] = Shape(NewRecording)


BATCH_RECORDINGS = 200
"""Recordings in one transaction, for which other writers have to wait."""


@dataclass(frozen=True, slots=True)
class Added:
    """The result of an import: ids of the new recordings, and the number of known ones."""

    new: tuple[str, ...]
    known: int


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days from a first to a last, Japanese dates; ``None`` for no bound."""

    first: date | None = None
    last: date | None = None


ANY_DAY = DaySpan()
"""All days."""


@dataclass(frozen=True, slots=True)
class RecordingQuery:
    """Conditions of a search for recordings; all that are set must hold.

    Attributes:
        source_id: The telephone system's id of the call.
        customer_id: The customer's id.
        number: Phone number of either end.
        operator: The operator.
        first: First day, Japanese date.
        last: Last day, inclusive.
        limit: Largest number of results.
    """

    source_id: str = field(default="", repr=False)
    customer_id: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    operator: str = field(default="", repr=False)
    first: date | None = None
    last: date | None = None
    limit: int = 1000


def add_recordings(desk: Desk, actor: Actor, news: Sequence[NewRecording]) -> Added:
    """Add recordings to the catalogue: nothing of a list with a mistake, and of any other all.

    A long list is written in several transactions, so that other writers need not wait.  After a kill a part
    of it is in the catalogue, and importing the same list again adds the rest.

    Args:
        desk: The desk.
        actor: The person who imports.
        news: The recordings; those that exist with the same content are skipped.

    Raises:
        DuplicateError: when a ``source_id`` exists with other content, or occurs twice with different
            content; the message names its position in ``news``, from 1.
        OutOfBoundsError: when a value is out of bounds.
    """
    for new in news:
        check_recording(new)
    places = tuple(enumerate(news, start=1))
    parts = [places[at : at + BATCH_RECORDINGS] for at in range(0, len(places), BATCH_RECORDINGS)]
    seen: dict[str, NewRecording] = {}
    for part in parts:
        # The whole list is checked before any of it is written.
        with desk.read() as session:
            _unknown(session, desk.keyring, part, seen)
    added = [one for part in parts for one in _add_batch(desk, actor, part)]
    return Added(tuple(added), len(news) - len(added))


def _add_batch(desk: Desk, actor: Actor, batch: Sequence[tuple[int, NewRecording]]) -> tuple[str, ...]:
    with desk.change(actor) as change:
        unknown = _unknown(change.session, change.keyring, batch, {})
        added = tuple(_add(change, new, new_id("g")) for new in unknown)
        if added:
            change.record("recordings.add", Subject(), {"new": len(added), "known": len(batch) - len(added)})
        return added


def add_recording(change: Change, new: NewRecording, recording_id: str, place: int) -> str | None:
    """Add one recording within a change; for the other modules of ``flows.desk``.

    Args:
        change: The present change.
        new: The recording.
        recording_id: Id for it.
        place: Its position in the imported list, from 1.

    Returns:
        Its id; ``None`` when it exists already.

    Raises:
        DuplicateError: when its ``source_id`` exists with other content.
        OutOfBoundsError: when a value is out of bounds.
    """
    check_recording(new)
    unknown = _unknown(change.session, change.keyring, [(place, new)], {})
    return _add(change, new, recording_id) if unknown else None


def _add(change: Change, new: NewRecording, recording_id: str) -> str:
    row = RecordingRow(
        id=recording_id, started_at=new.started_at, duration=new.duration, catalogued_at=change.now
    )
    put_sealed(row, new, RECORDING, change.keyring)
    change.session.add(row)
    mark_unique(change, row.id, "source", new.source_id)
    add_terms(change, row.id, recording_terms(new))
    return row.id


def _unknown(
    session: Session,
    keyring: Keyring,
    batch: Sequence[tuple[int, NewRecording]],
    seen: dict[str, NewRecording],
) -> list[NewRecording]:
    """Return those recordings of a batch that neither the catalogue nor the list before them has.

    Args:
        session: A session.
        keyring: Keys of the desk.
        batch: Positions and recordings.
        seen: The recordings before the batch, by ``source_id``; the batch is added.

    Raises:
        DuplicateError: when one has the ``source_id`` of another with other content.
    """
    owners = find_uniques(session, keyring, "source", (new.source_id for _, new in batch))
    rows = session.scalars(select(RecordingRow).where(RecordingRow.id.in_(owners.values()))).all()
    content = {row.id: take_sealed(row, RECORDING, keyring) for row in rows}
    unknown = []
    for place, new in batch:
        owner, key = owners.get(new.source_id), new.source_id.strip()
        if owner is None and key not in seen:
            unknown.append(new)
        before = seen.setdefault(key, new if owner is None else content[owner])
        if before != new:
            other = "" if owner is None else f"({owner})"
            msg = f"{place}件目: 同じ通話IDで内容の違う録音が登録されています{other}"
            raise DuplicateError(msg)
    return unknown


def search(desk: Desk, query: RecordingQuery) -> tuple[FoundRecording, ...]:
    """Return the recordings that match a query, oldest first.

    Raises:
        OutOfBoundsError: when a day is out of bounds.
        SealBrokenError: when a searched value's recordings are not those that the desk wrote last.
    """
    check_day(query.first)
    check_day(query.last)
    terms = [("number", query.number), ("customer", query.customer_id), ("operator", query.operator)]
    statement = select(RecordingRow).order_by(RecordingRow.started_at, RecordingRow.id).limit(query.limit)
    if query.first is not None:
        statement = statement.where(RecordingRow.started_at >= _midnight(query.first))
    if query.last is not None:
        statement = statement.where(RecordingRow.started_at < _midnight(query.last + timedelta(days=1)))
    with desk.read() as session:
        for kind, value in terms:
            if value:
                named = find_subjects(session, desk.keyring, kind, value)
                statement = statement.where(RecordingRow.id.in_(named))
        if query.source_id:
            other = find_unique(session, desk.keyring, "source", query.source_id)
            statement = statement.where(RecordingRow.id == other)
        found = (_found(row, desk.keyring) for row in session.scalars(statement))
        # A recording without a place was erased with its request (flows.desk.record.erasure).
        return tuple(one for one in found if one.content.uri)


def search_for(desk: Desk, request: Request, days: DaySpan = ANY_DAY) -> tuple[FoundRecording, ...]:
    """Return the recordings of a requester's own numbers and account in the requested period, oldest first.

    Args:
        desk: The desk.
        request: The request.
        days: Days that replace the request's own.
    """
    content = request.content
    period = RecordingQuery(first=days.first or content.scope.first, last=days.last or content.scope.last)
    queries = [replace(period, number=number) for number in content.scope.numbers + content.requester.phones]
    if content.member_number:
        queries.append(replace(period, customer_id=content.member_number))
    by_id = {one.recording_id: one for query in queries for one in search(desk, query)}
    return tuple(sorted(by_id.values(), key=lambda one: one.content.started_at))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), JAPAN)


def get_recording(desk: Desk, recording_id: str) -> FoundRecording:
    """Return a recording by its id.

    Raises:
        NotFoundError: when there is no such recording.
    """
    with desk.read() as session:
        return _found(recording_row(session, recording_id), desk.keyring)


def recording_row(session: Session, recording_id: str) -> RecordingRow:
    """Return the row of a recording; for the other modules of ``flows.desk``."""
    row = session.get(RecordingRow, recording_id)
    if row is None:
        msg = "その番号の録音はありません"
        raise NotFoundError(msg)
    return row


def _found(row: RecordingRow, keyring: Keyring) -> FoundRecording:
    return FoundRecording(row.id, take_sealed(row, RECORDING, keyring))
