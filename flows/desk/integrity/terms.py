"""Search without clear text: keyed hashes (marks) instead of values."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from flows.desk.integrity.desk import Change
from flows.desk.kinds.errors import DuplicateError
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import blind_marks
from flows.desk.storage.tables import TermRow, UniqueTermRow

__all__ = ["add_terms", "add_unique", "find_subjects", "find_unique", "replace_terms"]


def add_terms(change: Change, subject_id: str, terms: Iterable[tuple[str, str]]) -> None:
    """Add search marks for a request or recording.

    Args:
        change: The present change.
        subject_id: Id of the request or recording.
        terms: Kinds and values in clear; empty values are skipped.
    """
    found = {(kind, mark) for kind, value in terms for mark in blind_marks(kind, value, change.keyring)[:1]}
    change.session.add_all(
        TermRow(subject_id=subject_id, kind=kind, mark=mark) for kind, mark in sorted(found)
    )


def replace_terms(change: Change, subject_id: str, terms: Iterable[tuple[str, str]]) -> None:
    """Replace the marks of a request or recording, with the current key."""
    change.session.execute(delete(TermRow).where(TermRow.subject_id == subject_id))
    add_terms(change, subject_id, terms)


def find_subjects(keyring: Keyring, kind: str, value: str) -> Select[str]:
    """Return a sub-select of the ids that have a value, marked with any of the keys."""
    found = blind_marks(kind, value, keyring)
    return select(TermRow.subject_id).where(TermRow.kind == kind, TermRow.mark.in_(found))


def add_unique(change: Change, subject_id: str, kind: str, value: str) -> None:
    """Add a mark for a value that must be unique.

    Raises:
        DuplicateError: when another one has the value; the message names its id.
    """
    other = find_unique(change.session, change.keyring, kind, value)
    if other is not None:
        msg = f"すでに登録されています({other})"
        raise DuplicateError(msg)
    mark = blind_marks(kind, value, change.keyring)[0]
    change.session.add(UniqueTermRow(kind=kind, mark=mark, subject_id=subject_id))
    change.session.flush()


def find_unique(session: Session, keyring: Keyring, kind: str, value: str) -> str | None:
    """Return the id that has a unique value."""
    found = blind_marks(kind, value, keyring)
    statement = select(UniqueTermRow.subject_id)
    statement = statement.where(UniqueTermRow.kind == kind, UniqueTermRow.mark.in_(found))
    return session.scalars(statement).first()
