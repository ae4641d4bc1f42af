"""Result of comparing a spoken value with a registered one."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.types import Party


class Mark(enum.StrEnum):
    """Result of comparing a run of characters with the other value."""

    SAME = enum.auto()
    DIFFERENT = enum.auto()
    UNSAID = enum.auto()
    """Of the registered value: not compared, since only a piece of it was spoken."""


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters with the same mark."""

    text: str = field(repr=False)
    mark: Mark


class Likeness(enum.StrEnum):
    """Extent to which the spoken value agrees with the registered one."""

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
    """Full names with the same surname."""
    SURNAME_DIFFERS = enum.auto()
    """Full names with the same given name."""
    NAME_NEAR = enum.auto()

    ADDRESS_SAME = enum.auto()
    ADDRESS_PIECE_SAME = enum.auto()
    BUILDING_DIFFERS = enum.auto()
    """Place and block agree."""
    BLOCK_SAME = enum.auto()
    """Numbers spoken without a place."""
    ROOM_SAME = enum.auto()
    """A number spoken without a place."""
    BLOCK_DIFFERS = enum.auto()
    """Numbers spoken without a place."""
    ROOM_DIFFERS = enum.auto()
    """Place and block agree, or the block agrees and no place is spoken."""
    BLOCK_DIFFERS_IN_TOWN = enum.auto()
    BLOCK_DIFFERS_IN_CITY = enum.auto()
    """No town is spoken."""
    BLOCK_DIFFERS_IN_PREFECTURE = enum.auto()
    """Neither city nor town is spoken."""
    TOWN_DIFFERS = enum.auto()
    """The city agrees."""
    CITY_DIFFERS = enum.auto()
    """The prefecture agrees."""
    TOWN_SAME_ELSEWHERE = enum.auto()
    """A town of the same name in another city or prefecture."""
    BLOCK_SAME_ELSEWHERE = enum.auto()
    """The same block number in another place."""
    TOWN_NEAR = enum.auto()
    """The town sounds similar, and no place above it agrees."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison of a spoken value with the nearest registered value.

    Attributes:
        likeness: Extent to which they agree.
        party: Owner of the registered value.
        said: The spoken value, in a form that can be compared with the registered one by eye.
        registered: The registered value in the case's spelling.
        said_reading, registered_reading: Katakana of both; empty where sound was not compared.
        differing: Number of digits, or morae of a name or town, that differ.
        in_all: Number of digits, or morae, that were compared.
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
    """Join neighbours with the same mark.

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
