"""Read CSV and JSON as lists of documents, each with the row it came from.

A CSV file is a flat view of the JSON: every column fills one key of the document.  The headings may be the
Japanese ones or the keys.  Excel's Shift_JIS is accepted as well as UTF-8.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from flows.desk.kinds.errors import DeskError
from flows.files.case_file import UNKNOWN_KEY, read_json
from flows.intake.faults import Fault, IntakeError
from flows.intake.fields import SEPARATORS, reasons_of
from pipeline.errors import CaseFileError
from pipeline.file_bytes import read_file

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

KEY_WORD = frozenset("abcdefghijklmnopqrstuvwxyz_")


class FileError(DeskError):
    """The file cannot be read, or is neither CSV nor JSON."""

    code = "intake_file"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a CSV file.

    Attributes:
        key: English heading.
        heading: Japanese heading.
        path: Keys from the document's top to the value that it fills.
        part: Key within each element, when the value at ``path`` is a list of objects.
        required: Whether the column must exist.
    """

    key: str
    heading: str
    path: tuple[str, ...]
    part: str = ""
    required: bool = False

    @property
    def place(self) -> tuple[str, ...]:
        """The place of its mistakes in pydantic's errors, without indices."""
        return (*self.path, self.part) if self.part else self.path


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind of file.

    Attributes:
        columns: All known columns.
        headings: A company's own headings and the keys that they mean.
        others_allowed: Whether unknown columns are ignored.
    """

    columns: tuple[Column, ...]
    headings: Mapping[str, str] = field(default_factory=dict)
    others_allowed: bool = False

    def column(self, heading: str) -> Column | None:
        """Return the column of a heading."""
        key = self.headings.get(heading, heading)
        return next((column for column in self.columns if key in {column.key, column.heading}), None)


@dataclass(frozen=True, slots=True)
class Record:
    """A document and its place in the file.

    Attributes:
        row: Row, as in ``Fault.row``.
        document: The parsed JSON, or the same made from a CSV row; ``None`` when it cannot be made.
        columns: For CSV, the file's own headings by ``Column.place``.
        faults: Mistakes found while reading it.
    """

    row: int
    document: object = field(repr=False)
    columns: Mapping[tuple[str, ...], str] | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def unit(self) -> str:
        """The unit that ``row`` counts."""
        return "件目" if self.columns is None else "行目"

    def fault(self, loc: Sequence[int | str], reason: str) -> Fault:
        """Return a mistake at a place of the document, named by the file's own heading."""
        place = tuple(part for part in loc if isinstance(part, str))
        if self.columns is None:
            return Fault(self.row, _key_path(loc), reason, self.unit)
        fits = [name for at, name in self.columns.items() if at == place]
        fits += [name for at, name in self.columns.items() if at[: len(place)] == place]
        return Fault(self.row, fits[0] if fits else "", reason)

    def checked(self, model: type[M], context: Mapping[str, object] | None = None) -> M:
        """Return the document as a checked model.

        Raises:
            IntakeError: with every mistake of the document.
        """
        if self.document is None:
            raise IntakeError(self.faults)
        try:
            value = model.model_validate(self.document, context=dict(context or {}))
        except ValidationError as error:
            faults = (*self.faults, *(self.fault(loc, reason) for loc, reason in reasons_of(error)))
        else:
            faults = self.faults
        if faults:
            raise IntakeError(faults)
        return value


def parse_records(
    path: Path, layout: Layout, parse: Callable[[Record], T]
) -> tuple[tuple[tuple[Record, T], ...], tuple[Fault, ...]]:
    """Read a CSV or JSON file and check every document in it.

    Args:
        path: ``.csv``, or ``.json`` with one object or an array of them.
        layout: The columns of the CSV.
        parse: Checks one document; raises ``IntakeError``.

    Returns:
        The valid documents, and every mistake in the others.

    Raises:
        FileError: when the file cannot be read.
        IntakeError: when the headings are not those of ``layout``.
    """
    good: list[tuple[Record, T]] = []
    faults: list[Fault] = []
    for record in _records(path, layout):
        try:
            good.append((record, parse(record)))
        except IntakeError as error:
            faults += error.faults
    return tuple(good), tuple(faults)


def _records(path: Path, layout: Layout) -> Iterator[Record]:
    kind = path.suffix.lower()
    if kind == ".json":
        yield from _of_json(path)
        return
    if kind != ".csv":
        msg = "CSV (.csv) か JSON (.json) ではありません"
        raise FileError(msg)
    rows = read_rows(path)
    columns = _columns([cell.strip() for cell in rows[0]] if rows else [], layout)
    filled = [number for number, cells in enumerate(rows) if number and any(cell.strip() for cell in cells)]
    if not filled:
        raise IntakeError([Fault(0, "", "見出しの下に行がありません")])
    # A missing column is named by its Japanese heading, because a value may be missing with it.
    names = {column.place: column.heading for column in layout.columns}
    names |= {column[1].place: column[0] for column in columns if column is not None}
    for number in filled:
        yield _record(Record(number + 1, {}, names), rows[number], columns)


