"""Tell the requester's room from a neighbour's in the same building.

known  コーポひばり109号室      heard  コーポひばり189号      misheard, or the flat next door
                                     コーポひばり406号      another room: somebody else's
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.compare.registered_address import (
    MAX_PLACE_PRICE,
    ROOM_DIGITS,
    RegisteredAddress,
    numbers_of,
    place_in,
)
from pipeline.sound.digits import edit_distance
from pipeline.sound.morae import MIN_TELLING, Mora
from pipeline.sound.search import find_sound

__all__ = ["near_room", "same_building", "says_another_room"]


def same_building(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether the registered building is said with the registered room or block.

    Args:
        line: What was said, by sound, without its numbers.
        numbers: Its digits.
        address: The requester's.
    """
    same = any(len(room) >= MIN_TELLING and room in address.number for room in _rooms(numbers))
    return same and _building_said(line, address)


def near_room(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether a number is a room that differs from the registered one by a digit at most, in its building.

    Args:
        line: What was said, by sound, without its numbers.
        numbers: Its digits.
        address: The requester's.
    """
    own = address.number[-ROOM_DIGITS:]
    rooms = (room for room in _rooms(numbers) if ROOM_DIGITS - 1 <= len(room) <= ROOM_DIGITS)
    return any(edit_distance(room, own) <= 1 for room in rooms) and _building_said(line, address)


def says_another_room(text: str, known: Sequence[RegisteredAddress], reader: KanaReader) -> bool:
    """Whether a piece of an address names the registered building and a room that is nothing like theirs.

    Args:
        text: As recognised, without the other pieces: their numbers are no room's.
        known: The requester's addresses.
        reader: Reads the text.
    """
    line = place_in(text, reader)
    rooms = [room for room in _rooms(numbers_of(text)) if len(room) == ROOM_DIGITS]
    owns = ((address, address.number[-ROOM_DIGITS:]) for address in known)
    return bool(rooms) and any(
        len(own) == ROOM_DIGITS
        and not any(edit_distance(room, own) <= 1 for room in rooms)
        and _building_said(line, address)
        for address, own in owns
    )


def _rooms(numbers: str) -> tuple[str, ...]:
    """The number, and the number without a final five: 号 is misheard as 五."""
    return (numbers, numbers[:-1]) if numbers.endswith("5") else (numbers,)


def _building_said(line: tuple[Mora, ...], address: RegisteredAddress) -> bool:
    return len(address.building) > MIN_TELLING and bool(find_sound(address.building, line, MAX_PLACE_PRICE))
