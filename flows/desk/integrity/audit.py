"""The record of who did what, as people look at it: verified, searched, handed to a regulator."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity import chain, tree
from flows.desk.integrity.chain import PRIVATE, AuditEntry, AuditFault, Event, Fault, Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.head import put_head, take_head
from flows.desk.integrity.witness import place_of
from flows.desk.kinds.csv_cells import plain_cell
from flows.desk.kinds.errors import DeskError, NotIdentifiedError, SealBrokenError
from flows.desk.kinds.values import Actor
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import take_sealed
from flows.desk.storage.tables import AuditRow, IdentityRow, new_id

__all__ = [
    "AuditEntry",
    "AuditFault",
    "Fault",
    "accept",
    "entries",
    "export_csv",
    "require_identified",
    "require_record",
    "require_whole",
    "verify",
]

COLUMNS = (
    "番号", "日時(UTC)", "担当", "役割", "操作", "請求", "通話",
    "ファイルSHA-256", "詳細", "ID", "連鎖ハッシュ",
)  # fmt: skip


def verify(desk: Desk) -> tuple[AuditFault, ...]:
    """Check the whole record, all rows that steer anything, and the database against its witness.

    Returns:
        What is wrong, by entry; empty when nothing is.
    """
    # Read before the database is looked at: what is done in between makes that the newer one.
    marks = desk.witness.marks()
    with desk.database.read() as session:
        found = chain.verify(session, desk.keyring)
        try:
            head = take_head(session, desk.keyring)
        except DeskError:
            # The record's own check has told of it.
            return found
        if not desk.witness.held_against(head, marks):
            found += (AuditFault(Fault.OLDER, 0),)
        return found + tuple(AuditFault(Fault.ROWS, 0, name) for name in tree.faults(session, head.root))


def require_whole(desk: Desk) -> None:
    """Check everything before something is done that cannot be taken back.

    Raises:
        SealBrokenError: when anything is wrong.
    """
    if verify(desk):
        raise _faulty()


def require_record(change: Change) -> None:
    """Check the whole record within a change.

    Raises:
        SealBrokenError: when anything is wrong with it.
    """
    if chain.verify(change.session, change.keyring):
        raise _faulty()


def _faulty() -> SealBrokenError:
    msg = "監査記録かデータベースに異常があります。kaiji audit verify で確かめてください。何もしていません"
    return SealBrokenError(msg)


def require_identified(change: Change, request_id: str, number: str) -> None:
    """Whether an identity check is there, and the record tells of its completion.

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
    """Let an older database, or another ``KAIJI_WITNESS``, count from now on: after a restore.

    Args:
        desk: Opened ``unwitnessed``.
        actor: Who answers for it; stays on record.

    Raises:
        SealBrokenError: when the database is not whole in itself.
    """
    newest = [mark.head for mark in desk.witness.marks(begun=False) if mark.head is not None]
    with desk.database.write() as session:
        head = take_head(session, desk.keyring)
        if chain.verify(session, desk.keyring) or tree.faults(session, head.root):
            raise _faulty()
        lost = max((mark.count - head.count for mark in newest), default=0)
        event = Event("witness.accept", Subject(), {"lost": max(0, lost), "place": place_of(desk.settings)})
        chain.append(session, desk.keyring, actor, event)
        # Drawn anew: what was lost is no continuation of this, and can never come back.
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
    """The record from its beginning, all of it or what concerns one request."""
    with desk.read() as session:
        found = chain.entries(session, desk.keyring)
        return tuple(entry for entry in found if request_id in {None, entry.subject.request_id})


def export_csv(desk: Desk, target: TextIO) -> int:
    """Write the record for a regulator.

    Args:
        desk: The desk.
        target: Takes UTF-8; opened with ``newline=""``.

    Returns:
        How many entries.
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
    what = [entry.action, subject.request_id, subject.call_id, subject.file_sha256]
    return [entry.seq, entry.at, *who, *what, detail, entry.entry_id, entry.hash]
