"""Approximate search: find the stretches of a line of morae that sound like a name, a word or a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import Mora, mora_price

_BREAK_PRICE = 1000.0
"""Price of a match across a break; more than any bound."""

ROUNDING_ERROR = 1e-6
"""Tolerance above a bound on prices, for the rounding of sums over thousands of breaks."""

MatchFilter = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]], NDArray[np.bool_]]
"""Filter of matches by start, end and price; all four arrays have shape (matches,)."""


@dataclass(frozen=True, slots=True)
class SoundMatch:
    """A stretch ``[start, end)`` of a line of morae that sounds like a needle, and its price."""

    start: int
    end: int
    price: float = field(compare=False)


class SoundText:
    """A line of morae, prepared for the search of many needles.

    Args:
        line: Morae in order; ``None`` is a break that no match crosses.
    """

    def __init__(self, line: Sequence[Mora | None]) -> None:
        self._kinds = tuple(dict.fromkeys(mora for mora in line if mora is not None))
        number = {mora: index for index, mora in enumerate(self._kinds)}
        self._line = np.array([number.get(mora, len(number)) if mora else len(number) for mora in line])
        insert = np.array([*(mora_price(None, mora) for mora in self._kinds), _BREAK_PRICE])
        self._run = np.concatenate(([0.0], np.cumsum(insert[self._line]))) if line else np.zeros(1)
        self._prices: dict[Mora, NDArray[np.float64]] = {}
        self._cheapest: dict[Mora, float] = {}

    def find(
        self, needle: tuple[Mora, ...], bound: float, worth: MatchFilter | None = None
    ) -> tuple[SoundMatch, ...]:
        """Find every stretch that sounds like a needle.

        Sellers' approximate substring search, with one vectorised row for each mora of the needle.

        Args:
            needle: Morae of a known name.
            bound: Greatest price of a match, per mora of the needle.
            worth: Filter of the matches; by default all are considered.

        Returns:
            Disjoint matches in order of start; of overlapping ones the cheapest.
        """
        size = len(self._line)
        most, left = bound * len(needle) + ROUNDING_ERROR, self._costs(needle)
        if not needle or not size or left > most:
            return ()
        row: NDArray[np.float64] = np.zeros(size + 1)
        starts: NDArray[np.int64] = np.arange(size + 1)
        for mora in needle:
            row, origin, source = self._stepped(row, starts, self._swap(mora), mora_price(mora, None))
            starts = origin[source]
            left -= self._cheapest[mora]
            if row.min() + left > most:
                return ()
        return self._matches(row, starts, most, worth)

    def find_each(
        self, needles: Sequence[tuple[Mora, ...]], bound: float | Sequence[float]
    ) -> list[tuple[SoundMatch, ...]]:
        """Find many needles at once, in a quarter of the time of ``find``.

        Only for lines of a few utterances: each needle takes the memory of a row of the line.

        Args:
            needles: Morae of known words.
            bound: Greatest price of a match, per mora of the needle; one for each needle, or one for all.

        Returns:
            The result of ``find`` for each needle.
        """
        found: list[tuple[SoundMatch, ...]] = [()] * len(needles)
        sizes, size = np.array([len(needle) for needle in needles]), len(self._line)
        most = np.broadcast_to(bound, len(needles)) * sizes + ROUNDING_ERROR
        left = np.array([self._costs(needle) if needle and size else np.inf for needle in needles])
        alive = np.flatnonzero(left <= most)
        row = np.zeros((len(alive), size + 1))
        starts = np.broadcast_to(np.arange(size + 1), row.shape)
        step = 0
        while len(alive):
            said = [needles[at][step] for at in alive.tolist()]
            swaps = np.array([self._swaps(mora) for mora in said])[:, self._line]
            gone = np.array([[mora_price(mora, None)] for mora in said])
            row, origin, source = self._stepped(row, starts, swaps, gone)
            starts = np.take_along_axis(origin, source, axis=1)
            left[alive] -= [self._cheapest[mora] for mora in said]
            step += 1
            within = row.min(axis=1) + left[alive] <= most[alive]
            for place in np.flatnonzero(within & (sizes[alive] == step)).tolist():
                at = int(alive[place])
                found[at] = self._matches(row[place], starts[place], most[at])
            on = within & (sizes[alive] > step)
            row, starts, alive = row[on], starts[on], alive[on]
        return found

    def _stepped(
        self,
        row: NDArray[np.float64],
        starts: NDArray[np.int64],
        swaps: NDArray[np.float64],
        gone: float | NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        """Advance the search by one mora of the needle, or of each of many needles.

        Args:
            row: Price of the match that ends at each position, shape (..., line + 1).
            starts: Start of that match, same shape.
            swaps: Price of substituting this mora by each mora of the line, shape (..., line).
            gone: Price of deleting this mora.

        Returns:
            New prices, the starts before insertions, and the indices at which to read those starts.
        """
        swapped = row[..., :-1] + swaps
        candidate, origin = row + gone, starts.copy()
        better = swapped < candidate[..., 1:]
        candidate[..., 1:] = np.where(better, swapped, candidate[..., 1:])
        origin[..., 1:] = np.where(better, starts[..., :-1], origin[..., 1:])
        # Insertions run along the row: a running minimum of the prices less their cumulative price.
        level = candidate - self._run
        lowest = np.minimum.accumulate(level, axis=-1)
        places = np.where(level == lowest, np.arange(level.shape[-1]), 0)
        return lowest + self._run, origin, np.maximum.accumulate(places, axis=-1)

    def _matches(
        self,
        row: NDArray[np.float64],
        starts: NDArray[np.int64],
        most: float,
        worth: MatchFilter | None = None,
    ) -> tuple[SoundMatch, ...]:
        """Choose disjoint matches from the last row, the cheapest first."""
        near = np.flatnonzero((row <= most) & (starts < np.arange(len(row))))
        if worth is not None:
            near = near[worth(starts[near], near, row[near])]
        taken: list[SoundMatch] = []
        covered = bytearray(len(self._line))  # 1 for each mora of the line that a match holds
        for end in near[np.argsort(row[near], kind="stable")].tolist():
            start = int(starts[end])
            if covered.find(1, start, end) < 0:
                covered[start:end] = b"\1" * (end - start)
                taken.append(SoundMatch(start, end, float(row[end])))
        return tuple(sorted(taken, key=lambda m: m.start))

    def _costs(self, needle: tuple[Mora, ...]) -> float:
        """Return a lower bound of a needle's price anywhere in the line; it spares most searches."""
        for mora in needle:
            if mora not in self._cheapest:
                self._cheapest[mora] = min(mora_price(mora, None), float(self._swaps(mora).min()))
        return sum(self._cheapest[mora] for mora in needle)

    def _swap(self, mora: Mora) -> NDArray[np.float64]:
        """Return the price of substituting this mora by each mora of the line, shape (line,)."""
        # Not cached: such an array for each distinct mora would take a hundred times the line's memory.
        return np.take(self._swaps(mora), self._line)

    def _swaps(self, mora: Mora) -> NDArray[np.float64]:
        """Return the price of substituting this mora by each distinct mora of the line, and by a break."""
        if mora not in self._prices:
            self._prices[mora] = np.array([*(mora_price(mora, kind) for kind in self._kinds), _BREAK_PRICE])
        return self._prices[mora]


def find_sound(needle: tuple[Mora, ...], line: tuple[Mora, ...], bound: float) -> tuple[SoundMatch, ...]:
    """Find every stretch of a line that sounds like a needle, as ``SoundText.find`` does.

    Args:
        needle: Morae of a known name.
        line: Morae of a stretch of the call.
        bound: Greatest price of a match, per mora of the needle.

    Returns:
        Disjoint matches in order of start; of overlapping ones the cheapest.
    """
    return SoundText(line).find(needle, bound) if needle and line else ()
