"""Find and erase data whose retention period is over: files by kind, and personal data in the ledger."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass

from flows.desk.cases.files import due_files, erase_file
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError, NotFoundError
from flows.desk.kinds.values import JAPAN, Actor, DeskFile, FileKind
from flows.desk.record.erasure import due_requests, erase_request
from flows.desk.work.corrections import forget_words

LEDGER = "ledger"
"""Kind for the personal data of a request, in addition to the kinds of files."""


@dataclass(frozen=True, slots=True)
class Due:
    """Files and requests to be erased, or that were erased.

    Attributes:
        files: Files whose period is over.
        requests: Ids of requests whose personal data's period is over.
    """

    files: tuple[DeskFile, ...]
    requests: tuple[str, ...]

    @property
    def count(self) -> int:
        """Total number."""
        return len(self.files) + len(self.requests)

    def counts(self) -> dict[str, int]:
        """Counts by kind, without kinds of count zero."""
        kinds = Counter(file.kind for file in self.files)
        counts = {kind.value: kinds[kind] for kind in FileKind if kinds[kind]}
        return counts | ({LEDGER: len(self.requests)} if self.requests else {})


def find_due(desk: Desk) -> Due:
    """Return the files and requests to be erased today."""
    today = desk.clock().astimezone(JAPAN).date()
    return Due(due_files(desk, today), due_requests(desk, today))


def erase_due(desk: Desk, actor: Actor, due: Due) -> Due:
    """Erase everything that is due; skip what was put on hold or erased meanwhile.

    Args:
        desk: The desk.
        actor: The person or flow that erases.
        due: The result of ``find_due``.

    Returns:
        The erased files and requests.
    """
    files, requests = [], []
    for file in due.files:
        with contextlib.suppress(ConflictError, NotFoundError):
            erase_file(desk, actor, file.file_id)
            files.append(file)
            if file.kind is FileKind.TRANSCRIPT and file.call_id is not None:
                forget_words(desk, actor, file.call_id)
    for request in due.requests:
        # After the files, because personal data is kept while a file of the request exists.
        with contextlib.suppress(ConflictError):
            if erase_request(desk, actor, request):
                requests.append(request)
    return Due(tuple(files), tuple(requests))


def label_of(kind: str) -> str:
    """Return the Japanese name of a kind in ``Due.counts``."""
    return "台帳の個人情報(請求)" if kind == LEDGER else FileKind(kind).label
