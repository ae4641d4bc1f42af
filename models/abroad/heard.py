"""Find the foreign name that an unknown word in katakana sounds like: テレイラ is heard of ペレイラ.

A telephone keeps the vowels of a name and loses its consonants: p, t and k are taken for each other, f and h,
r and g, n and m.  So names are looked up by their vowels, and compared by their consonants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from models.language.lexicon.foreign import foreign_name, load_foreign_names
from pipeline.sound.morae import Mora, mora_price, morae, undrawn

MIN_PER_MILLION = 5.0
"""Least number of people per million with a name that a word is compared with: of the thousands that are
rarer, one sounds like any word."""

MIN_MORAE = 3
"""Least number of morae of a word, without long vowels and ッ."""

MAX_PRICE = 0.2
"""Greatest price per mora: ガクマン for ラフマン costs .2, コルフェ for ホルヘ .16."""

_LIPS = frozenset({"f", "h"})
_NEAR = 0.2
"""Price of f for h, which differ by their place alone: ハム is heard of ファム."""


def heard_names(word: str) -> tuple[str, ...]:
    """Return the foreign names that a word sounds like.

    Args:
        word: Katakana that is neither a dictionary word nor written like a foreign name.

    Returns:
        One name, or two that are said in one; empty where it sounds like none.
    """
    if near := _nearest(word):
        return (near,)
    cuts = ((word[:at], word[at:]) for at in range(2, len(word) - 1))
    pairs = ((_half(first), _half(last), (first, last)) for first, last in cuts)
    return next(((one, other) for one, other, pair in pairs if one and other and _are_long(pair)), ())


def _are_long(pair: Sequence[str]) -> bool:
    """Whether two halves are long enough that both are no chance: two names of two morae are any word."""
    sizes = [len(undrawn(morae(half))) for half in pair]
    return max(sizes) >= MIN_MORAE and sum(sizes) > MIN_MORAE + 1


def _half(word: str) -> str:
    """Return the name that half of a word is written or sounds like."""
    name = foreign_name(word)
    if name is not None and not name.word_band and name.family + name.given >= MIN_PER_MILLION:
        return name.text
    return _nearest(word)


@lru_cache(maxsize=4096)
def _nearest(word: str) -> str:
    sound = undrawn(morae(word))
    if len(sound) < MIN_MORAE:
        return ""
    priced = ((_price(other, sound), name) for name, other in _by_vowels().get(_vowels(sound), ()))
    price, name = min(priced, default=(MAX_PRICE * len(sound) + 1, ""))
    return name if price <= MAX_PRICE * len(sound) else ""


@lru_cache(maxsize=1)
def _by_vowels() -> Mapping[str, Sequence[tuple[str, tuple[Mora, ...]]]]:
    """Return the common names and their morae by their vowels (about 10 ms)."""
    found: dict[str, list[tuple[str, tuple[Mora, ...]]]] = defaultdict(list)
    for name in load_foreign_names().values():
        sound = undrawn(morae(name.text))
        if len(sound) >= MIN_MORAE and name.family + name.given >= MIN_PER_MILLION and not name.word_band:
            found[_vowels(sound)].append((name.text, sound))
    return found


def _vowels(sound: Sequence[Mora]) -> str:
    return "".join(vowel or consonant for consonant, vowel in sound)


def _price(name: Sequence[Mora], sound: Sequence[Mora]) -> float:
    return sum(
        _NEAR if {said[0], heard[0]} == _LIPS else mora_price(said, heard)
        for said, heard in zip(name, sound, strict=True)
    )
