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

DEEP: Final = 0.8
"""Share of the lower of the two peaks beside it that a valley has at the most.  On u26 and u27, which the
networks had not learned from, over-mask after review is 4.1 % without parts, 3.9 from .5 and 3.6 from .8 on,
and leak the same; an analyst has one finding more in each fourteen."""

LEAST: Final = 2
"""Characters of a part: one is hardly a word that somebody can hear and decide about."""


def parts_of(text: str, chars: CharSpan, likely: Sequence[float]) -> tuple[tuple[int, float], ...]:
    """Part a finding at its valleys.

    Args:
        text: What it points into.
        chars: The finding.
        likely: How probably each of its characters is somebody's data.

    Returns:
        As ``EntitySpan.parts``; nothing where it is one.
    """
    said = text[chars.start : chars.end]
    edges = [0]
    for cut in _valleys(likely):
        if _letters(said[edges[-1] : cut]) >= LEAST and _letters(said[cut:]) >= LEAST:
            edges.append(cut)
    if len(edges) == 1:
        return ()
    return tuple(
        (chars.start + start, max(likely[start:end]) / max(likely))
        for start, end in itertools.pairwise((*edges, len(said)))
    )


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
