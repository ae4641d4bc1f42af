"""Find by sound whether the kanji of one name are explained: 大量のようになのかなのな for 陽菜.

    said    太陽の陽に、菜の花の菜        for each kanji a word that everybody knows, and its reading
    heard   大量のようになのかなのな      タイリョウノ ヨウ for タイヨウノ ヨウ, ナノカナノ for ナノハナノ

What is written is rarely a kanji of the name; but of the words that the name's kanji stand in, in their
order, some sound like what was heard, and of another name's they do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from pipeline.sound.morae import Mora, mora_price, morae
from pipeline.sound.reader import SoundReader
from pipeline.sound.search import SoundText
from pipeline.types import CharSpan

__all__ = [
    "MIN_ALONE_SHARE",
    "MIN_WORD_WORTH",
    "MIN_WORTH",
    "MIN_WORTH_SHARE",
    "NAMED_ALLOWANCE",
    "KanjiReader",
    "KanjiSounds",
    "Way",
    "best_way",
    "explained_at",
    "explained_share",
    "readings_of",
    "targets_of",
]

MIN_WORTH = 9.5
"""Lowest worth, in morae, of the words that explain a name: of 9,232 pairs
of a third party's finding and a stranger's case 22 reach it; none of the third parties in 170 calls does."""

NAMED_ALLOWANCE = -2.5
"""Added to ``MIN_WORTH`` where the last name is the requester's: mostly that is the one explained."""

WORTH_PER_MORA = 0.1
"""Added to ``MIN_WORTH`` for each mora of the text: in a long one more is found by chance."""

MIN_WORTH_SHARE, MIN_ALONE_SHARE = 0.4, 0.7
"""Lowest worth as a share of the text's morae: in three findings together, 56 morae, a little of each
kanji of any name is found.  The latter where the requester was not named right before: then all of it has to
explain the name.  Of 15,778 pairs of a third party's finding and a stranger's case nine have .43 to .65."""

WORTH_PER_PRICE = 2.5
"""Worth that a price of one mora takes from a word."""

MIN_WORD_WORTH = 1.5
"""Lowest worth of a single word."""

PLACES_PER_KANJI, WAYS_KEPT = 4, 12
"""Most places tried for each kanji, and most ways through all of them that are kept."""

MAX_READING_MORAE = 4
"""Most morae of a kanji's own reading behind its word; a longer one is a word itself."""

MIN_MORAE = 5
"""Fewest morae of an explanation."""

_NO, _CALLED = morae("ノ"), morae("トイウジ")


@dataclass(frozen=True, slots=True)
class KanjiSounds:
    """What is said to explain a kanji, in katakana.

    Attributes:
        readings: How it is read, the endings of verbs and adjectives with it and without.
        words: Common words that are written with it.
        parts: What its radical is called.
    """

    readings: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    parts: tuple[str, ...] = field(default=(), repr=False)


class KanjiReader(SoundReader, Protocol):
    """Reads text, and knows with which words the kanji of names are explained."""

    def kanji_sounds(self, kanji: str) -> KanjiSounds:
        """What is said to explain a kanji; empty for one that no name has."""


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """Words found for kanji of a name, in order: their total worth, and where they lie."""

    worth: float = 0.0
    stretches: tuple[tuple[int, int], ...] = ()


def explained_at(
    text: str, name: str, reader: KanjiReader, least: float = MIN_WORTH, share: float = MIN_WORTH_SHARE
) -> tuple[CharSpan, ...]:
    """Find where the kanji of a name are explained.

    Args:
        text: As recognised.
        name: A whole name as written, blanks left out.
        reader: Reads the text, and knows kanji.
        least: Worth of what is found, in morae, beside ``WORTH_PER_MORA`` for each mora of the text.
        share: The same as a share of the text's morae.

    Returns:
        Characters of each kanji's explanation, in order; empty where they make none of this name.
    """
    line = reader.line(text)
    best = _best(line.morae, name, reader)
    if best.worth < _needed(line.morae, least, share):
        return ()
    return tuple(line.span(start, end) for start, end in best.stretches)


