"""Mistakes in a file that came in: where each is and what should stand there, never what does."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.desk.kinds.errors import DeskError

__all__ = ["Fault", "IntakeError", "write_report"]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One mistake.

    Attributes:
        row: As a spreadsheet counts it, the heading being 1; in JSON the position in the array,
            from 1; 0 for the file as a whole.
        column: Heading or key; empty for the row as a whole.
        reason: In Japanese, without the value.
        unit: What ``row`` counts.
    """

    row: int
    column: str
    reason: str
    unit: str = "行目"

    @property
    def line(self) -> str:
        """The mistake in one line."""
        place = [f"{self.row}{self.unit}"] if self.row else []
        place += [self.column] if self.column else []
        return f"{' '.join(place)}: {self.reason}" if place else self.reason


class IntakeError(DeskError):
    """A file is malformed, or was taken in before; nothing of it was taken in.

    Attributes:
        faults: Every mistake found, in the file's order.
    """

    code = "intake"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(f"誤りが{len(self.faults)}件あります。1件も取り込んでいません")


def write_report(faults: Iterable[Fault], path: Path) -> None:
    """Write the mistakes as CSV that a spreadsheet opens.

    Args:
        faults: The mistakes.
        path: The file; its old content is replaced.
    """
    # The mark at the beginning tells Excel that it is UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["行", "列", "理由"])
        writer.writerows([fault.row or "", fault.column, fault.reason] for fault in faults)
