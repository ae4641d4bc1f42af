"""Which of many stretches touch one: without asking every one of them.

A call of four hours has a hundred thousand words and ten thousand findings; each of one against each of
the other takes longer than hearing them.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from pipeline.types import CharSpan, TimeSpan

__all__ = ["Nearby"]

T = TypeVar("T")


class Nearby(Generic[T]):
    """Things that lie somewhere, to be asked which of them lie near.

    Args:
        things: In any order.
        where: Of each of them, in seconds or characters.
    """

    def __init__(self, things: Iterable[T], where: Callable[[T], TimeSpan | CharSpan]) -> None:
        self._things: Sequence[T] = tuple(things)
        spans = [(span.start, span.end) for span in map(where, self._things)]
        self._order = sorted(range(len(spans)), key=spans.__getitem__)
        self._starts = [spans[index][0] for index in self._order]
        self._ends = [spans[index][1] for index in self._order]
        # The furthest end so far only rises: before the first that reaches a stretch, none does.
        self._reached = list(itertools.accumulate(self._ends, max))

    def touching(self, start: float, end: float) -> list[T]:
        """The things that share a moment with a stretch, or that end where it begins or begin where it ends.

        Args:
            start: Of the stretch.
            end: Of it; not before ``start``.

        Returns:
            They, in the order in which they were given.
        """
        first = bisect.bisect_left(self._reached, start)
        last = bisect.bisect_right(self._starts, end)
        found = [self._order[at] for at in range(first, last) if self._ends[at] >= start]
        return [self._things[index] for index in sorted(found)]
