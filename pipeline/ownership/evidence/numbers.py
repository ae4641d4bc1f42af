"""Compare telephone numbers and block numbers with those of the case, digit by digit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.known.addresses import numbers_of
from pipeline.ownership.known.known_case import ROOM_DIGITS
from pipeline.sound.digits import digits_of, longest_common_run

PREFIX_DIGITS: Final = 3
"""Number of first digits that many telephone numbers share."""

MIN_PIECE_DIGITS: Final = 3
"""Least number of digits in a row by which a piece of a number is the claimant's: most numbers share two."""

BLOCK_NUMBERS: Final = 3
"""Number of numbers of a whole block, 5丁目11番30号; a room may follow them.  Two people's rarely agree in
all three by chance."""

WHOLE_DIGITS: Final = 10
"""Least number of digits of a whole telephone number, with its zero and area code; 110 is none."""


def figures_in(texts: Sequence[str], numbers: Sequence[str]) -> Mapping[Feature, float]:
    """Compare digits with telephone numbers.

    Args:
        texts: The words, in one or more spellings.
        numbers: A claimant's numbers, digits only.

    Returns:
        Counts of digits: all, the claimant's, the longest run of the claimant's after the prefix that many
        numbers share, and those that are not the claimant's.
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
    """Count the digits of a number that belong to no piece of a known number.

    Args:
        said: Digits of a number, of a piece, or of several pieces.
        numbers: The known numbers, digits only.
    """
    return len(strange_places(said, numbers))


def strange_places(said: str, numbers: Sequence[str]) -> tuple[int, ...]:
    """Find the positions of the digits that belong to no piece of a known number.

    Args:
        said: Digits as for ``other_figures``.
        numbers: The known numbers, digits only.

    Returns:
        The positions that remain after pieces of one number cover as many digits as possible.  A piece has
        ``MIN_PIECE_DIGITS`` digits or more; pieces follow the number's own order, and the number may be said
        again after its last digit.  Nothing remains of a text that is one piece, nor of fewer digits than a
        piece after a whole number: these are particles (に reads as 2, ご as 5).
    """
    return min((_left(said, number) for number in numbers), key=len, default=tuple(range(len(said))))


def _left(said: str, number: str) -> tuple[int, ...]:
    is_whole = len(number) >= WHOLE_DIGITS and number in said
    if said in number or (is_whole and len(said) < len(number) + MIN_PIECE_DIGITS):
        return ()
    # Least number of positions left of the first digits, by how far the number has been said.
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
    """Return the length of the common beginning of two numbers."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def block_in(text: str, blocks: Sequence[tuple[str, ...]], rooms: Sequence[str]) -> Mapping[Feature, float]:
    """Compare the digits of a block or a room with those of the requester.

    Args:
        text: Recognised words.
        blocks: Block numbers of each of the requester's addresses, in digits.
        rooms: Digits of the requester's rooms; empty without a building.

    Returns:
        Counts of digits: all, the requester's, and the others; whether the room is the requester's, and
        whether the digits are a whole block of the requester's and nothing else of a block.
    """
    said = numbers_of(text)
    other = other_block_figures(said, blocks)
    return {
        Feature.BLOCK_FIGURES: math.log1p(len(said)),
        Feature.BLOCK_SAME: math.log1p(max(0, len(said) - other)),
        Feature.BLOCK_OTHER: math.log1p(other),
        Feature.ROOM_SAME: float(said[-ROOM_DIGITS:] in rooms),
        Feature.WHOLE_BLOCK: float(not other and holds_whole_block(said, blocks)),
    }


def holds_whole_block(said: str, blocks: Sequence[tuple[str, ...]]) -> bool:
    """Return whether digits hold all numbers of one of the blocks, in their order.

    Args:
        said: Digits without separators, 51130 for 5丁目11番30号.
        blocks: Block numbers of each address, in digits.
    """
    whole = ["".join(block[:BLOCK_NUMBERS]) for block in blocks if len(block) >= BLOCK_NUMBERS]
    return any(block in said for block in whole)


def other_block_figures(said: str, blocks: Sequence[tuple[str, ...]]) -> int:
    """Count the digits of a block outside every run of whole numbers of a known block.

    Args:
        said: Digits without separators, 51130 for 5丁目11番30号; the block may be said again.
        blocks: Block numbers of each address, in digits.
    """
    runs = {
        "".join(block[start:end])
        for block in blocks
        for start in range(len(block))
        for end in range(start + 1, len(block) + 1)
    }
    least = [0]  # least number of digits left of the first n
    for end in range(1, len(said) + 1):
        whole = (least[start] for start in range(end) if said[start:end] in runs)
        least.append(min(least[end - 1] + 1, *whole, len(said)))
    return least[-1]
