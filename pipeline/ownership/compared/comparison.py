"""What a comparison of something said with something registered tells."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.types import Party

__all__ = ["Comparison", "Likeness", "Mark", "Run", "runs_of"]


class Mark(enum.StrEnum):
    """How a run of characters compares with the other value."""

    SAME = enum.auto()
    DIFFERENT = enum.auto()
    UNSAID = enum.auto()
    """Of the registered value: nothing of the call is compared with it, since only a piece was said."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters of one mark."""

    text: str = field(repr=False)
    mark: Mark


class Likeness(enum.StrEnum):
    """How far the said value is the registered one."""

    NUMBER_SAME = enum.auto()
    NUMBER_PIECE_SAME = enum.auto()
    NUMBER_DIFFERS = enum.auto()
    NUMBER_PIECE_DIFFERS = enum.auto()

    NAME_SAME = enum.auto()
    NAME_SOUNDS_SAME = enum.auto()
    SURNAME_SAME = enum.auto()
    SURNAME_SOUNDS_SAME = enum.auto()
    GIVEN_NAME_SAME = enum.auto()
    GIVEN_NAME_SOUNDS_SAME = enum.auto()
    GIVEN_NAME_DIFFERS = enum.auto()
    """Of a whole name whose surname is the same."""
    SURNAME_DIFFERS = enum.auto()
    """Of a whole name whose given name is the same."""
    NAME_NEAR = enum.auto()

    ADDRESS_SAME = enum.auto()
    ADDRESS_PIECE_SAME = enum.auto()
    BUILDING_DIFFERS = enum.auto()
    """Place and block are the same."""
    BLOCK_SAME = enum.auto()
    """Of numbers that are said without a place."""
    ROOM_SAME = enum.auto()
    """Likewise."""
    BLOCK_DIFFERS = enum.auto()
    """Likewise."""
    ROOM_DIFFERS = enum.auto()
    """Place and block are the same, or the block is and no place is said."""
    BLOCK_DIFFERS_IN_TOWN = enum.auto()
    BLOCK_DIFFERS_IN_CITY = enum.auto()
    """No town is said."""
    BLOCK_DIFFERS_IN_PREFECTURE = enum.auto()
    """Neither city nor town is said."""
    TOWN_DIFFERS = enum.auto()
    """The city is the same."""
    CITY_DIFFERS = enum.auto()
    """The prefecture is the same."""
    TOWN_SAME_ELSEWHERE = enum.auto()
    """A town of the same name in another city or prefecture."""
    BLOCK_SAME_ELSEWHERE = enum.auto()
    """The same block number in another place."""
    TOWN_NEAR = enum.auto()
    """The town sounds alike, and no place above it is the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Something said beside the registered value that is nearest to it.

    Attributes:
        likeness: How far they are the same.
        party: Whose the registered value is.
        said: What was said, in a form that can be read beside the registered value.
        registered: The registered value as the case writes it.
        said_reading, registered_reading: The katakana of both; empty where sound was not compared.
        differing: Figures, or morae of a name or town, that differ.
        in_all: Figures, or morae, that were compared.
    """

    likeness: Likeness
    party: Party
    said: tuple[Run, ...] = field(repr=False)
    registered: tuple[Run, ...] = field(repr=False)
    said_reading: tuple[Run, ...] = field(default=(), repr=False)
    registered_reading: tuple[Run, ...] = field(default=(), repr=False)
    differing: int = 0
    in_all: int = 0


def runs_of(marked: Iterable[tuple[str, Mark]]) -> tuple[Run, ...]:
    """Join neighbours of one mark.

    Args:
        marked: Texts in order, each with its mark; empty ones are left out.
    """
    runs: list[Run] = []
    for text, mark in marked:
        if runs and text and runs[-1].mark is mark:
            runs[-1] = Run(runs[-1].text + text, mark)
        elif text:
            runs.append(Run(text, mark))
    return tuple(runs)