def explained_share(text: str, name: str, reader: KanjiReader) -> float:
    """How much of the worth that makes a text the explanation of a name it has.

    Args:
        text: As recognised, or heard.
        name: A whole name as written, blanks left out.
        reader: Reads the text, and knows kanji.

    Returns:
        Worth of what is found over that of ``explained_at``; 1 and more where that finds the name.
    """
    line = reader.line(text)
    return _best(line.morae, name, reader).worth / _needed(line.morae, MIN_WORTH, MIN_WORTH_SHARE)


def _needed(line: Sequence[Mora], least: float, share: float) -> float:
    return max(least + WORTH_PER_MORA * len(line), share * len(line))


def _best(line: Sequence[Mora], name: str, reader: KanjiReader) -> Way:
    """The words of the highest total worth; none in a text too short to explain anything."""
    if len(line) < MIN_MORAE:
        return Way()
    sounds = SoundText(line)
    # A mora may belong to both: in タノノ the の.
    return best_way((_words(sounds, line, reader.kanji_sounds(kanji)) for kanji in name), shared=1)


def best_way(found: Iterable[Iterable[tuple[float, int, int]]], shared: int) -> Way:
    """Choose the words of the highest total worth, in the order of the kanji.

    Args:
        found: For each kanji worth, start and end of the words that are found for it.
        shared: Places that one word may have in common with the next.

    Returns:
        The best way through them; a kanji may have none.
    """
    ways = [Way()]
    for words in found:
        longer = [
            Way(way.worth + worth, (*way.stretches, (start, end)))
            for worth, start, end in sorted(words, reverse=True)[:PLACES_PER_KANJI]
            for way in ways
            if not way.stretches or start >= way.stretches[-1][1] - shared
        ]
        ways = sorted((*ways, *longer), reverse=True)[:WAYS_KEPT]
    return ways[0]


def _words(sounds: SoundText, line: Sequence[Mora], known: KanjiSounds) -> Iterator[tuple[float, int, int]]:
    """Worth, start and end of each word that is found for a kanji."""
    targets = targets_of(known)
    # A dearer one is not worth enough.
    most = [(len(target) - MIN_WORD_WORTH) / (WORTH_PER_PRICE * len(target)) for target in targets]
    for target, matches in zip(targets, sounds.find_each(targets, most), strict=True):
        for match in matches:
            worth = len(target) - WORTH_PER_PRICE * match.price
            if worth > MIN_WORD_WORTH:
                read = _read(line, match.end, known) if target[-1:] == _NO else 0.0
                yield worth + read, match.start, match.end


@lru_cache(maxsize=1024)
def targets_of(known: KanjiSounds) -> tuple[tuple[Mora, ...], ...]:
    """The phrases that explain a kanji: word + の, word + という字, a long word alone, a radical."""
    words = [morae(word) for word in known.words]
    targets = [word + _NO for word in words if len(word) > 1]
    targets += [word + _CALLED for word in words if len(word) > 2]
    targets += [word for word in words if len(word) > 3]
    targets += [morae(part) for part in known.parts]
    targets += [word + _CALLED for word in map(morae, known.readings) if len(word) > 1]
    return tuple(dict.fromkeys(target for target in targets if target))


@lru_cache(maxsize=1024)
def readings_of(known: KanjiSounds) -> tuple[tuple[Mora, ...], ...]:
    """The readings of a kanji that may follow word + の."""
    readings = dict.fromkeys(map(morae, known.readings))
    return tuple(reading for reading in readings if 1 <= len(reading) <= MAX_READING_MORAE)


def _read(line: Sequence[Mora], at: int, known: KanjiSounds) -> float:
    """The worth of the kanji's own reading behind word + の, or a mora later: 陽に for 陽."""
    best = 0.0
    for reading in readings_of(known):
        for start in (at, at + 1):
            said = line[start : start + len(reading)]
            if len(said) == len(reading):
                pairs = [*zip(reading, said, strict=True), *((None, mora) for mora in line[at:start])]
                price = sum(mora_price(a, b) for a, b in pairs)
                best = max(best, len(reading) - WORTH_PER_PRICE * price)
    return best
