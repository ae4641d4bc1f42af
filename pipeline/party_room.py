"""Rooms of the building in which the requester lives: theirs, theirs misheard, or a neighbour's.

known  コーポひばり109号室      heard  コーポひばり189号      misheard, or the flat next door
                                     コーポひばり406号      another room: somebody else's
"""

from __future__ import annotations

from pipeline.party_block import ENOUGH, HALF, ROOM, may_be_misheard
from pipeline.registered_address import PLACE, RegisteredAddress
from pipeline.sound import Mora
from pipeline.sound_text import find_sound
from pipeline.spoken_digits import digits_apart

__all__ = ["ANOTHER_ROOM", "is_another_room", "near_rooms", "same_building"]

ANOTHER_ROOM = "登録された建物の別の部屋"
"""Why an address is another's, whatever the talk says and however much else of it is like theirs."""


def same_building(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether the registered building is said, with a room or a block that is the registered one's.

    Args:
        line: What was said, by sound, without its numbers.
        numbers: Its digits.
        address: The requester's.
    """
    same = any(len(room) >= ENOUGH and room in address.number for room in _rooms(numbers))
    return same and _building_said(line, address)


def near_rooms(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> list[str]:
    """What of a number is the registered room but for a digit, where the registered building is said.

    Args:
        line: What was said, by sound, without its numbers.
        numbers: Its digits.
        address: The requester's.
    """
    own = address.number[-ROOM:]
    if not _building_said(line, address):
        return []
    near = (room for room in _rooms(numbers) if ROOM - 1 <= len(room) <= ROOM)
    return [room for room in near if digits_apart(room, own) <= 1]


def is_another_room(line: tuple[Mora, ...], numbers: str, address: RegisteredAddress) -> bool:
    """Whether the registered building is said, and a number that holds nothing like the registered room.

    Args:
        line: What was said, by sound, without its numbers.
        numbers: Its digits.
        address: The requester's.
    """
    own = address.number[-ROOM:]
    return len(own) == ROOM and _building_said(line, address) and not may_be_misheard(numbers, own, HALF)


def _rooms(numbers: str) -> tuple[str, ...]:
    """A number, and without the five at its end as which 号 is misheard."""
    return (numbers, numbers[:-1]) if numbers.endswith("5") else (numbers,)


def _building_said(line: tuple[Mora, ...], address: RegisteredAddress) -> bool:
    return len(address.building) > ENOUGH and bool(find_sound(address.building, line, PLACE))
