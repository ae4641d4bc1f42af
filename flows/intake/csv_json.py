"""Import requests from a CSV or JSON file: all of them, or none with a report of every mistake."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flows.desk.cases import requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DuplicateError
from flows.desk.kinds.values import Actor, NewRequest, Request
from flows.files.case_file import read_json
from flows.intake.faults import Fault, IntakeError
from flows.intake.known import known_references
from flows.intake.request_document import LAYOUT, parse_request
from flows.intake.tabular import FileError, Record, parse_records
from pipeline.errors import CaseFileError


def import_requests(desk: Desk, actor: Actor, path: Path) -> tuple[Request, ...]:
    """Import the requests of a file in one transaction.

    Every request needs the company's own number (``reference``), by which a file that was imported before is
    recognised.

    Args:
        desk: The desk.
        actor: The person who imports.
        path: ``.csv`` or ``.json``; see ``request_document.LAYOUT`` for the columns.

    Returns:
        The requests, in the file's order.

    Raises:
        FileError: when it cannot be read.
        IntakeError: with every mistake; nothing was taken in.
    """
    found = read_requests(desk, path)
    try:
        return requests.receive_all(desk, actor, [new for _, new in found])
    except DuplicateError:
        # Another import took one of them in after the check.
        faults = _known(desk, found)
    raise IntakeError(faults)


def read_requests(desk: Desk, path: Path) -> tuple[tuple[Record, NewRequest], ...]:
    """Read and check a file of requests without importing them.

    Raises:
        FileError: when it cannot be read.
        IntakeError: with every mistake.
    """
    now = desk.clock()
    found, mistakes = parse_records(path, LAYOUT, lambda record: parse_request(record, now, numbered=True))
    faults = [*mistakes, *_twice(found), *_known(desk, found)]
    if faults:
        raise IntakeError(faults)
    return found


def read_request(desk: Desk, path: Path) -> NewRequest:
    """Read and check one request, which need not have the company's own number.

    Raises:
        FileError: when the file cannot be read, or is not JSON.
        IntakeError: with every mistake.
    """
    try:
        record = Record(0, read_json(path, "JSON"))
    except CaseFileError as error:
        raise FileError(str(error)) from None
    return parse_request(record, desk.clock(), numbered=False)


def _twice(found: Sequence[tuple[Record, NewRequest]]) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for record, new in found:
        row = first.setdefault(new.reference, record.row)
        if new.reference and row != record.row:
            faults.append(record.fault(("reference",), f"{row}{record.unit}と同じ受付番号です"))
    return faults


def _known(desk: Desk, found: Sequence[tuple[Record, NewRequest]]) -> list[Fault]:
    known = known_references(desk, [new.reference for _, new in found if new.reference])
    return [
        record.fault(("reference",), f"すでに取り込まれています({known[new.reference]})")
        for record, new in found
        if new.reference in known
    ]
