"""Recognise the requester's block and room numbers, whatever type they were found as."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.ownership.compare.name import KanaReader
from pipeline.ownership.compare.registered_address import RegisteredAddress, numbers_of, place_in
from pipeline.sound.digits import edit_distance

__all__ = [
    "MAX_MISHEARD_SHARE",
    "MAX_VAGUE_MORAE",
    "MIN_BLOCK_DIGITS",
    "MIN_TELLING",
    "ROOM_DIGITS",
    "block_in_a_piece",
    "is_block",
    "is_next_door",
    "may_be_misheard",
    "says_all",
]

MIN_TELLING = 3
"""Fewest digits of a block number, or morae of a place, that tell anything by themselves."""

MIN_BLOCK_DIGITS = 4
"""Fewest digits that tell even where the place was not understood: one block in 10,000 has the same."""

MAX_VAGUE_MORAE = 6
"""Most morae that name no place yet: 番地, の, です, one garbled word."""

ROOM_DIGITS = 3
"""Digits of a room."""

MAX_MISHEARD_SHARE = 0.4
"""Share of a number's digits that may be misheard: of two numbers with a room drawn at random one pair in 400
is as near."""

MAX_NEIGHBOUR_STEP = 2
"""What the house next door, the flat beside and the one above differ by, in one figure: even numbers face odd
ones.  A figure that is misheard is any other: 一 as 七, 〇 as 五."""

_COUNTED = re.compile(r"[0-9０-９](?:丁目|番|号)")
_PIECES = re.compile(r"[、。\n]")


def is_block(text: str, known: Sequence[RegisteredAddress]) -> bool:
    """Whether digits are a part of the requester's block number that is long enough to tell."""
    numbers = numbers_of(text)
    owns = [address.number for address in known]
    # The end of a block alone is like anybody's four figures, but for the words that count them.
    within = _COUNTED.search(text) is not None and any(numbers in own for own in owns)
    return len(numbers) >= MIN_BLOCK_DIGITS and (within or any(own.startswith(numbers) for own in owns))


def block_in_a_piece(text: str, known: Sequence[RegisteredAddress]) -> bool:
    """Whether a part of what was said holds the whole registered number and at most one figure more.

    Args:
        text: As recognised, whatever it was taken for.
        known: The requester's addresses.
    """
    said = {numbers_of(piece) for piece in _PIECES.split(text)}
    owns = [address.number for address in known if len(address.number) > MIN_BLOCK_DIGITS]
    return any(own in each and len(each) <= len(own) + 1 for own in owns for each in said)


def is_next_door(numbers: str, own: str) -> bool:
    """Whether two numbers differ in one figure, and by as little as neighbours' do.

    Args:
        numbers: As heard.
        own: The registered one.
    """
    if len(numbers) != len(own):
        return False
    apart = [abs(int(a) - int(b)) for a, b in zip(numbers, own, strict=True) if a != b]
    return len(apart) == 1 and apart[0] <= MAX_NEIGHBOUR_STEP


def says_all(text: str, reader: KanaReader) -> bool:
    """Whether a piece of an address names both a place and a number that is long enough to tell.

    Args:
        text: As recognised.
        reader: Reads it.
    """
    return len(numbers_of(text)) >= MIN_BLOCK_DIGITS and len(place_in(text, reader)) > MAX_VAGUE_MORAE


def may_be_misheard(said: str, own: str, share: float) -> bool:
    """Whether one number may be the other one, or a part of it, misheard.

    Args:
        said: Digits as recognised.
        own: The registered ones.
        share: Of the shorter one's digits, how many may be wrong.

    Returns:
        ``True`` also of too few digits, which may be any.
    """
    short, long = sorted((said, own), key=len)
    windows = (long[at : at + len(short)] for at in range(len(long) - len(short) + 1))
    return len(short) < MIN_TELLING or any(
        edit_distance(short, part) <= share * len(short) for part in windows
    )
