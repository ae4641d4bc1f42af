"""Search without clear text: keyed hashes (marks) instead of values.

A mark relates a subject to a value, so the rows of marks are in the tree (``rows``): the folder of a mark has
all its subjects.  A search for a value returns exactly the subjects that the desk wrote, or raises an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from flows.desk.integrity.desk import Change
from flows.desk.integrity.tree import remove, require_folders
from flows.desk.kinds.errors import DuplicateError
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import blind_marks
from flows.desk.storage.tables import TermRow, UniqueTermRow

FOLDERS: Mapping[str, str] = {"q": "request", "g": "recording", "u": "account"}
"""Kind of a subject's own folder, by the first letter of its id."""


def add_terms(change: Change, subject_id: str, terms: Iterable[tuple[str, str]]) -> None:
    """Add search marks for a new request or recording.

    Args:
        change: The present change.
        subject_id: Id of the request or recording.
        terms: Kinds and values in clear; empty values are skipped.
    """
    _add(change, subject_id, _marked(change.keyring, terms))


def replace_terms(change: Change, subject_id: str, terms: Iterable[tuple[str, str]]) -> None:
    """Replace the marks of a request or recording, with the current key."""
    wanted = _marked(change.keyring, terms)
    held = change.session.scalars(select(TermRow).where(TermRow.subject_id == subject_id)).all()
    remove(change.session, (row for row in held if (row.kind, row.mark) not in wanted))
    _add(change, subject_id, wanted - {(row.kind, row.mark) for row in held})


def _marked(keyring: Keyring, terms: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    return {(kind, mark) for kind, value in terms for mark in blind_marks(kind, value, keyring)[:1]}


def _add(change: Change, subject_id: str, found: Iterable[tuple[str, str]]) -> None:
    change.session.add_all(
        TermRow(subject_id=subject_id, kind=kind, mark=mark) for kind, mark in sorted(found)
    )


def forget_terms(session: Session, subject_id: str) -> None:
    """Delete all marks of a request or recording."""
    for table in (TermRow, UniqueTermRow):
        remove(session, session.scalars(select(table).where(table.subject_id == subject_id)).all())


def find_subjects(session: Session, keyring: Keyring, kind: str, value: str) -> Select[str]:
    """Return a sub-select of the ids that have a value, marked with any of the keys.

    The subjects are checked too: otherwise a subject that was removed, or changed so as not to match, would
    be missed.

    Raises:
        SealBrokenError: when the marks of the value, or one of its subjects, were tampered with.
    """
    marks = blind_marks(kind, value, keyring)
    require_folders(session, [f"mark:{mark}" for mark in marks])
    rows = session.scalars(select(TermRow).where(TermRow.kind == kind, TermRow.mark.in_(marks))).all()
    require_folders(session, [f"{FOLDERS[row.subject_id[0]]}:{row.subject_id}" for row in rows])
    return select(TermRow.subject_id).where(TermRow.kind == kind, TermRow.mark.in_(marks))


def add_unique(change: Change, subject_id: str, kind: str, value: str) -> None:
    """Give a subject its mark for a value that must be unique, instead of the one that it has of this kind.

    Args:
        change: The present change.
        subject_id: Id of the request, recording or account.
        kind: Kind of the value.
        value: The value in clear; an empty one has no mark.

    Raises:
        DuplicateError: when another one has the value; the message names its id.
    """
    other = find_unique(change.session, change.keyring, kind, value)
    if other not in {None, subject_id}:
        msg = f"すでに登録されています({other})"
        raise DuplicateError(msg)
    mine = (UniqueTermRow.subject_id == subject_id) & (UniqueTermRow.kind == kind)
    remove(change.session, change.session.scalars(select(UniqueTermRow).where(mine)).all())
    mark_unique(change, subject_id, kind, value)
    change.session.flush()


def mark_unique(change: Change, subject_id: str, kind: str, value: str) -> None:
    """Give a new subject its mark for a unique value, which ``find_uniques`` found free in this change."""
    for mark in blind_marks(kind, value, change.keyring)[:1]:
        change.session.add(UniqueTermRow(kind=kind, mark=mark, subject_id=subject_id))


def find_unique(session: Session, keyring: Keyring, kind: str, value: str) -> str | None:
    """Return the id that has a unique value.

    Raises:
        SealBrokenError: when the mark of the value was tampered with.
    """
    return find_uniques(session, keyring, kind, [value]).get(value)


def find_uniques(session: Session, keyring: Keyring, kind: str, values: Iterable[str]) -> dict[str, str]:
    """Return the ids that have unique values, by value.

    Raises:
        SealBrokenError: when the mark of a value was tampered with.
    """
    marks = {value: blind_marks(kind, value, keyring) for value in values}
    every = {mark for found in marks.values() for mark in found}
    require_folders(session, [f"mark:{mark}" for mark in every])
    statement = select(UniqueTermRow).where(UniqueTermRow.kind == kind, UniqueTermRow.mark.in_(every))
    owners = {row.mark: row.subject_id for row in session.scalars(statement)}
    return {value: owners[mark] for value, found in marks.items() for mark in found if mark in owners}
