"""Compare the numbers of two addresses: the block's and the room's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.ownership.compared.address_parts import Number
from pipeline.ownership.compared.aligned import aligned
from pipeline.ownership.compared.comparison import Mark

__all__ = ["Marked", "Numbers", "compared_numbers"]

Marked = tuple[str, Mark]


class Numbers(NamedTuple):
    """The numbers of two addresses beside each other.

    ``block`` and ``room``: whether one that is said differs.  ``of_block``: whether one of the block is said.
    ``whole``: whether all registered ones are said.
    """

    block: bool
    room: bool
    of_block: bool
    whole: bool
    differing: int
    in_all: int
    said: tuple[tuple[Marked, ...], ...]
    registered: tuple[tuple[Marked, ...], ...]


def compared_numbers(said: Sequence[Number], registered: Sequence[Number], *, anchored: bool) -> Numbers:
    """Compare number by number; where a place is said, from the first one on."""
    if (run := _written_together(said, registered, anchored=anchored)) is not None:
        marks = [Mark.SAME if n in run else Mark.UNSAID for n in range(len(registered))]
        return Numbers(
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
    said: Sequence[Number], registered: Sequence[Number], *, anchored: bool
) -> range | None:
    """Which registered numbers have the same figures, however the recogniser parts them: 5の1130."""
    figures = "".join(number.digits for number in said)
    for start in range(1 if anchored else len(registered)):
        for end in range(start, len(registered) + 1):
            if "".join(number.digits for number in registered[start:end]) == figures:
                return range(start, end)
    return None if figures else range(0)


def _numbers_from(start: int, said: Sequence[Number], registered: Sequence[Number]) -> Numbers:
    """Compare the said numbers with as many registered ones from one of them on."""
    own: list[tuple[Marked, ...]] = [((number.text, Mark.UNSAID),) for number in registered]
    heard: list[tuple[Marked, ...]] = []
    block = room = False
    differing = in_all = 0
    for index, number in enumerate(said, start):
        mine = registered[index] if index < len(registered) else None
        digits = mine.digits if mine else ""
        beside = aligned(number.digits, digits)
        heard.append(_marked(number, beside.said))
        if mine is not None:
            own[index] = _marked(mine, beside.registered)
        of_room = mine.room if mine else True
        block, room = (
            block or (beside.differing > 0 and not of_room),
            room or (beside.differing > 0 and of_room),
        )
        differing += beside.differing
        in_all += len(beside.pairs)
    whole = start == 0 and len(said) >= len(registered)
    of_block = any(not number.room for number in registered[start : start + len(said)])
    return Numbers(block, room, of_block, whole, differing, in_all, tuple(heard), tuple(own))


def _marked(number: Number, marks: Sequence[Mark]) -> tuple[Marked, ...]:
    """A number figure by figure, or whole where it is not written in figures one by one."""
    if number.text == number.digits:
        return tuple(zip(number.text, marks, strict=True))
    same = all(mark is Mark.SAME for mark in marks)
    return ((number.text, Mark.SAME if same else Mark.DIFFERENT),)
