"""A company's list of its staff, with which its calls are measured once more.

Who has a colleague on the list with a third party's surname must not thereby be given the third party.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from flows.files.case_file import parse_case, read_json
from flows.intake.faults import IntakeError
from flows.intake.lists import read_lists
from pipeline.errors import PipelineError
from pipeline.types import CallCase, CaseName


class StaffListError(PipelineError):
    """The list cannot be read, or holds nobody; the message quotes none of it."""

    code = "staff_list"


def read_staff_list(path: Path) -> tuple[CaseName, ...]:
    """Read a staff list: one that ``kaiji lists import`` takes, or a JSON array of names.

    Args:
        path: ``.yaml``, ``.yml``, ``.json`` or ``.csv``.  Only the staff is taken of it.

    Returns:
        Everybody on it.

    Raises:
        StaffListError: when it cannot be read, is malformed, or has no staff; with the first mistake.
    """
    try:
        staff = _of_array(path)
        if staff is None:
            staff = _of_lists(path)
    except IntakeError as error:
        more = f"(ほか{len(error.faults) - 1}件)" if len(error.faults) > 1 else ""
        raise StaffListError(f"担当者の一覧を読めません: {error.faults[0].line}{more}") from None
    except PipelineError as error:
        raise StaffListError(f"担当者の一覧を読めません: {error}") from None
    if not staff:
        raise StaffListError("担当者の一覧を読めません: 担当者 (staff) が1人もいません")
    return staff


def _of_array(path: Path) -> tuple[CaseName, ...] | None:
    """The names of a JSON array; None of any other file."""
    if path.suffix.lower() != ".json":
        return None
    document = read_json(path, "一覧")
    if not isinstance(document, list):
        return None
    members = [{"text": each} if isinstance(each, str) else each for each in document]
    return parse_case({"case_id": "staff list", "staff": members}, "一覧").staff


def _of_lists(path: Path) -> tuple[CaseName, ...]:
    staff = read_lists(path).staff
    return () if staff is None else staff.names


def with_colleagues(case: CallCase, people: Sequence[CaseName]) -> CallCase:
    """Add a company's list to the staff of a case.

    Args:
        case: The case.
        people: The list.

    Returns:
        The case; who spoke in the call stays as it was, and nobody is named twice.
    """
    return replace(case, staff=(*case.staff, *_not_among(case.staff, people)))


def _not_among(staff: Sequence[CaseName], people: Sequence[CaseName]) -> Iterator[CaseName]:
    """Those of the list who are not there yet; one whose reading is not told may be anybody so written."""
    known: dict[str, set[str]] = {}
    for name in staff:
        known.setdefault(_bare(name.text), set()).add(name.kana)
    for name in people:
        readings = known.setdefault(_bare(name.text), set())
        if not readings or (name.kana and readings.isdisjoint({name.kana, ""})):
            readings.add(name.kana)
            yield name


def _bare(name: str) -> str:
    """A name without what may stand between surname and given name."""
    return "".join(unicodedata.normalize("NFKC", name).split())
