"""The desk's stored files: registered by a row, opened with an audit entry, erased after their period."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement, and_, func, literal, select
from sqlalchemy.orm import Session

from flows.desk.cases.requests import row_of
from flows.desk.integrity.audit import require_whole
from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import MARKER, Change, Desk
from flows.desk.kinds.errors import (
    ConflictError,
    DeskError,
    FileMissingError,
    NotFoundError,
    StorageGoneError,
)
from flows.desk.kinds.file_values import FileOwner
from flows.desk.kinds.states import CLOSED
from flows.desk.kinds.values import JAPAN, Actor, DeskFile, FileKind
from flows.desk.storage.store import StoredFile
from flows.desk.storage.tables import CallRow, FileRow, RequestRow, new_id
from flows.files.keyed_digest import Digested, KeyedDigest

KEPT_DAYS = dict.fromkeys((FileKind.ORIGINAL, FileKind.RAW), "retain_raw_days") | dict.fromkeys(
    (FileKind.PACKAGE, FileKind.LETTER, FileKind.MANIFEST), "retain_package_days"
)
"""Setting with the retention period of a kind; ``retain_draft_days`` for all others."""

MASKED_KINDS = (FileKind.MASKED_AUDIO, FileKind.MASKED_JSON, FileKind.MASKED_TEXT)
"""The kinds of files that a person approves and that may be released."""

APPROVED_KINDS = (*MASKED_KINDS, FileKind.VISIT_AUDIO)
"""These, and the sound that the requester only hears in person, of a call that has such a sound."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file in the store that has no row yet.

    Attributes:
        file_id: Id for its row; by default a new random id.
    """

    kind: FileKind
    stored: StoredFile
    file_id: str = ""


def add_file(desk: Desk, actor: Actor, request: str, new: NewFile) -> DeskFile:
    """Register a stored file of a request, such as a letter or a package.

    The files of a call are registered by ``claims.finish_processing`` or ``plans.revise``.
    """
    with desk.change(actor) as change:
        row = row_of(change.session, request)
        return file_of(name_files(change, desk, FileOwner(row.id, None, 0), [new])[0])


def name_files(change: Change, desk: Desk, owner: FileOwner, news: Sequence[NewFile]) -> list[FileRow]:
    """Add rows for stored files within a change; for the other modules of ``flows.desk``.

    Args:
        change: The present change.
        desk: The desk with the store of the files.
        owner: Owner of the files.
        news: The files.

    Raises:
        FileMissingError: when the store has one no more, for example because it was swept meanwhile.
    """
    today = change.now.astimezone(JAPAN).date()
    rows = []
    for new in news:
        if not desk.store.exists(new.stored.key):
            msg = f"保管ファイル {new.stored.key} がありません"
            raise FileMissingError(msg)
        days = getattr(desk.settings, KEPT_DAYS.get(new.kind, "retain_draft_days"))
        row = FileRow(
            id=new.file_id or new_id("f"),
            request_id=owner.request_id,
            call_id=owner.call_id,
            kind=new.kind,
            revision=owner.revision,
            store_key=new.stored.key,
            sha256=change.digest(Digested.FILE, new.stored.sha256),
            bytes=new.stored.bytes,
            made_at=change.now,
            delete_after=today + timedelta(days=days),
            legal_hold=_held(change.session, owner.request_id),
        )
        change.session.add(row)
        change.record(
            "file.add", _subject(row), {"kind": row.kind, "bytes": row.bytes, "revision": row.revision}
        )
        rows.append(row)
    return rows


def _subject(row: FileRow) -> Subject:
    return Subject(row.request_id, row.call_id, KeyedDigest(row.sha256))


def _held(session: Session, request_id: str) -> bool:
    """Return whether a request is under legal hold, which applies to its new files too."""
    return session.get_one(RequestRow, request_id).legal_hold


def get_file(desk: Desk, file_id: str) -> DeskFile:
    """Return a file by its id.

    Raises:
        NotFoundError: when there is no such file, or it was erased.
    """
    with desk.read() as session:
        return file_of(_row(session, file_id))


def _row(session: Session, file_id: str) -> FileRow:
    row = session.get(FileRow, file_id)
    if row is None or row.deleted_at is not None:
        msg = "その番号のファイルはありません"
        raise NotFoundError(msg)
    return row


def list_files(
    desk: Desk, *, request: str | None = None, call_id: str | None = None, revision: int | None = None
) -> tuple[DeskFile, ...]:
    """List the existing files of a request, of a call, or of one revision of its plan, oldest first."""
    with desk.read() as session:
        statement = select(FileRow).where(FileRow.deleted_at.is_(None)).order_by(FileRow.made_at, FileRow.id)
        if request is not None:
            statement = statement.where(FileRow.request_id == row_of(session, request).id)
        if call_id is not None:
            statement = statement.where(FileRow.call_id == call_id)
        if revision is not None:
            statement = statement.where(FileRow.revision == revision)
        return tuple(file_of(row) for row in session.scalars(statement))


def masked_digests(session: Session, call_id: str, revision: int) -> tuple[tuple[str, KeyedDigest], ...]:
    """Return kind and digest of a revision's approved files; for the other modules of ``flows.desk``."""
    statement = select(FileRow.kind, FileRow.sha256).where(
        FileRow.call_id == call_id,
        FileRow.revision == revision,
        FileRow.kind.in_(APPROVED_KINDS),
        FileRow.deleted_at.is_(None),
    )
    return tuple(sorted((kind, KeyedDigest(digest)) for kind, digest in session.execute(statement)))


