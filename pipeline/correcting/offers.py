"""The case's own words, offered where a line reads like them but is written otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.sound.morae import Mora
from pipeline.sound.reader import SoundLine
from pipeline.sound.search import SoundText
from pipeline.types import CharSpan

__all__ = ["Known", "Offer", "offers"]

LEAST_MORAE: Final = 3
"""Shorter words occur by chance in any line."""

MAX_PRICE_BY_MORAE: Final = ((4, 0.1), (6, 0.2), (99, 0.3))
"""Largest price per mora by the number of morae, exclusive: wider than the recognizer's, because a person
takes an offer or leaves it."""


@dataclass(frozen=True, slots=True)
class Known:
    """A word of the case: as written, and as read."""

    text: str = field(repr=False)
    morae: tuple[Mora, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """A word of the case and the characters of the line that sound like it."""

    chars: CharSpan
    text: str = field(repr=False)


def offers(text: str, line: SoundLine, words: Sequence[Known], *, same: bool = False) -> tuple[Offer, ...]:
    """Find where a line reads like words of the case.

    Args:
        text: The line as it is written.
        line: Its morae.
        words: The case's words; of two that fit the same place, the likelier is offered, then the longer.
        same: Whether only what reads the same is offered: where a listener was there, it tells the rest.

    Returns:
        Offers in order, sharing no character; none where the line is written so already.
    """
    heard = SoundText(line.morae)
    taken = [span for word in words for span in _written(text, word.text)]
    found: list[tuple[float, int, Offer]] = []
    for word in words:
        size = len(word.morae)
        if size >= LEAST_MORAE:
            bound = 0.0 if same else next(price for limit, price in MAX_PRICE_BY_MORAE if size < limit)
            for match in heard.find(word.morae, bound):
                chars = line.span(match.start, match.end)
                found.append((match.price / size, -size, Offer(chars, word.text)))
    out: list[Offer] = []
    for _, _, offer in sorted(found, key=lambda each: each[:2]):
        if not any(offer.chars.overlaps(other) for other in taken):
            out.append(offer)
            taken.append(offer.chars)
    return tuple(sorted(out, key=lambda offer: offer.chars))


def _written(text: str, word: str) -> list[CharSpan]:
    """Where a line has a word as the case writes it."""
    spans, at = [], text.find(word)
    while at >= 0 and word:
        spans.append(CharSpan(at, at + len(word)))
        at = text.find(word, at + len(word))
    return spans
