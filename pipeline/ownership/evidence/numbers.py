"""How much of a number is the requester's or the company's, figure by figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.known.addresses import numbers_of
from pipeline.ownership.known.known_case import ROOM_DIGITS
from pipeline.sound.digits import digits_of, longest_common_run

__all__ = [
    "MIN_PIECE_DIGITS",
    "block_in",
    "figures_in",
    "other_block_figures",
    "other_figures",
    "strange_places",
]

PREFIX_DIGITS: Final = 3
"""Figures with which many telephone numbers begin."""

MIN_PIECE_DIGITS: Final = 3
"""Fewest figures in a row by which a piece of a longer number is theirs: two are in most numbers."""

WHOLE_DIGITS: Final = 10
"""Fewest figures of a whole telephone number, its zero and area code included; 110 is none."""


def figures_in(texts: Sequence[str], numbers: Sequence[str]) -> Mapping[Feature, float]:
    """Compare figures with telephone numbers.

    Args:
        texts: What is said, in one or more ways of writing it.
        numbers: A claimant's, digits only.

    Returns:
        How many figures are said; how many of them are the claimant's, how many in a row behind the prefix
        that many numbers share, and how many are none of theirs.
    """
    said = max((digits_of(text) for text in texts), key=len, default="")
    other = min((other_figures(digits_of(text), numbers) for text in texts), default=0)
    tail = (longest_common_run(digits_of(t), n[PREFIX_DIGITS:]) for t in texts for n in numbers)
    return {
        Feature.FIGURES: math.log1p(len(said)),
        Feature.FIGURES_OWN: math.log1p(max(0, len(said) - other)),
        Feature.FIGURES_OWN_BEHIND_PREFIX: math.log1p(max(tail, default=0)),
        Feature.FIGURES_OTHER: math.log1p(other),
    }


def other_figures(said: str, numbers: Sequence[str]) -> int:
    """How many figures of a number belong to none of some numbers, or stand in no piece of one.

    Args:
        said: Digits: a number, a piece of one, or several pieces.
        numbers: Those that are known, digits only.
    """
    return len(strange_places(said, numbers))


def strange_places(said: str, numbers: Sequence[str]) -> tuple[int, ...]:
    """Where in a number the figures stand that belong to none of some numbers.

    Args:
        said: As for ``other_figures``.
        numbers: Likewise.

    Returns:
        The places that are left when as many figures as possible are taken by pieces of one of the numbers,
        each of ``MIN_PIECE_DIGITS`` figures or more, in the number's own order; after its last figure it may
        be said again.  None are left of a piece that is all that is said, and none beside a whole number that
        are too few for a piece of another: they are particles (に reads as 2, ご as 5).
    """
    return min((_left(said, number) for number in numbers), key=len, default=tuple(range(len(said))))


def _left(said: str, number: str) -> tuple[int, ...]:
    beside_whole = len(said) - len(number) if len(number) >= WHOLE_DIGITS and number in said else None
    if said in number or (beside_whole is not None and beside_whole < MIN_PIECE_DIGITS):
        return ()
    # The fewest places left of the first so many, by how far the number has been said.
    least: list[dict[int, tuple[int, ...]]] = [{} for _ in range(len(said) + 1)]
    least[0][0] = ()
    for at, reached in enumerate(least[:-1]):
        for place, left in reached.items():
            _keep_least(least[at + 1], place, (*left, at))
            for begin in range(0 if place == len(number) else place, len(number) - MIN_PIECE_DIGITS + 1):
                length = _alike(said[at:], number[begin:])
                for size in range(MIN_PIECE_DIGITS, length + 1):
                    _keep_least(least[at + size], begin + size, left)
    return min(least[-1].values(), key=len)


def _keep_least(values: dict[int, tuple[int, ...]], place: int, left: tuple[int, ...]) -> None:
    values[place] = min(left, values.get(place, left), key=len)


def _alike(one: str, other: str) -> int:
    """How many figures two numbers begin with alike."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def block_in(text: str, blocks: Sequence[tuple[str, ...]], rooms: Sequence[str]) -> Mapping[Feature, float]:
    """Compare what numbers a block or a room with those of the requester.

    Args:
        text: As recognised.
        blocks: The numbers of each of their addresses, in figures.
        rooms: The digits of their rooms, where they live in a building.

    Returns:
        How many figures there are, how many of them are theirs, and how many are not; whether the room is.
    """
    said = numbers_of(text)
    other = other_block_figures(said, blocks)
    return {
        Feature.BLOCK_FIGURES: math.log1p(len(said)),
        Feature.BLOCK_SAME: math.log1p(max(0, len(said) - other)),
        Feature.BLOCK_OTHER: math.log1p(other),
        Feature.ROOM_SAME: float(said[-ROOM_DIGITS:] in rooms),
    }


def other_block_figures(said: str, blocks: Sequence[tuple[str, ...]]) -> int:
    """How many figures of a block are in no run of whole numbers of one that is known.

    Args:
        said: Digits, without what parts them: 51130 of 5丁目11番30号; it may be said again.
        blocks: The numbers of each address, in figures.
    """
    runs = {
        "".join(block[start:end])
        for block in blocks
        for start in range(len(block))
        for end in range(start + 1, len(block) + 1)
    }
    least = [0]  # figures left of the first so many
    for end in range(1, len(said) + 1):
        whole = (least[start] for start in range(end) if said[start:end] in runs)
        least.append(min(least[end - 1] + 1, *whole, len(said)))
    return least[-1]
