"""Mistakes in an imported file: the place of each and the expected value, never the actual one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.desk.kinds.errors import DeskError
from flows.folders.open_folder import put_file


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A mistake in an imported file.

    Attributes:
        row: Row as a spreadsheet counts it, the heading being 1; in JSON the position in the array,
            from 1; 0 for the file as a whole.
        column: Heading or key; empty for the row as a whole.
        reason: The reason in Japanese, without the value.
        unit: The unit that ``row`` counts.
    """

    row: int
    column: str
    reason: str
    unit: str = "行目"

    @property
    def line(self) -> str:
        """The mistake as one line."""
        place = [f"{self.row}{self.unit}"] if self.row else []
        place += [self.column] if self.column else []
        return f"{' '.join(place)}: {self.reason}" if place else self.reason


class IntakeError(DeskError):
    """A file is malformed or was imported before; nothing of it was imported.

    Attributes:
        faults: Every mistake, in the order of the file.
    """

    code = "intake"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(f"誤りが{len(self.faults)}件あります。1件も取り込んでいません")


def write_report(faults: Iterable[Fault], path: Path) -> None:
    """Write the mistakes as a CSV file for a spreadsheet.

    Args:
        faults: The mistakes.
        path: The file; an ordinary file that is there is replaced.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["行", "列", "理由"])
    writer.writerows([fault.row or "", fault.column, fault.reason] for fault in faults)
    # The byte order mark makes Excel read the file as UTF-8.
    put_file(path, text.getvalue().encode("utf-8-sig"))
