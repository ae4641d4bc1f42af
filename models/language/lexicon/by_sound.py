"""Find every stretch of a call that sounds like a known name or place.

A recogniser writes 渡辺さん as 私なべさん: the spelling is lost, but the morae still lie within a small edit
distance of ワタナベ.  ``SoundIndex`` compares a whole call with tens of thousands of readings at once
(``mora_trie``).

Almost any stretch of speech is near *some* name, so a hit is only one piece of evidence.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.language.lexicon.lexicon import Lexicon
from models.language.lexicon.mora_trie import Limits, Matches, Prices, build_trie, search
from pipeline.sound.morae import Mora, fold_kana, mora_price, morae

__all__ = ["Bound", "KnownReading", "Price", "SoundHit", "SoundIndex", "known_names"]

Price = Callable[[Mora | None, Mora | None], float]
"""Price, 0 or more, of hearing the second mora where the first was said; ``None`` stands for nothing."""


class KnownReading(NamedTuple):
    """A reading to search for.

    Attributes:
        kind: ``surname``, ``given_name`` or a kind of the caller's own.
        reading: Its kana.
        commonness: 0 to 1.
    """

    kind: str
    reading: str
    commonness: float


@dataclass(frozen=True, slots=True)
class Bound:
    """Greatest price of a match, by the length of the name in morae.

    A name of ``n`` morae may cost ``per_mora * (n - 1)``, at most ``most``: almost anything is near a name of
    two morae, so short names must be heard well.  The default is for whole calls: a name of four morae may
    have one too many or too few (.8).  In a window where a name is expected (before さん, after お名前は) .45
    finds nearly all.

    Attributes:
        per_mora: Price per mora after the first.
        most: Greatest price of a name of any length.
        lead: Price by which a partial match may exceed its share: the first mora may be wrong when the others
            are right.  It loses one hit in a thousand and halves the running time.
    """

    per_mora: float = 0.27
    most: float = 1.5
    lead: float = 0.45

    def most_for(self, length: int) -> float:
        """Return the greatest price of a name of ``length`` morae."""
        return min(self.most, self.per_mora * max(length - 1, 0))

    def limits(self, longest: int) -> Limits:
        """Return the greatest prices of names of up to ``longest`` morae."""
        morae_said = np.arange(longest + 1, dtype=np.float64)
        share = self.per_mora * morae_said
        return Limits(np.clip(share - self.per_mora, 0.0, self.most), share + self.lead)


@dataclass(frozen=True, slots=True)
class SoundHit:
    """Morae ``[start, end)`` of the call that sound like ``known``.

    ``price`` is the whole edit price, 0 for the same sound; ``length`` the number of morae of the known
    reading.
    """

    start: int
    end: int
    price: float
    length: int
    known: KnownReading = field(repr=False)

    @property
    def likeness(self) -> float:
        """Similarity: 1 for the same sound, down to 0."""
        return max(0.0, 1.0 - self.price / self.length)


class SoundIndex:
    """A lexicon for searching by sound.  It never changes; use one instance in one thread only.

    Args:
        known: Readings to search for; those of fewer than two morae are left out, as every call is full of
            them.
        price: Price of a mora heard for another; by default ``pipeline.sound.morae.mora_price``.
        bound: Greatest price of a match where ``find`` gets none.
    """

    def __init__(
        self, known: Iterable[KnownReading], price: Price = mora_price, bound: Bound | None = None
    ) -> None:
        listed = [(item, morae(fold_kana(item.reading))) for item in known]
        kept = [(item, sounds) for item, sounds in listed if len(sounds) > 1]
        self._known = tuple(item for item, _ in kept)
        self._lengths = np.array([len(sounds) for _, sounds in kept], dtype=np.int64)
        self._trie = build_trie([sounds for _, sounds in kept])
        self._price = price
        self._bound = bound or Bound()
        self._columns: dict[Mora, NDArray[np.float64]] = {}
        self._drop = np.array([price(symbol, None) for symbol in self._trie.symbols])

    def __len__(self) -> int:
        return len(self._known)

    def find(self, line: Sequence[Mora], bound: Bound | None = None) -> tuple[SoundHit, ...]:
        """Find all stretches of a call that sound like a known reading.

        Args:
            line: Morae of a call, or of a part of it.
            bound: Greatest price of a match; by default the index's own.

        Returns:
            Hits in order of start, then price.  Hits of one reading do not overlap: the cheapest is kept.
                Hits of
            different readings often overlap.
        """
        if not line or not self._known:
            return ()
        limits = (bound or self._bound).limits(self._trie.depth)
        kept = _apart(search(self._trie, self._prices(line), limits), self._lengths)
        hits = [
            SoundHit(start, end, price, length, self._known[reading])
            for reading, start, end, price, length in zip(
                kept.node.tolist(),
                kept.start.tolist(),
                kept.position.tolist(),
                kept.price.tolist(),
                self._lengths[kept.node].tolist(),
                strict=True,
            )
        ]
        return tuple(sorted(hits, key=lambda hit: (hit.start, hit.price, hit.end, hit.known)))

    def _prices(self, line: Sequence[Mora]) -> Prices:
        for mora in set(line) - self._columns.keys():
            self._columns[mora] = np.array([self._price(symbol, mora) for symbol in self._trie.symbols])
        swap = np.stack([self._columns[mora] for mora in line], axis=1)
        return Prices(swap, self._drop, np.array([self._price(None, mora) for mora in line]))


def _apart(matches: Matches, lengths: NDArray[np.int64]) -> Matches:
    """Return the cheapest of overlapping matches of one reading; among equals the one of its length."""
    stretch = np.abs(matches.position - matches.start - lengths[matches.node])
    order = np.lexsort((matches.start, stretch, np.round(matches.price, 6), matches.node))
    matches = matches.take(order)
    kept: list[int] = []
    taken: list[tuple[int, int]] = []
    reading = -1
    rows = zip(matches.node.tolist(), matches.start.tolist(), matches.position.tolist(), strict=True)
    for row, (node, start, end) in enumerate(rows):
        if node != reading:
            reading, taken = node, []
        if all(end <= first or last <= start for first, last in taken):
            taken.append((start, end))
            kept.append(row)
    return matches.take(np.array(kept, dtype=np.int64))


def known_names(lexicon: Lexicon, rarest: float) -> tuple[KnownReading, ...]:
    """Return the readings of a lexicon's surnames and given names at least as common as ``rarest``."""
    return tuple(
        KnownReading(kind, entry.reading, entry.commonness)
        for kind, table in (("surname", lexicon.surnames), ("given_name", lexicon.given_names))
        # The table is sorted by commonness, so rarer entries need not be parsed.
        for entry in itertools.takewhile(lambda entry: entry.commonness >= rarest, table.values())
    )
