"""Offer words of the case where a line reads like them but is spelt otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.sound.morae import Mora
from pipeline.sound.reader import SoundLine
from pipeline.sound.search import SoundText
from pipeline.types import CharSpan

LEAST_MORAE: Final = 3
"""Least length of an offered word: shorter ones occur by chance in any line."""

MAX_PRICE_BY_MORAE: Final = ((4, 0.1), (6, 0.2), (99, 0.3))
"""Greatest price per mora by the number of morae, exclusive: wider than the recognizer's, because a person
takes or rejects an offer."""


@dataclass(frozen=True, slots=True)
class CaseWord:
    """A word of the case, spelt and read."""

    text: str = field(repr=False)
    morae: tuple[Mora, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """A word of the case, and the characters of the line that sound like it."""

    chars: CharSpan
    text: str = field(repr=False)


def offers_by_reading(
    text: str, line: SoundLine, words: Sequence[CaseWord], *, same: bool = False
) -> tuple[Offer, ...]:
    """Find where a line reads like words of the case.

    Args:
        text: The line as written.
        line: Its morae.
        words: Words of the case; where two fit, the likelier is offered, then the longer.
        same: Whether to offer equal readings only, as where a listener supplies the rest.

    Returns:
        Offers in order that share no character; none where the line has the spelling already.
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
    """Return where a line has a word in the case's spelling."""
    spans, at = [], text.find(word)
    while at >= 0 and word:
        spans.append(CharSpan(at, at + len(word)))
        at = text.find(word, at + len(word))
    return spans
