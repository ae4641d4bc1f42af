"""What has been kept long enough: files by kind, and the people in the ledger."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass

from flows.desk.cases.files import due_files, erase_file
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, NotFoundError
from flows.desk.kinds.values import JAPAN, Actor, DeskFile, FileKind
from flows.desk.record.erasure import due_requests, erase_request

__all__ = ["LEDGER", "Due", "erase_due", "find_due", "label_of"]

LEDGER = "ledger"
"""Beside the kinds of files: a request whose people go."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be erased, or was.

    Attributes:
        files: Whose time is over.
        requests: Ids of those whose people's time in the ledger is over.
    """

    files: tuple[DeskFile, ...]
    requests: tuple[str, ...]

    @property
    def count(self) -> int:
        """Of all of them."""
        return len(self.files) + len(self.requests)

    def counts(self) -> dict[str, int]:
        """By kind, those left out of which there is none."""
        kinds = Counter(file.kind for file in self.files)
        counts = {kind.value: kinds[kind] for kind in FileKind if kinds[kind]}
        return counts | ({LEDGER: len(self.requests)} if self.requests else {})


def find_due(desk: Desk) -> Due:
    """What is to be erased today."""
    today = desk.clock().astimezone(JAPAN).date()
    return Due(due_files(desk, today), due_requests(desk, today))


def erase_due(desk: Desk, actor: Actor, due: Due) -> Due:
    """Erase; what was held or erased meanwhile is passed over.

    Args:
        desk: The desk.
        actor: Who erases.
        due: As ``find_due`` found it.

    Returns:
        What was erased.
    """
    files, requests = [], []
    for file in due.files:
        with contextlib.suppress(ConflictError, NotFoundError):
            erase_file(desk, actor, file.file_id)
            files.append(file)
    for request in due.requests:
        # After its files: while one is there its people stay.
        with contextlib.suppress(ConflictError):
            if erase_request(desk, actor, request):
                requests.append(request)
    return Due(tuple(files), tuple(requests))


def label_of(kind: str) -> str:
    """A kind of ``Due.counts`` in Japanese."""
    return "台帳の個人情報(請求)" if kind == LEDGER else FileKind(kind).label
