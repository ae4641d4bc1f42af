"""An index of spans, to find those that touch a given span without scanning all of them.

A call of four hours has a hundred thousand words and ten thousand findings; comparing each with each takes
longer than recognising the call.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from pipeline.types import CharSpan, TimeSpan

T = TypeVar("T")


class Nearby(Generic[T]):
    """Objects with a span each, searchable by span.

    Args:
        things: Objects in any order.
        where: Returns the span of an object, in seconds or characters.
    """

    def __init__(self, things: Iterable[T], where: Callable[[T], TimeSpan | CharSpan]) -> None:
        self._things: Sequence[T] = tuple(things)
        spans = [(span.start, span.end) for span in map(where, self._things)]
        self._order = sorted(range(len(spans)), key=spans.__getitem__)
        self._starts = [spans[index][0] for index in self._order]
        self._ends = [spans[index][1] for index in self._order]
        # Running maximum of the ends, so that bisection finds the first object that reaches a stretch.
        self._reached = list(itertools.accumulate(self._ends, max))

    def touching(self, start: float, end: float) -> list[T]:
        """Return the objects whose span overlaps ``[start, end)`` or touches it at an end.

        Args:
            start: Beginning of the stretch.
            end: End of the stretch, not before ``start``.

        Returns:
            The objects in the order in which they were given.
        """
        first = bisect.bisect_left(self._reached, start)
        last = bisect.bisect_right(self._starts, end)
        found = [self._order[at] for at in range(first, last) if self._ends[at] >= start]
        return [self._things[index] for index in sorted(found)]
