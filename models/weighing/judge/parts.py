"""Where a finding may be more than one thing: a valley in how probably each of its characters is data.

    中 の 髪 が ハ ト リ チ オ
    .6 .4 .6 .3 1. 1. 1. 1. 1.       parts: 中の, 髪が, ハトリチオ

All of it is masked, for any of it may be the name; but an analyst decides about each part by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.types import CharSpan

__all__ = ["parts_of"]

DEEP: Final = 0.9
"""Share of the lower of the two peaks beside it that a valley has at the most; and of the higher of two peaks
that the lower one has at the most where only a pause is between.  On u22 and u24 to u27, by networks that had
not learned from them, over-mask after review is 3.9 % without parts, 3.2 from .8 and 3.1 from .9 on, and leak
the same; an analyst has one finding more in each ten."""

LEAST: Final = 2
"""Characters of a part: one is hardly a word that somebody can hear and decide about."""

_PAUSES = frozenset("、。 \n")


def parts_of(text: str, chars: CharSpan, likely: Sequence[float]) -> tuple[tuple[int, float], ...]:
    """Part a finding at its valleys, and at pauses between what is likely and what is less so.

    Args:
        text: What it points into.
        chars: The finding.
        likely: How probably each of its characters is somebody's data.

    Returns:
        As ``EntitySpan.parts``; nothing where it is one.
    """
    said = text[chars.start : chars.end]
    valleys = set(_valleys(likely))
    edges = [0]
    for cut, end in itertools.pairwise((*sorted(valleys | _pauses(said)), len(said))):
        peaks = sorted((max(likely[edges[-1] : cut]), max(likely[cut:end])))
        deep = cut in valleys or peaks[0] < DEEP * peaks[1]
        if deep and _letters(said[edges[-1] : cut]) >= LEAST and _letters(said[cut:]) >= LEAST:
            edges.append(cut)
    if len(edges) == 1:
        return ()
    return tuple(
        (chars.start + start, max(likely[start:end]) / max(likely))
        for start, end in itertools.pairwise((*edges, len(said)))
    )


def _pauses(said: str) -> set[int]:
    """Behind each mark, but for one at the end."""
    return {at + 1 for at, char in enumerate(said[:-1]) if char in _PAUSES}


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _valleys(likely: Sequence[float]) -> Iterator[int]:
    """Behind the lowest of each valley."""
    peak, low = 0.0, None
    for at, value in enumerate(likely):
        if low is not None and likely[low] < DEEP * min(peak, value):
            yield low + 1
            peak, low = value, None
        elif value > peak:
            peak, low = value, None
        elif low is None or value <= likely[low]:
            low = at
