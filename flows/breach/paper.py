"""A paper as values: a title, and sections with what is known and what a person must still fill in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """A line that the desk or an officer wrote."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """What a person must fill in; printed in brackets and marked, so that it is not overlooked."""

    what: str

    @property
    def text(self) -> str:
        """As it is printed."""
        return f"〔要記入：{self.what}〕"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it; the first section of a paper may have none.

    Attributes:
        item: The item of 施行規則8条1項 that it is; 0 for another section.
    """

    heading: str
    parts: tuple[Line | Gap | Table, ...]
    item: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A whole paper."""

    title: str
    sections: tuple[Section, ...]


def gaps(paper: Written) -> tuple[Gap, ...]:
    """Return what a person must still fill in, in order."""
    return tuple(part for section in paper.sections for part in section.parts if isinstance(part, Gap))


def as_text(paper: Written) -> str:
    """Return a paper as plain text, for a terminal."""
    return "\n".join(_lines(paper)) + "\n"


def _lines(paper: Written) -> Iterator[str]:
    yield paper.title
    for section in paper.sections:
        yield ""
        if section.heading:
            yield section.heading
        for part in section.parts:
            if isinstance(part, Table):
                yield from ("　".join(cell for cell in row if cell) for row in part.rows)
            else:
                yield part.text
