"""A trie of morae in arrays, and the search of a whole call in it at once.

    call    ...  デ   ワ  タ  シ  ナ  ベ   サ  ン ...
                 └start           end┘
    trie    root─ワ─タ─ナ─ベ■            price = insertion of シ

The search goes down the trie one level at a time.  Its state is a set of partial matches (node, start,
position, price), kept as numpy arrays for all starts of the call together, so one level costs a handful of
array operations for any number of readings.  Partial matches whose price cannot end within its limit are
dropped at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import Mora

__all__ = ["Limits", "Matches", "MoraTrie", "Prices", "build_trie", "search"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PRICE_STEPS = 4096
"""Number of price steps (1/256, up to 16) for comparing partial matches that are merged."""


@dataclass(frozen=True, slots=True)
class MoraTrie:
    """Readings as a trie; nodes are numbered level by level, 0 is the root.

    Attributes:
        symbols: The morae on its edges; an edge holds an index into it.
        edge: By node, the symbol that leads to it (-1 at the root).
        first_child: By node, its first child; children are adjacent.
        children: By node, the number of children.
        longest: By node, the greatest number of morae of any reading at or below it.
        ends: By node, the number of readings that end there.
        first_end: By node, the position of the first of these in ``readings``.
        readings: Indices of readings, ordered by the node at which they end.
        depth: Number of levels below the root.
    """

    symbols: tuple[Mora, ...]
    edge: Ints
    first_child: Ints
    children: Ints
    longest: Ints
    ends: Ints
    first_end: Ints
    readings: Ints
    depth: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Edit prices for the morae of one call.

    Attributes:
        swap: (symbols, length of the call): the call's mora heard for the symbol.
        drop: (symbols,): the symbol not heard.
        add: (length of the call,): the call's mora heard where nothing was said.
    """

    swap: Floats
    drop: Floats
    add: Floats


@dataclass(frozen=True, slots=True)
class Limits:
    """Greatest prices: ``whole[n]`` of a reading of n morae, ``part[n]`` after n of its morae."""

    whole: Floats
    part: Floats


@dataclass(frozen=True, slots=True)
class Matches:
    """Rows of (node or reading, first mora, mora after the last, price)."""

    node: Ints
    start: Ints
    position: Ints
    price: Floats

    def take(self, rows: NDArray[np.bool_] | Ints) -> Matches:
        """Return the selected rows."""
        return Matches(self.node[rows], self.start[rows], self.position[rows], self.price[rows])

    @staticmethod
    def join(parts: Sequence[Matches]) -> Matches:
        """Concatenate several."""
        return Matches(
            np.concatenate([part.node for part in parts]),
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.position for part in parts]),
            np.concatenate([part.price for part in parts]),
        )


