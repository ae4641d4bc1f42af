"""The audit log for people: verification, search, export for a regulator."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TextIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.desk.integrity import chain, tree
from flows.desk.integrity.chain import PRIVATE, AuditEntry, AuditFault, Event, Fault, Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.digests import digest_key
from flows.desk.integrity.head import put_head, take_head
from flows.desk.integrity.witness import place_of
from flows.desk.kinds.csv_cells import plain_cell
from flows.desk.kinds.errors import DeskError, NotIdentifiedError, SealBrokenError
from flows.desk.kinds.values import JAPAN, Actor
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import sealed_json, take_sealed
from flows.desk.storage.table_shapes import strange_objects, unsound_indexes
from flows.desk.storage.tables import (
    AuditHeadRow,
    AuditRow,
    DeskRow,
    DigestKeyRow,
    IdentityRow,
    ListRow,
    new_id,
)
from flows.files.keyed_digest import Digested

__all__ = [
    "AuditEntry",
    "AuditFault",
    "Fault",
    "accept",
    "entries",
    "export_csv",
    "require_identified",
    "require_log",
    "require_own_tables",
    "require_record",
    "require_whole",
    "verify",
]

COLUMNS = (
    "番号", "日時(日本時間)", "担当", "役割", "操作", "請求", "通話",
    "ファイルの照合値", "詳細", "ID", "連鎖ハッシュ",
)  # fmt: skip


def verify(desk: Desk) -> tuple[AuditFault, ...]:
    """Check the whole audit log, all rows of the tree, and the database against its witness.

    Returns:
        The faults by entry; empty when there is none.
    """
    # Read before the database: a change in between then makes the database the newer one.
    marks = desk.witness.marks()
    with desk.database.read() as session:
        found = chain.verify(session, desk.keyring)
        try:
            head = take_head(session, desk.keyring)
        except DeskError:
            # The check of the log has reported it already.
            return found
        if not desk.witness.held_against(head, marks):
            found += (AuditFault(Fault.OLDER, 0),)
        found += tuple(AuditFault(Fault.ROWS, 0, name) for name in tree.faults(session, head.root))
        return found + _beside(session, desk.keyring)


def _beside(session: Session, keyring: Keyring) -> tuple[AuditFault, ...]:
    """Return the faults of what is not in the tree: values sealed once, tables of one row, the tables."""
    found = [AuditFault(Fault.ROWS, 0, f"list:{row.kind}") for row in _unopened(session, keyring)]
    found += [
        AuditFault(Fault.ROWS, 0, table.__tablename__)
        for table in (DeskRow, DigestKeyRow, AuditHeadRow)
        if session.scalar(select(func.count()).select_from(table)) != 1
    ]
    connection = session.connection()
    found += [AuditFault(Fault.TABLES, 0, what) for what in strange_objects(connection)]
    if unsound_indexes(connection):
        found.append(AuditFault(Fault.TABLES, 0, "index"))
    return tuple(found)


def _unopened(session: Session, keyring: Keyring) -> Iterator[ListRow]:
    """Yield the lists whose sealed value is none of theirs: the tree leaves it out, as it is large."""
    for row in session.scalars(select(ListRow)):
        try:
            sealed_json(row, keyring)
        except DeskError:
            yield row


def require_whole(desk: Desk) -> None:
    """Check everything before a step that cannot be undone.

    Raises:
        SealBrokenError: when there is any fault.
    """
    if verify(desk):
        raise _faulty()


def require_record(change: Change) -> None:
    """Check the whole audit log within a change.

    Raises:
        SealBrokenError: when it has any fault.
    """
    require_log(change.session, change.keyring)


def require_own_tables(change: Change) -> None:
    """Check, before rows are erased, that nothing in the database keeps what is erased.

    Raises:
        SealBrokenError: when it has a table, an index, a trigger or a view that is not ours.
    """
    if strange_objects(change.session.connection()):
        raise _faulty()


def require_log(session: Session, keyring: Keyring) -> None:
    """Check the record within any session, as ``require_record``.

    A session that only reads blocks no writer.
    """
    if chain.verify(session, keyring):
        raise _faulty()


def _faulty() -> SealBrokenError:
    msg = "監査記録かデータベースに異常があります。kaiji audit verify で確かめてください。何もしていません"
    return SealBrokenError(msg)


def require_identified(change: Change, request_id: str, number: str) -> None:
    """Check that an identity check exists and that the audit log records its completion.

    Raises:
        NotIdentifiedError: when either is missing.
    """
    session = change.session
    checked = session.scalars(select(IdentityRow).where(IdentityRow.request_id == request_id)).first()
    if checked is None or not _told_identified(session, change.keyring, request_id):
        msg = f"{number}: 本人確認の記録がないため、開示できません"
        raise NotIdentifiedError(msg)


def _told_identified(session: Session, keyring: Keyring, request_id: str) -> bool:
    told = select(AuditRow).where(AuditRow.request_id == request_id, AuditRow.action == "request.identify")
    return any(
        take_sealed(row, PRIVATE, keyring).detail.get("complete") == 1 for row in session.scalars(told)
    )


def accept(desk: Desk, actor: Actor) -> None:
    """Accept an older database, or another ``KAIJI_WITNESS``, after a restore.

    Args:
        desk: The desk, opened ``unwitnessed``.
        actor: The person who accepts it, which the audit log records.

    Raises:
        SealBrokenError: when the database itself has faults.
    """
    newest = [mark.head for mark in desk.witness.marks(begun=False) if mark.head is not None]
    with desk.database.write() as session:
        head = take_head(session, desk.keyring)
        if chain.verify(session, desk.keyring) or tree.faults(session, head.root):
            raise _faulty()
        lost = max((mark.count - head.count for mark in newest), default=0)
        place = place_of(desk.settings)
        told = place and digest_key(session, desk.keyring).of(Digested.PLACE, place)
        event = Event("witness.accept", Subject(), {"lost": max(0, lost), "place": told})
        chain.append(session, desk.keyring, actor, event)
        # A new random line: the lost changes are no continuation of it and can never be put back.
        head = replace(
            take_head(session, desk.keyring),
            version=max(each.version for each in (head, *newest)) + 1,
            line=new_id(""),
            place=place_of(desk.settings),
        )
        put_head(session, desk.keyring, head)
    with desk.database.write() as session:
        desk.witness.tell(take_head(session, desk.keyring), anew=True)


def entries(desk: Desk, *, request_id: str | None = None) -> tuple[AuditEntry, ...]:
    """Return the audit log from its beginning, all of it or the entries about one request."""
    with desk.read() as session:
        found = chain.entries(session, desk.keyring)
        return tuple(entry for entry in found if request_id in {None, entry.subject.request_id})


def export_csv(desk: Desk, target: TextIO) -> int:
    """Write the audit log as CSV for a regulator.

    Args:
        desk: The desk.
        target: UTF-8 text stream, opened with ``newline=""``.

    Returns:
        Number of entries.
    """
    writer = csv.writer(target)
    writer.writerow(COLUMNS)
    count = 0
    with desk.read() as session:
        for entry in chain.entries(session, desk.keyring):
            writer.writerow(_cells(entry))
            count += 1
    return count


def _cells(entry: AuditEntry) -> list[str | int | None]:
    subject = entry.subject
    detail = json.dumps(dict(entry.detail), ensure_ascii=False, sort_keys=True)
    who = [plain_cell(entry.actor.name), entry.actor.role.value]
    what = [entry.action, subject.request_id, subject.call_id, subject.file_digest]
    at = datetime.fromisoformat(entry.at).astimezone(JAPAN)
    return [entry.seq, at.isoformat(" ", "microseconds"), *who, *what, detail, entry.entry_id, entry.hash]
