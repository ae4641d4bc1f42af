"""Compare the numbers of two addresses: those of the block and of the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.ownership.compared.address_parts import AddressNumber
from pipeline.ownership.compared.aligned import aligned
from pipeline.ownership.compared.comparison import Mark

Marked = tuple[str, Mark]


class NumberComparison(NamedTuple):
    """Result of comparing the numbers of a spoken address with those of a registered one.

    ``block``, ``room``: whether a spoken number of it differs. ``of_block``: whether a number of the block is
    spoken. ``whole``: whether all registered numbers are spoken. ``differing``, ``in_all``: digits that
    differ, and digits compared. ``said``, ``registered``: each number as pieces of text with their marks.
    """

    block: bool
    room: bool
    of_block: bool
    whole: bool
    differing: int
    in_all: int
    said: tuple[tuple[Marked, ...], ...]
    registered: tuple[tuple[Marked, ...], ...]


def compared_numbers(
    said: Sequence[AddressNumber], registered: Sequence[AddressNumber], *, anchored: bool
) -> NumberComparison:
    """Compare number by number; ``anchored`` (a place is spoken): from the first number on."""
    if (run := _written_together(said, registered, anchored=anchored)) is not None:
        marks = [Mark.SAME if n in run else Mark.UNSAID for n in range(len(registered))]
        return NumberComparison(
            block=False,
            room=False,
            of_block=any(not registered[n].room for n in run),
            whole=len(run) == len(registered),
            differing=0,
            in_all=sum(len(number.digits) for number in said),
            said=tuple(((number.text, Mark.SAME),) for number in said),
            registered=tuple(((own.text, mark),) for own, mark in zip(registered, marks, strict=True)),
        )
    starts = (0,) if anchored else range(max(1, len(registered) - len(said) + 1))
    return min((_numbers_from(start, said, registered) for start in starts), key=lambda each: each.differing)


def _written_together(
    said: Sequence[AddressNumber], registered: Sequence[AddressNumber], *, anchored: bool
) -> range | None:
    """Return the range of registered numbers with the same digits.

    The recogniser may separate them otherwise: 5の1130.
    """
    figures = "".join(number.digits for number in said)
    for start in range(1 if anchored else len(registered)):
        for end in range(start, len(registered) + 1):
            if "".join(number.digits for number in registered[start:end]) == figures:
                return range(start, end)
    return None if figures else range(0)


def _numbers_from(
    start: int, said: Sequence[AddressNumber], registered: Sequence[AddressNumber]
) -> NumberComparison:
    """Compare the spoken numbers with as many registered ones, from the one at ``start`` on."""
    own: list[tuple[Marked, ...]] = [((number.text, Mark.UNSAID),) for number in registered]
    heard: list[tuple[Marked, ...]] = []
    block = room = False
    differing = in_all = 0
    for index, number in enumerate(said, start):
        mine = registered[index] if index < len(registered) else None
        digits = mine.digits if mine else ""
        alignment = aligned(number.digits, digits)
        heard.append(_marked(number, alignment.said))
        if mine is not None:
            own[index] = _marked(mine, alignment.registered)
        of_room = mine.room if mine else True
        block, room = (
            block or (alignment.differing > 0 and not of_room),
            room or (alignment.differing > 0 and of_room),
        )
        differing += alignment.differing
        in_all += len(alignment.pairs)
    whole = start == 0 and len(said) >= len(registered)
    of_block = any(not number.room for number in registered[start : start + len(said)])
    return NumberComparison(block, room, of_block, whole, differing, in_all, tuple(heard), tuple(own))


def _marked(number: AddressNumber, marks: Sequence[Mark]) -> tuple[Marked, ...]:
    """Return a number digit by digit, or whole where it is not written in single digits."""
    if number.text == number.digits:
        return tuple(zip(number.text, marks, strict=True))
    same = all(mark is Mark.SAME for mark in marks)
    return ((number.text, Mark.SAME if same else Mark.DIFFERENT),)
