"""The record of who did what, as people look at it: verified, searched, handed to a regulator."""

from __future__ import annotations

import csv
import json
from typing import TextIO

from flows.desk import chain
from flows.desk.chain import AuditEntry, AuditFault, Fault
from flows.desk.csv_cells import plain_cell
from flows.desk.desk import Desk

__all__ = ["AuditEntry", "AuditFault", "Fault", "entries", "export_csv", "verify"]

COLUMNS = (
    "番号", "日時(UTC)", "担当", "役割", "操作", "請求", "通話",
    "ファイルSHA-256", "詳細", "ID", "連鎖ハッシュ",
)  # fmt: skip


def verify(desk: Desk) -> tuple[AuditFault, ...]:
    """Check the whole record.

    Returns:
        What is wrong, by entry; empty when nothing is.
    """
    with desk.read() as session:
        return chain.verify(session, desk.keyring)


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