def read_rows(path: Path) -> list[list[str]]:
    """Read the rows of a CSV file, the headings among them.

    Raises:
        FileError: when it cannot be read, or is no CSV.
    """
    return _rows(_text(read_bytes(path)))


def read_bytes(path: Path) -> bytes:
    """Read a file's content.

    Raises:
        FileError: says in Japanese why it cannot be read, without the file's name.
    """
    try:
        return read_file(path)
    except FileNotFoundError:
        msg = "ファイルがありません"
    except IsADirectoryError:
        msg = "ファイルではなくフォルダです"
    except OSError as error:
        msg = f"ファイルを読めません({type(error).__name__})"
    raise FileError(msg)


def _of_json(path: Path) -> Iterator[Record]:
    try:
        document = read_json(path, "JSON")
    except CaseFileError as error:
        raise FileError(str(error)) from None
    documents = document if isinstance(document, list) else [document]
    if not documents:
        msg = "JSON: 配列が空です"
        raise FileError(msg)
    yield from (Record(row, one) for row, one in enumerate(documents, start=1))


def _text(raw: bytes) -> str:
    # A Japanese Excel writes "CSV" in Windows' variant of Shift_JIS.
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    msg = "文字コードが UTF-8 でも Shift_JIS でもありません"
    raise FileError(msg)


def _rows(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        msg = "CSV として読めません(引用符の対応を確かめてください)"
    raise FileError(msg)


def _letter(position: int) -> str:
    """Return a column's letters, as a spreadsheet shows them: an unknown heading may be somebody's name."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}列"


def _columns(headings: Sequence[str], layout: Layout) -> list[tuple[str, Column] | None]:
    """Return each column of the file with its heading, or ``None`` for a column to ignore."""
    found = [layout.column(heading) for heading in headings]
    faults = []
    for position, (heading, column) in enumerate(zip(headings, found, strict=True)):
        if column is None and heading and not layout.others_allowed:
            faults.append(Fault(1, _letter(position), "知らない見出しです"))
    counts = Counter(column.key for column in found if column is not None)
    for column in layout.columns:
        if counts[column.key] > 1:
            faults.append(Fault(1, column.heading, "同じ列が2回あります"))
        if column.required and not counts[column.key]:
            faults.append(Fault(1, column.heading, "この見出しの列がありません"))
    if faults:
        raise IntakeError(faults)
    known = zip(headings, found, strict=True)
    return [None if column is None else (heading, column) for heading, column in known]


def _record(empty: Record, cells: Sequence[str], columns: Sequence[tuple[str, Column] | None]) -> Record:
    if len(cells) != len(columns):
        fault = Fault(empty.row, "", f"列の数({len(cells)})が見出しの数({len(columns)})と違います")
        return replace(empty, document=None, faults=(fault,))
    document: dict[str, Any] = {}
    faults = []
    for cell, known in zip(cells, columns, strict=True):
        if known is None or not cell.strip():
            continue
        heading, column = known
        if not _fill(document, column, cell.strip()):
            faults.append(Fault(empty.row, heading, "値の数が、組になる列と違います(; か改行で区切った数)"))
    return replace(empty, document=document, faults=tuple(faults))


def record_of(texts: Mapping[str, str], layout: Layout) -> Record:
    """Return the document of a form, which is filled in as one row of a file would be.

    Args:
        texts: Texts of the cells, by the columns' keys, which also name the mistakes.
        layout: The columns.
    """
    names = {column.place: column.key for column in layout.columns}
    cells = [texts.get(column.key, "") for column in layout.columns]
    return _record(Record(0, {}, names), cells, [(column.key, column) for column in layout.columns])


def _fill(document: dict[str, Any], column: Column, cell: str) -> bool:
    """Put a cell into the document; return false when its number of parts differs from related columns."""
    *above, last = column.path
    target = document
    for key in above:
        target = target.setdefault(key, {})
    if not column.part:
        target[last] = cell
        return True
    parts = [part.strip() for part in SEPARATORS.split(cell)]
    objects = target.setdefault(last, [{} for _ in parts])
    if len(objects) != len(parts):
        return False
    for one, part in zip(objects, parts, strict=True):
        one[column.part] = part
    return True


def _key_path(loc: Sequence[int | str]) -> str:
    """Return a place in JSON as text, hiding keys that are not ours: they may be somebody's name."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if KEY_WORD.issuperset(part) else f".{UNKNOWN_KEY}"
    return path.removeprefix(".")
