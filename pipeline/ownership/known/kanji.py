"""Find by sound whether a text explains the kanji of a name: 大量のようになのかなのな explains 陽菜.

    said    太陽の陽に、菜の花の菜        for each kanji a common word with it, and its reading
    heard   大量のようになのかなのな      タイリョウノ ヨウ for タイヨウノ ヨウ, ナノカナノ for ナノハナノ

The recognised kanji are rarely those of the name.  But of the common words with the name's kanji, in the
order of the name, some sound like the text; of the words for another name, none do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple, Protocol

from pipeline.sound.morae import Mora, mora_price, morae
from pipeline.sound.reader import SoundReader
from pipeline.sound.search import SoundText

MIN_WORTH, WORTH_PER_MORA, MIN_WORTH_SHARE = 9.5, 0.1, 0.4
"""Worth, in morae, of the words that make a text the explanation of a name: the least, the addition for each
mora of the text, and the least share of the text.  A long text has a little of each kanji of any name."""

WORTH_PER_PRICE = 2.5
"""Reduction of a word's worth for a price of one mora."""

MIN_WORD_WORTH = 1.5
"""Least worth of a single word."""

PLACES_PER_KANJI, WAYS_KEPT = 4, 12
"""Greatest number of matches tried for each kanji, and of combinations kept (the beam)."""

MAX_READING_MORAE = 4
"""Greatest number of morae of a kanji's own reading after its word; a longer one is a word itself."""

MIN_MORAE = 5
"""Least number of morae of an explanation."""

_NO, _CALLED = morae("ノ"), morae("トイウジ")


@dataclass(frozen=True, slots=True)
class KanjiSounds:
    """Readings and words by which people explain a kanji, in katakana.

    Attributes:
        readings: Readings, with and without the endings of verbs and adjectives.
        words: Common words with the kanji.
        parts: Names of its radical.
    """

    readings: tuple[str, ...] = field(default=(), repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)
    parts: tuple[str, ...] = field(default=(), repr=False)


class KanjiReader(SoundReader, Protocol):
    """Reader of text that also knows the words by which people explain the kanji of names."""

    def kanji_sounds(self, kanji: str) -> KanjiSounds:
        """Return the readings and words for a kanji; empty for one that occurs in no name."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Extent to which a text explains the kanji of a name.

    Attributes:
        share: Worth of the words found, divided by the worth that explains the name; 1 or more where it is
            explained.
        kanji: Number of its kanji with a word.
        density: Worth of the words for each mora of the text, at most 1; low where the text explains other
            kanji, too.
    """

    share: float = 0.0
    kanji: int = 0
    density: float = 0.0


class _Way(NamedTuple):
    """A hypothesis: words for some of a name's kanji, in order; compared by worth."""

    worth: float
    end: int
    kanji: int


def explained_each(text: str, names: Sequence[str], reader: KanjiReader) -> list[Explained]:
    """Look for the words that explain the kanji of names; a kanji that many have is looked for once.

    Args:
        text: As recognised, or heard.
        names: Whole names as written, blanks left out.
        reader: Reads the text, and knows kanji.

    Returns:
        For each name, what the words of the highest total worth explain; nothing in a text too short to
        explain anything.
    """
    line = reader.line(text).morae
    if len(line) < MIN_MORAE:
        return [Explained()] * len(names)
    needed = max(MIN_WORTH + WORTH_PER_MORA * len(line), MIN_WORTH_SHARE * len(line))
    sounds = SoundText(line)
    words = {
        kanji: sorted(_words(sounds, line, reader.kanji_sounds(kanji)), reverse=True)[:PLACES_PER_KANJI]
        for kanji in dict.fromkeys("".join(names))
    }
    ways = (_best(name, words) for name in names)
    return [Explained(best.worth / needed, best.kanji, min(1.0, best.worth / len(line))) for best in ways]


def _best(name: str, words: Mapping[str, Sequence[tuple[float, int, int]]]) -> _Way:
    """Return the words of greatest worth that explain a name's kanji in order; a kanji may have none."""
    ways = [_Way(0.0, 0, 0)]
    for kanji in name:
        # A mora may belong to two words: the の of タノノ.
        longer = [
            _Way(way.worth + worth, end, way.kanji + 1)
            for worth, start, end in words[kanji]
            for way in ways
            if start >= way.end - 1
        ]
        ways = sorted((*ways, *longer), reverse=True)[:WAYS_KEPT]
    return ways[0]


def _words(sounds: SoundText, line: Sequence[Mora], known: KanjiSounds) -> Iterator[tuple[float, int, int]]:
    """Yield worth, start and end of each word that is found for a kanji."""
    targets = _targets_of(known)
    # A match of a higher price is not worth enough.
    most = [(len(target) - MIN_WORD_WORTH) / (WORTH_PER_PRICE * len(target)) for target in targets]
    for target, matches in zip(targets, sounds.find_each(targets, most), strict=True):
        for match in matches:
            worth = len(target) - WORTH_PER_PRICE * match.price
            if worth > MIN_WORD_WORTH:
                read = _read(line, match.end, known) if target[-1:] == _NO else 0.0
                yield worth + read, match.start, match.end


@lru_cache(maxsize=1024)
def _targets_of(known: KanjiSounds) -> tuple[tuple[Mora, ...], ...]:
    """Return the phrases that explain a kanji: word + の, word + という字, a long word alone, a radical."""
    words = [morae(word) for word in known.words]
    targets = [word + _NO for word in words if len(word) > 1]
    targets += [word + _CALLED for word in words if len(word) > 2]
    targets += [word for word in words if len(word) > 3]
    targets += [morae(part) for part in known.parts]
    targets += [word + _CALLED for word in map(morae, known.readings) if len(word) > 1]
    return tuple(dict.fromkeys(target for target in targets if target))


@lru_cache(maxsize=1024)
def _readings_of(known: KanjiSounds) -> tuple[tuple[Mora, ...], ...]:
    """Return the readings of a kanji that may follow word + の."""
    readings = dict.fromkeys(map(morae, known.readings))
    return tuple(reading for reading in readings if 1 <= len(reading) <= MAX_READING_MORAE)


def _read(line: Sequence[Mora], at: int, known: KanjiSounds) -> float:
    """Return the worth of the kanji's own reading after word + の, or one mora later: 陽に for 陽."""
    best = 0.0
    for reading in _readings_of(known):
        for start in (at, at + 1):
            said = line[start : start + len(reading)]
            if len(said) == len(reading):
                pairs = [*zip(reading, said, strict=True), *((None, mora) for mora in line[at:start])]
                price = sum(mora_price(a, b) for a, b in pairs)
                best = max(best, len(reading) - WORTH_PER_PRICE * price)
    return best
