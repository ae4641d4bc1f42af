"""Find every stretch of a call that sounds like a known name or place.

A recogniser writes 渡辺さん as 私なべさん; as spelling the name is lost, but its morae still
lie within a small edit distance of ワタナベ.  ``SoundIndex`` compares a whole call with tens
of thousands of readings at once (how: ``mora_trie``).

Almost any stretch of speech is near *some* name: a hit is one piece of evidence among several.
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

__all__ = ["Bound", "Known", "Price", "SoundHit", "SoundIndex", "known_names"]

Price = Callable[[Mora | None, Mora | None], float]
"""Price, 0 or more, of hearing the second mora where the first was said; ``None`` is nothing."""


class Known(NamedTuple):
    """A reading to listen for.

    ``kind`` is surname, given_name or the caller's own;
    ``commonness`` 0 to 1.
    """

    kind: str
    reading: str
    commonness: float


@dataclass(frozen=True, slots=True)
class Bound:
    """How much a match may cost, by the length of the name in morae.

    A name of ``n`` morae may cost ``per_mora * (n - 1)``, at most ``most``: almost anything is
    near a name of two morae, so short names must be heard well.  The default is for whole
    calls: a name of four morae may have one too many or too few (.8).  In a window where a
    name is expected (before さん, after お名前は) .45 finds nearly all.

    Attributes:
        per_mora: See above.
        most: No name is recognisable beyond it, however long.
        lead: How far a match may be ahead of its share on its way: the first mora may be
            wrong when the others are right.  Against no such limit it loses one hit in a
            thousand and halves the time.
    """

    per_mora: float = 0.27
    most: float = 1.5
    lead: float = 0.45

    def most_for(self, length: int) -> float:
        """Highest price for a name of ``length`` morae."""
        return min(self.most, self.per_mora * max(length - 1, 0))

    def limits(self, longest: int) -> Limits:
        """Prices for names of up to ``longest`` morae."""
        morae_said = np.arange(longest + 1, dtype=np.float64)
        share = self.per_mora * morae_said
        return Limits(np.clip(share - self.per_mora, 0.0, self.most), share + self.lead)


@dataclass(frozen=True, slots=True)
class SoundHit:
    """Morae ``[start, end)`` of the call sound like ``known``.

    ``price`` is the edit price in all, 0 for the same sound; ``length`` the number of morae
    of the known reading.
    """

    start: int
    end: int
    price: float
    length: int
    known: Known = field(repr=False)

    @property
    def likeness(self) -> float:
        """1 for the same sound, down to 0."""
        return max(0.0, 1.0 - self.price / self.length)


class SoundIndex:
    """A lexicon to be searched by sound.  Never changes; one instance is for one thread.

    Args:
        known: Readings to listen for; those of fewer than two morae are left out, as
            every call is full of them.
        price: What a mora heard for another costs; by default ``pipeline.sound.morae.mora_price``.
        bound: How much a match may cost where ``find`` is not told otherwise.
    """

    def __init__(self, known: Iterable[Known], price: Price = mora_price, bound: Bound | None = None) -> None:
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
            line: The morae of a call, or of a part of it.
            bound: How much a match may cost; the index's own when not given.

        Returns:
            Hits in order of start, then price.  Hits of one known reading do not overlap
            one another: where they would, the cheapest is kept.  Hits of different readings
            may, and often do.
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
    """Of matches of one reading that overlap, the cheapest; of equals the one of its length."""
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


def known_names(lexicon: Lexicon, rarest: float) -> tuple[Known, ...]:
    """The readings of a lexicon's surnames and given names that are at least as common as ``rarest``."""
    return tuple(
        Known(kind, entry.reading, entry.commonness)
        for kind, table in (("surname", lexicon.surnames), ("given_name", lexicon.given_names))
        # Commonest first: what is too rare is not even parsed.
        for entry in itertools.takewhile(lambda entry: entry.commonness >= rarest, table.values())
    )
