"""Align two values: digit by digit, letter by letter or mora by mora.

said         070 0538 2833       every 8 beside the 7 differs
registered   070 0537 2833

said             0538            a piece: the registered digits around it are unsaid
registered   070 0537 2833
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.ownership.compared.comparison import Mark

OTHER, MISSING, MISSING_AT_END = 2, 3, 2
"""Prices of a substitution, of a gap within a value, and of a gap at its end.  A gap within costs more: two
numbers that share little are easier to compare digit above digit than shifted until a few agree."""

MISSING_IN_PIECE = 5
"""Price of a gap in a piece, whose end may lie anywhere; more than two substitutions: 0276 is 0267 with two
of them, and not 026 with one additional digit."""

_Pair = tuple[int | None, int | None]
_MEET: Final = (1, 1)
_STEPS: Final = (_MEET, (1, 0), (0, 1))
"""Steps towards the beginning: in both values, in the spoken one, in the registered one."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Alignment of a spoken and a registered value.

    Attributes:
        pairs: Indices into the spoken and the registered value, in order; ``None`` for a gap.
        said, registered: Mark of each element.
        differing: Number of pairs that differ, without unsaid elements.
    """

    pairs: tuple[_Pair, ...]
    said: tuple[Mark, ...]
    registered: tuple[Mark, ...]
    differing: int


def aligned(said: Sequence[Hashable], registered: Sequence[Hashable], *, piece: bool = False) -> Alignment:
    """Align a spoken value with a registered one at the least price.

    Args:
        said: Elements of the spoken value, in order.
        registered: Elements of the registered value, in order.
        piece: Whether only a piece of the registered value may be spoken: its elements before and after the
            piece then cost nothing and are unsaid.
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
    """Return the cheapest pairs; of several, those with the fewest gaps at the end."""
    ends_said, ends_registered = (0, len(said)), (0, len(registered))
    within = MISSING_IN_PIECE if piece else MISSING

    def price(i: int, j: int, step: tuple[int, int]) -> int:
        """Return the price of a step that ends after ``i`` spoken and ``j`` registered elements."""
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
