"""Read the records of an export, and pick values out of them by a profile's paths."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flows.files.case_file import read_json_series
from flows.intake.faults import Fault, IntakeError
from flows.intake.recordings import AUDIO_SUFFIXES
from flows.intake.systems.profile import Profile
from flows.intake.tabular import FileError, read_rows
from pipeline.errors import CaseFileError

MAX_LISTS = 100_000
"""Lists in one folder: Genesys Cloud writes one for each recording."""

MAX_PARTS = 20
"""Parts of a path through a record."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A record of an export.

    Attributes:
        row: Its row, or its position in the list, from 1.
        list_number: Position of its list among those of the folder, from 1; 0 for the only one.
        path: The list.
        document: The record: JSON, or a row's cells by heading in small letters.
        flat: Whether it is a row.
    """

    row: int
    list_number: int
    path: Path = field(repr=False)
    document: Mapping[str, object] = field(repr=False)
    flat: bool

    def at(self, path: str) -> object:
        """Return the value at a path; ``None`` when there is nothing."""
        if self.flat:
            return self.document.get(path.casefold()) or None
        value: object = self.document
        for part in path.split(".", MAX_PARTS):
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and part.isdecimal() and len(part) < 4 and int(part) < len(value):
                value = value[int(part)]
            else:
                return None
        return None if value == "" else value

    def first(self, paths: Sequence[str]) -> object:
        """Return the first value that is there."""
        return next((value for path in paths if (value := self.at(path)) is not None), None)

    def fault(self, paths: Sequence[str], reason: str) -> Fault:
        """Return a mistake at the first of the given paths, which are the profile's own words."""
        unit = "行目" if self.flat else "件目"
        return _of_list(Fault(self.row, paths[0] if paths else "", reason, unit), self.list_number)


def lists_of(place: Path, profile: Profile) -> tuple[Path, ...]:
    """Return the lists of an export: the file itself, or all of a folder by the profile's pattern.

    Raises:
        FileError: when there is no list.
    """
    if not place.is_dir():
        return (place,)
    found: list[Path] = []
    for folder, _, names in os.walk(place):
        paths = (Path(folder) / name for name in names if not name.startswith("."))
        found += [
            path for path in paths if path.match(profile.files) and path.suffix.lower() not in AUDIO_SUFFIXES
        ]
        if len(found) > MAX_LISTS:
            msg = f"一覧が多すぎます(上限 {MAX_LISTS:,} 個)"
            raise FileError(msg)
    if not found:
        msg = f"一覧({profile.files})が1つもありません"
        raise FileError(msg)
    return tuple(sorted(found))


def read_exported(lists: Sequence[Path], profile: Profile) -> tuple[tuple[Exported, ...], tuple[Fault, ...]]:
    """Read the records of all lists of an export.

    Args:
        lists: The lists.
        profile: Profile of the system.

    Returns:
        The records, and the mistakes of lists that cannot be read.
    """
    read = _of_csv if profile.format == "csv" else _of_json
    found: list[Exported] = []
    faults: list[Fault] = []
    for position, path in enumerate(lists, start=1):
        number = position if len(lists) > 1 else 0
        try:
            found += read(path, number)
        except IntakeError as error:
            faults += (_of_list(fault, number) for fault in error.faults)
        except FileError as error:
            faults.append(Fault(number, "", str(error), "個目の一覧"))
    return tuple(found), tuple(faults)


def _of_list(fault: Fault, number: int) -> Fault:
    """Return a mistake with the position of its list, for one of several lists."""
    if not number:
        return fault
    told = f"{fault.reason}(その{fault.row}{fault.unit})" if fault.row else fault.reason
    return replace(fault, row=number, reason=told, unit="個目の一覧")


def _of_json(path: Path, number: int) -> Iterator[Exported]:
    try:
        values = read_json_series(path, "JSON")
    except CaseFileError as error:
        # Keys of the document, which the other form of the message shows, may be names.
        raise FileError(error.kept) from None
    records = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    if not records:
        raise FileError("記録が1つもありません")
    for row, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise IntakeError([Fault(row, "", "オブジェクトではありません", "件目")])
        yield Exported(row, number, path, record, flat=False)


def _of_csv(path: Path, number: int) -> Iterator[Exported]:
    rows = read_rows(path)
    headings = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if len(set(headings)) < len(headings):
        raise FileError("同じ見出しの列が2回あります")
    if not any(cell.strip() for cells in rows[1:] for cell in cells):
        raise FileError("見出しの下に行がありません")
    for row, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(headings):
            reason = f"列の数({len(cells)})が見出しの数({len(headings)})と違います"
            raise IntakeError([Fault(row, "", reason)])
        yield Exported(row, number, path, dict(zip(headings, map(str.strip, cells), strict=True)), flat=True)
