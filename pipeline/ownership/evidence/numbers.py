"""How much of a number is the requester's or the company's, figure by figure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.ownership.known.addresses import numbers_of
from pipeline.ownership.known.known_case import ROOM_DIGITS
from pipeline.sound.digits import digits_of, edit_distance, longest_common_run

__all__ = ["block_in", "figures_in"]

PREFIX_DIGITS: Final = 3
"""Figures with which many telephone numbers begin."""

MIN_COMPARED_DIGITS, MOST_OFF = 6, 6
"""Fewest figures that are compared with a whole number, and most by which they differ: more tells no more."""

MOST_BLOCK_OFF: Final = 4
"""The same as ``MOST_OFF`` for a block number."""

_PIECE: Final = re.compile(r"[、。,，.．・のノ\-\s]+")
"""What parts the groups of a number."""


def figures_in(texts: Sequence[str], numbers: Sequence[str]) -> Mapping[str, float]:
    """Compare figures with telephone numbers.

    Args:
        texts: What is said, in one or more ways of writing it.
        numbers: A party's, digits only.

    Returns:
        How many figures are said; how many in a row are the party's, and are behind the prefix that many
        share; by how many a whole number differs, 0 to 1; how many are in groups that are theirs, and that
        are not.
    """
    said = [digits_of(text) for text in texts]
    most = max(map(len, said), default=0)
    own = max((longest_common_run(each, number) for each in said for number in numbers), default=0)
    tail = (longest_common_run(each, number[PREFIX_DIGITS:]) for each in said for number in numbers)
    groups = [digits for digits in map(digits_of, _PIECE.split(texts[0])) if len(digits) > 1]
    theirs = sum(len(group) for group in groups if any(group in number for number in numbers))
    return {
        "figures": math.log1p(most),
        "figures, own": math.log1p(own),
        "figures, own behind prefix": math.log1p(max(tail, default=0)),
        "figures, other": math.log1p(most - own),
        "figures, off": min((_off(e, n) for e in said for n in numbers), default=MOST_OFF) / MOST_OFF,
        "figures, own groups": math.log1p(theirs),
        "figures, other groups": math.log1p(sum(map(len, groups)) - theirs),
    }


def _off(said: str, number: str) -> int:
    """By how many figures a number differs from one that may be somewhere in what is said."""
    if len(said) < MIN_COMPARED_DIGITS:
        return MOST_OFF
    starts = range(max(1, len(said) - len(number) + 1))
    return min(MOST_OFF, *(edit_distance(said[at : at + len(number)], number) for at in starts))


def block_in(text: str, numbers: Sequence[str], rooms: Sequence[str]) -> Mapping[str, float]:
    """Compare what numbers a block or a room with those of the requester.

    Args:
        text: As recognised.
        numbers: The digits of their addresses.
        rooms: The digits of their rooms, where they live in a building.

    Returns:
        How many digits there are; how many begin alike, or are the same (one may be part of the other); by
        how many they differ, 0 to 1; whether the room is theirs, or another, and by how many figures.
    """
    said = numbers_of(text)
    blocks = [*numbers, *(number.removesuffix(room) for number in numbers for room in rooms)]
    held = [b for b in blocks if said and b and (said in b or b in said)]
    off = min((edit_distance(said, block) for block in blocks if said and block), default=MOST_BLOCK_OFF)
    room = said[-ROOM_DIGITS:]
    off_rooms = [edit_distance(room, each) for each in rooms if len(room) == ROOM_DIGITS]
    return {
        "block": math.log1p(len(said)),
        "block, begins": math.log1p(max((_alike(said, block) for block in blocks), default=0)),
        "block, same": math.log1p(max((min(len(said), len(block)) for block in held), default=0)),
        "block, off": min(off, MOST_BLOCK_OFF) / MOST_BLOCK_OFF,
        "room, same": float(len(room) == ROOM_DIGITS and room in rooms),
        "room, off": float(min(off_rooms, default=0) > 0),
        "room, figures off": float(min(off_rooms, default=0)),
    }


def _alike(one: str, other: str) -> int:
    """How many digits two numbers begin with alike."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