@contextlib.contextmanager
def open_stream(desk: Desk, actor: Actor, file_id: str) -> Iterator[BinaryIO]:
    """Open a file's clear text as a seekable stream; the audit log records it (26条)."""
    with desk.store.open(_opened(desk, actor, file_id).store_key) as stream:
        yield stream


@contextlib.contextmanager
def open_clear(desk: Desk, actor: Actor, file_id: str) -> Iterator[Path]:
    """Make a private clear copy of a file; the audit log records it (26条)."""
    with desk.store.open_clear(_opened(desk, actor, file_id).store_key) as path:
        yield path


def _opened(desk: Desk, actor: Actor, file_id: str) -> DeskFile:
    with desk.change(actor) as change:
        row = _row(change.session, file_id)
        change.record("file.open", _subject(row), {"kind": row.kind})
        return file_of(row)


def hold_within(change: Change, row: RequestRow, *, hold: bool) -> int:
    """Set or end the legal hold of a request and its files within a change; return the number of files."""
    statement = select(FileRow).where(FileRow.request_id == row.id, FileRow.deleted_at.is_(None))
    files = change.session.scalars(statement).all()
    row.legal_hold = hold
    for file in files:
        file.legal_hold = hold
    return len(files)


def due_files(desk: Desk, today: date) -> tuple[DeskFile, ...]:
    """Return the files of closed requests whose period is over and that are not on hold."""
    with desk.read() as session:
        # The request's row is loaded too, so that its state is checked against the tree of hashes.
        statement = (
            select(FileRow, RequestRow)
            .join(RequestRow, RequestRow.id == FileRow.request_id)
            .where(time_is_over(today))
            .order_by(FileRow.id)
        )
        return tuple(file_of(row) for row, _ in session.execute(statement))


def time_is_over(today: date) -> ColumnElement[bool]:
    """Return the condition for files to be erased on a day; for the other modules of ``flows.desk``.

    A file is kept while its request is open, however old it is; so is a recording that was handed over with
    it while another request that uses it is open (``handed_over``).
    """
    closed = select(RequestRow.id).where(RequestRow.state.in_(CLOSED))
    its_file = literal("f").concat(func.substr(CallRow.recording_id, 2))
    at_work = select(its_file).where(CallRow.request_id.not_in(closed))
    return and_(
        FileRow.deleted_at.is_(None),
        FileRow.legal_hold.is_(False),
        FileRow.delete_after < today,
        FileRow.request_id.in_(closed),
        FileRow.id.not_in(at_work),
    )


def erase_file(desk: Desk, actor: Actor, file_id: str) -> None:
    """Erase a file, check that it is gone, and record it in the audit log.

    Raises:
        ConflictError: when it is under legal hold.
        StorageGoneError: when the store still has it afterwards.
    """
    with desk.read() as session:
        row = _row(session, file_id)
        if row.legal_hold:
            msg = f"ファイル {file_id} は保全中のため消せません"
            raise ConflictError(msg)
    # The file is erased first; after a kill here, the next run finds the row and erases it again.
    desk.store.delete(row.store_key)
    if desk.store.exists(row.store_key):
        msg = f"ファイル {file_id} が保管場所から消えません"
        raise StorageGoneError(msg)
    with desk.change(actor) as change:
        again = _row(change.session, file_id)
        again.deleted_at = change.now
        change.record("file.erase", _subject(again), {"kind": again.kind, "gone": 1})


def drop_unnamed(desk: Desk, news: Sequence[NewFile]) -> None:
    """Remove stored files that no row names, for example after a refused change.

    Files that cannot be removed now are swept later.
    """
    with contextlib.suppress(DeskError):
        with desk.read() as session:
            # A row may name the file after all, if only the confirmation of the change was lost.
            keys = [new.stored.key for new in news]
            named = set(session.scalars(select(FileRow.store_key).where(FileRow.store_key.in_(keys))))
        for key in set(keys) - named:
            desk.store.delete(key)


def sweep_orphans(desk: Desk) -> int:
    """Remove stored files that no row names and that are old enough to be left by a killed run.

    Returns:
        Number of files.

    Raises:
        SealBrokenError: when the database is older than its witness or was tampered with, so that files
            without a row there may be in use.
    """
    require_whole(desk)
    old = [name for name, age in desk.store.listing() if age >= desk.settings.orphan_seconds]
    # Under the writers' lock: nobody names a file between the look and the removal, and whoever names one
    # after it finds that it is gone (``name_files``).
    with desk.database.write() as session:
        named = set(session.scalars(select(FileRow.store_key).where(FileRow.deleted_at.is_(None)))) | {MARKER}
        gone = [name for name in old if name not in named]
        for name in gone:
            desk.store.drop(name)
    return len(gone)


def file_of(row: FileRow) -> DeskFile:
    """Turn a row into the public value."""
    return DeskFile(
        file_id=row.id,
        request_id=row.request_id,
        call_id=row.call_id,
        kind=FileKind(row.kind),
        revision=row.revision,
        store_key=row.store_key,
        digest=KeyedDigest(row.sha256),
        bytes=row.bytes,
        made_at=row.made_at,
        delete_after=row.delete_after,
        legal_hold=row.legal_hold,
    )
