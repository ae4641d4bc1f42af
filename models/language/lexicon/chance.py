"""What a hit by sound is worth: how often ordinary talk sounds like that name by chance.

マス and アリ are given names, and every call is full of them; ワタナベ is met by chance once in
a million morae.  ``build_chance.py`` has counted this in dialogues from which names had been
cut out.  With how common a name is, it makes a likelihood ratio:

                  people that bear the name   x  share heard so nearly
    evidence = log10 ----------------------------------------------------
                  times a mora of talk sounds so nearly like it by chance

so that, if in a call one mora in a hundred begins a name, a hit with evidence 2 is even odds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from models.language.lexicon.by_sound import Bound, SoundHit
from models.language.lexicon.lexicon import FOLDER, lexicon_lines
from pipeline.sound.morae import fold_kana, morae

__all__ = ["BANDS", "ChanceTable", "band_of", "load_chance"]

BANDS = (0.0, 1 / 3, 2 / 3, 1.0)
"""Nearness is told in bands, up to these shares of ``Bound().most_for(length)``: the same sound,
then thirds.  What is further off than 1 counts as of the last band."""

HEARD = (0.35, 0.25, 0.2, 0.1)
"""Share of names said that the recogniser renders in each band; the rest is further off.

A rough figure for Whisper base at 8 kHz (facts.md 0.2: one in ten is spelled right, nine in ten
are within .3 of their length)."""

PRIOR_COUNT = 0.5
"""Meetings added to each reading's own, at the mean rate of its length: a name that 600,000 morae
never sounded like may still be met."""

_BOUND = Bound()


def band_of(hit: SoundHit) -> int:
    """Index into ``BANDS`` of how near a hit is."""
    most = _BOUND.most_for(hit.length)
    return next(
        (band for band, share in enumerate(BANDS) if hit.price <= most * share + 1e-6), len(BANDS) - 1
    )


class ChanceTable:
    """How often ordinary talk sounds like each name.

    Args:
        total: Morae of talk that were searched.
        searched: How many readings of each length, from two morae up, were listened for.
        counts: By reading, how often it was met in each of ``BANDS``.
    """

    def __init__(self, total: int, searched: Sequence[int], counts: Mapping[str, tuple[int, ...]]) -> None:
        self._total, self._counts = total, counts
        sums = [[0] * len(BANDS) for _ in searched]
        for reading, met in counts.items():
            own = sums[len(morae(fold_kana(reading))) - 2]
            own[:] = [a + b for a, b in zip(own, met, strict=True)]
        # At least half a meeting in all, so that no rate is nought.
        self._mean = [
            tuple(max(met, 0.5) / max(number, 1) / total for met in row)
            for row, number in zip(sums, searched, strict=True)
        ]

    def rate(self, hit: SoundHit) -> float:
        """How often, per mora of ordinary talk, this reading is met as nearly as this hit.

        Returns:
            More than 0; for a reading never met, a share of the mean of its length.
        """
        band = band_of(hit)
        mean = self._mean[min(hit.length - 2, len(self._mean) - 1)][band]
        met = self._counts.get(hit.known.reading, (0,) * len(BANDS))[band]
        return (met + PRIOR_COUNT) / (self._total + PRIOR_COUNT / mean)

    def evidence(self, hit: SoundHit, per_million: float) -> float:
        """How much likelier this stretch is if a name was said here than if none was.

        Args:
            hit: From ``SoundIndex.find``.
            per_million: People per million that bear the name (``NameEntry.per_million``).

        Returns:
            Decimal logarithm of the likelihood ratio.
        """
        return math.log10(per_million / 1e6 * HEARD[band_of(hit)] / self.rate(hit))


@lru_cache(maxsize=4)
def load_chance(path: Path = FOLDER / "chance.tsv.gz") -> ChanceTable:
    """Load the table; the same file is read once (40 ms).

    Raises:
        ModelError: when the file is missing or is not the registered one.
    """
    total, searched, *rows = lexicon_lines(path)
    counts = {}
    for row in rows:
        reading, *met = row.split("\t")
        counts[reading] = tuple(map(int, met))
    return ChanceTable(int(total), tuple(map(int, searched.split("\t"))), counts)