def build_trie(readings: Sequence[tuple[Mora, ...]]) -> MoraTrie:
    """Build the trie of all readings, none of them empty."""
    symbols = tuple(sorted({mora for sounds in readings for mora in sounds}))
    code = {mora: index for index, mora in enumerate(symbols)}
    depth = max(map(len, readings), default=0)
    lengths = np.array([len(sounds) for sounds in readings], dtype=np.int64)
    rows = np.full((len(readings), depth), -1, dtype=np.int64)
    for index, sounds in enumerate(readings):
        rows[index, : len(sounds)] = [code[mora] for mora in sounds]
    # All readings descend together; two are at the same node while their morae agree.
    node = np.zeros(len(readings), dtype=np.int64)
    edges, parents, total = [np.array([-1])], [np.array([-1])], 1
    for level in range(depth):
        alive = np.flatnonzero(lengths > level)
        keys, inverse = np.unique(node[alive] * len(symbols) + rows[alive, level], return_inverse=True)
        node[alive] = total + inverse
        edges.append(keys % len(symbols))
        parents.append(keys // len(symbols))
        total += len(keys)
    edge, parent = np.concatenate(edges), np.concatenate(parents)
    # Keys are sorted by parent, so a node's children lie side by side, right after those before it.
    children = np.bincount(parent[1:], minlength=total)
    longest = np.zeros(total, dtype=np.int64)
    np.maximum.at(longest, node, lengths)
    last = total
    for level in reversed(parents):
        first = last - len(level)
        if first:
            np.maximum.at(longest, level, longest[first:last])
        last = first
    ends = np.bincount(node, minlength=total)
    return MoraTrie(
        symbols=symbols,
        edge=edge,
        first_child=1 + np.cumsum(children) - children,
        children=children,
        longest=longest,
        ends=ends,
        first_end=np.cumsum(ends) - ends,
        readings=np.argsort(node, kind="stable"),
        depth=depth,
    )


def search(trie: MoraTrie, prices: Prices, limits: Limits) -> Matches:
    """Find every stretch of a call that sounds like a reading, within the limits.

    Args:
        trie: The readings.
        prices: Prices for this call's morae.
        limits: Limits for lengths from 0 to at least ``trie.depth``.

    Returns:
        Rows of (reading, start, end, price), the cheapest price for each reading, start and end, in no
        particular order; no stretch is empty.
    """
    starts = np.arange(prices.swap.shape[1])
    states = Matches(np.zeros_like(starts), starts, starts, np.zeros(len(starts)))
    allowed = limits.whole[trie.longest]
    found = [states.take(starts[:0])]
    for level in range(1, trie.depth + 1):
        limit = np.minimum(allowed, limits.part[level])
        states = _cheapest(_step(trie, prices, states, limit), len(starts))
        done = (trie.ends[states.node] > 0) & (states.price <= limits.whole[level])
        found.append(states.take(done & (states.position > states.start)))
        states = _cheapest(_with_insertions(prices, states, limit), len(starts))
    return _by_reading(trie, Matches.join(found))


def _step(trie: MoraTrie, prices: Prices, states: Matches, limit: Floats) -> Matches:
    """Go from every state to every child: its mora is heard as the next of the call, or not at all."""
    counts = trie.children[states.node]
    parent = np.repeat(np.arange(len(counts)), counts)
    child = trie.first_child[states.node][parent] + _count_up(counts)
    position, price, symbol = states.position[parent], states.price[parent], trie.edge[child]
    size = prices.swap.shape[1]
    swap = prices.swap[symbol, np.minimum(position, size - 1)]
    swapped = np.where(position < size, price + swap, np.inf)
    parts = []
    for new_price, advance in ((swapped, 1), (price + prices.drop[symbol], 0)):
        rows = np.flatnonzero(new_price <= limit[child])
        start = states.start[parent[rows]]
        parts.append(Matches(child[rows], start, position[rows] + advance, new_price[rows]))
    return Matches.join(parts)


def _with_insertions(prices: Prices, states: Matches, limit: Floats) -> Matches:
    """Return the states, and those in which the call has morae that the reading lacks."""
    parts, latest = [states], states
    while len(latest.node):
        latest = latest.take(latest.position < len(prices.add))
        price = latest.price + prices.add[latest.position]
        rows = np.flatnonzero(price <= limit[latest.node])
        latest = Matches(latest.node[rows], latest.start[rows], latest.position[rows] + 1, price[rows])
        parts.append(latest)
    return Matches.join(parts)


def _cheapest(states: Matches, size: int) -> Matches:
    """Return the cheapest of the states with the same node, start and position."""
    if len(states.node) < 2:
        return states
    length = states.position - states.start
    key = (states.node * size + states.start) * (int(length.max()) + 1) + length
    step = np.minimum(states.price * (PRICE_STEPS // 16), PRICE_STEPS - 1).astype(np.int64)
    order = np.argsort(key * PRICE_STEPS + step)
    ordered = key[order]
    return states.take(order[np.concatenate(([True], ordered[1:] != ordered[:-1]))])


def _by_reading(trie: MoraTrie, found: Matches) -> Matches:
    """Return one row for each reading that ends at a row's node."""
    counts = trie.ends[found.node]
    row = np.repeat(np.arange(len(counts)), counts)
    reading = trie.readings[trie.first_end[found.node][row] + _count_up(counts)]
    return Matches(reading, found.start[row], found.position[row], found.price[row])


def _count_up(counts: Ints) -> Ints:
    """Count up within each group: (2, 0, 3) -> 0 1 0 1 2."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
