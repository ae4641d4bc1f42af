"""Lay one value beside another, figure by figure, letter by letter or mora by mora.

said         070 0538 2833       every 8 beside the 7 differs
registered   070 0537 2833

said             0538            a piece: what lies around it in the registered value is not said
registered   070 0537 2833
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.ownership.compared.comparison import Mark

__all__ = ["Alignment", "aligned"]

OTHER, MISSING, MISSING_AT_END = 2, 3, 2
"""Prices of one that is another, and of one that only one value has.  Within a value that costs more: two
numbers that share little are easier to compare figure above figure than shifted until a few agree."""

MISSING_IN_PIECE = 5
"""Of a piece, whose end may lie anywhere, more than two that are others: 0276 is 0267 with two of them, and
not 026 with one more."""

_Pair = tuple[int | None, int | None]
_MEET: Final = (1, 1)
_STEPS: Final = (_MEET, (1, 0), (0, 1))
"""Towards the beginning: of both values, of the said one, of the registered one."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two values laid beside each other.

    Attributes:
        pairs: Places in what is said and in the registered value, in order; ``None`` where one has nothing.
        said, registered: The mark of each place.
        differing: Pairs that are not the same, without what is not said.
    """

    pairs: tuple[_Pair, ...]
    said: tuple[Mark, ...]
    registered: tuple[Mark, ...]
    differing: int


def aligned(said: Sequence[Hashable], registered: Sequence[Hashable], *, piece: bool = False) -> Alignment:
    """Lay what is said beside a registered value at the lowest price.

    Args:
        said: What is compared, in order.
        registered: The same of the registered value.
        piece: Whether only a piece of the registered value may be said: then what lies before and behind it
            costs nothing, and is unsaid.
    """
    pairs = _pairs(said, registered, piece=piece)
    heard = [number for number, (i, _) in enumerate(pairs) if i is not None]
    first, last = (heard[0], heard[-1]) if heard else (len(pairs), -1)
    marks_said = [Mark.DIFFERENT] * len(said)
    marks_registered = [Mark.DIFFERENT] * len(registered)
    differing = 0
    for number, (i, j) in enumerate(pairs):
        if i is not None and j is not None and said[i] == registered[j]:
            marks_said[i] = marks_registered[j] = Mark.SAME
        elif piece and j is not None and not first <= number <= last:
            marks_registered[j] = Mark.UNSAID
        else:
            differing += 1
    return Alignment(pairs, tuple(marks_said), tuple(marks_registered), differing)


def _pairs(said: Sequence[Hashable], registered: Sequence[Hashable], *, piece: bool) -> tuple[_Pair, ...]:
    """The cheapest pairs; of several, those with the fewest places that have no partner at the end."""
    ends_said, ends_registered = (0, len(said)), (0, len(registered))
    within = MISSING_IN_PIECE if piece else MISSING

    def price(i: int, j: int, step: tuple[int, int]) -> int:
        """Of a step that ends behind ``i`` said and ``j`` registered ones."""
        if step == _MEET:
            return 0 if said[i - 1] == registered[j - 1] else OTHER
        if step == (1, 0):
            return MISSING_AT_END if j in ends_registered else within
        return (0 if piece else MISSING_AT_END) if i in ends_said else within

    totals: dict[tuple[int, int], int] = {(0, 0): 0}
    came: dict[tuple[int, int], tuple[int, int]] = {}
    for i in range(len(said) + 1):
        for j in range(len(registered) + 1):
            ways = [
                (totals[i - a, j - b] + price(i, j, (a, b)), (a, b)) for a, b in _STEPS if a <= i and b <= j
            ]
            if ways:
                totals[i, j], came[i, j] = min(ways, key=lambda way: way[0])
    pairs: list[_Pair] = []
    i, j = len(said), len(registered)
    while i or j:
        a, b = came[i, j]
        i, j = i - a, j - b
        pairs.append((i if a else None, j if b else None))
    return tuple(reversed(pairs))
