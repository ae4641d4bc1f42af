"""Split an address into places and numbers, so that two can be compared part by part.

東京都町田市成瀬5丁目11番30号コーポ桜201      東京都 | 町田市 | 成瀬      5, 11, 30      room 201
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.ownership.known.addresses import number_of, numbers_of, places_of
from pipeline.ownership.known.names import KanaReader
from pipeline.sound.digits import digits_of
from pipeline.types import CaseName

BLOCK_NUMBERS: Final = 3
"""Greatest number of numbers of a block: 丁目, 番 and 号.  Those after them are a room's."""

_NUMBER = re.compile(
    r"[0-9]+|[〇零一二三四五六七八九十百千]+(?=[〇零一二三四五六七八九十百千のノ丁番号階室、。ー－-]|$)"
)
_OF_A_ROOM = re.compile(r"(?:号室|室|階)")
_COUNTER = re.compile(r"(?:丁目|番地?|号室?|室|階)?(?:[のノ、。・\s.,ー－-]|です)*")
"""Counter after a number, and separators before the next one."""

_BUILDING = re.compile(r"[^\d]*[ァ-ヴ一-龠々]{2}[^\d]*")
"""Text after that with the letters of a name."""


class Level(enum.IntEnum):
    """Level of a place in an address."""

    PREFECTURE = 1
    CITY = 2
    TOWN = 3


@dataclass(frozen=True, slots=True)
class AddressPlace:
    """A place of an address; a city may have a ward, a place of the same level."""

    level: Level
    text: str = field(repr=False)
    kana: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddressNumber:
    """A number of an address.

    Attributes:
        text: The number as written.
        digits: The number in digits.
        room: Whether it is the number of a room or a floor.
    """

    text: str = field(repr=False)
    digits: str = field(repr=False)
    room: bool


@dataclass(frozen=True, slots=True)
class AddressParts:
    """Places, numbers and buildings of an address.

    Attributes:
        written: The whole address as written.
        places: PlaceComparison in order.
        numbers: NumberComparison in order.
        behind: Counter and separators after each number.
        buildings: Text between each number and the next: mostly empty, for one the name of a building.
    """

    written: str = field(repr=False)
    places: tuple[AddressPlace, ...] = field(repr=False)
    numbers: tuple[AddressNumber, ...] = field(repr=False)
    behind: tuple[str, ...] = field(repr=False)
    buildings: tuple[str, ...] = field(repr=False)

    @property
    def building(self) -> str:
        """Name of the building; empty where there is none."""
        return next((text for text in self.buildings if _BUILDING.fullmatch(text)), "")


def address_parts(address: CaseName, reader: KanaReader) -> AddressParts:
    """Split an address into its parts.

    Args:
        address: A registered or a spoken address.
        reader: Reader of its places.
    """
    written = CaseName("".join(map(_narrow, address.text)), address.kana)
    said = number_of(written)
    *regions, town = places_of(written, reader)
    levels = (Level.PREFECTURE if place.text[-1] in "都道府県" else Level.CITY for place in regions)
    places = [
        *(AddressPlace(level, place.text, place.kana) for level, place in zip(levels, regions, strict=True)),
        *([AddressPlace(Level.TOWN, town.text, town.kana)] if town.text else []),
    ]
    found = list(_NUMBER.finditer(said))
    ends = [*(each.start() for each in found[1:]), len(said)]
    after = [said[each.end() : end] for each, end in zip(found, ends, strict=False)]
    behind = [counter[0] if (counter := _COUNTER.match(text)) else "" for text in after]
    buildings = [text.removeprefix(counter) for text, counter in zip(after, behind, strict=True)]
    rooms = _rooms(behind, buildings)
    return AddressParts(
        address.text,
        tuple(places),
        tuple(
            AddressNumber(each[0], _digits(each[0]), room) for each, room in zip(found, rooms, strict=True)
        ),
        tuple(behind),
        tuple(buildings),
    )


def _narrow(char: str) -> str:
    """Return a digit or letter in the usual width; the character itself where that is no single character."""
    narrow = unicodedata.normalize("NFKC", char)
    return narrow if len(narrow) == 1 else char


def _digits(text: str) -> str:
    return text if text.isascii() else numbers_of(text) or digits_of(text)


def _rooms(behind: Sequence[str], buildings: Sequence[str]) -> Iterator[bool]:
    """Yield for each number whether it is a room's."""
    inside = False
    for index, counter in enumerate(behind):
        inside = inside or index >= BLOCK_NUMBERS
        yield inside or _OF_A_ROOM.match(counter) is not None
        inside = inside or _BUILDING.fullmatch(buildings[index]) is not None
