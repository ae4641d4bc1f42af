"""Find runs of katakana that are names from abroad: スミス, ジョン・スミス, キムミンジュン.

A run by itself names nobody: パク is a name, マーク one and a word too.  What stands beside it decides
(``models.abroad.recognizer``).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from models.language.lexicon.foreign import ForeignName, foreign_name
from models.wording.vocabulary import NOT_NAMES, PLACE_TAILS
from pipeline.sound.morae import morae

__all__ = ["ForeignRun", "Strength", "foreign_runs"]

MIN_PER_MILLION = 1.0
"""Fewest people per million with a name that is none by chance: the dictionary has thousands of rarer ones,
and many a product is called so."""

UNMISTAKABLE_PER_MILLION, UNMISTAKABLE_MORAE = 20.0, 3
"""From so many people per million and so many morae a name that is no word needs nothing beside it."""

MAX_PARTS = 3
"""Most names that are written in one: グエンティラン."""

_RUN = re.compile(r"[ァ-ヴー]+(?:[・＝=･][ァ-ヴー]+)*")
_DOT = re.compile(r"[・＝=･]")


class Strength(enum.IntEnum):
    """How sure a run is a name, from its letters alone."""

    WORD = 1
    """One that is also a common word: マーク."""
    RARE = 2
    """A rare name, or one that is also a rare word: アリ."""
    NAME = 3
    UNMISTAKABLE = 4
    """A common name that is no word, or two names with a dot between."""


@dataclass(frozen=True, slots=True)
class ForeignRun:
    """Characters ``[start, end)`` of the text, the names in them, and how sure they are."""

    start: int
    end: int
    names: tuple[str, ...] = field(repr=False)
    strength: Strength


def foreign_runs(text: str) -> Iterator[ForeignRun]:
    """Every run of katakana that is a name from abroad, or several.

    Args:
        text: The raw transcript.

    Yields:
        Runs in order; none that goes on as a place or a firm does (スミス商店).
    """
    for match in _RUN.finditer(text):
        named = not any(text.startswith(tail, match.end()) for tail in PLACE_TAILS)
        found = _read(match.group()) if named and match.group() not in NOT_NAMES else None
        if found is not None:
            yield ForeignRun(match.start(), match.end(), *found)


@lru_cache(maxsize=4096)
def _read(run: str) -> tuple[tuple[str, ...], Strength] | None:
    """The names in a run, and how sure it is one; ``None`` where no part is known."""
    parts = tuple(_DOT.split(run))
    cuts = [_cut(part) for part in parts]
    known = [_strength(name) for names in cuts for name in names]
    if not known:
        return None
    if len(parts) == 1:
        return tuple(name.text for name in cuts[0]), min(known)
    whole = all(cuts) and max(known) >= Strength.NAME
    return parts, Strength.UNMISTAKABLE if whole else min(Strength.RARE, max(known))


def _cut(part: str, most: int = MAX_PARTS) -> tuple[ForeignName, ...]:
    """A name, or the fewest names that make a part; () where it is none."""
    if (name := foreign_name(part)) is not None:
        return (name,)
    if most == 1:
        return ()
    ways = (
        (first, *rest)
        for at in range(2, len(part) - 1)
        if (first := _joined(part[:at])) is not None and (rest := _cut(part[at:], most - 1))
        if all(map(_may_join, rest))
    )
    return min(ways, key=lambda way: (len(way), -_bearers(way)), default=())


def _joined(part: str) -> ForeignName | None:
    name = foreign_name(part)
    return name if name is not None and _may_join(name) else None


def _may_join(name: ForeignName) -> bool:
    """Whether a name may be written in one with another: rare ones and words would make many a word."""
    return not name.is_common_word and name.family + name.given >= MIN_PER_MILLION


def _bearers(names: tuple[ForeignName, ...]) -> float:
    return min(name.family + name.given for name in names)


def _strength(name: ForeignName) -> Strength:
    people = name.family + name.given
    if name.is_common_word:
        return Strength.WORD
    if name.word_band or people < MIN_PER_MILLION:
        return Strength.RARE
    unmistakable = people >= UNMISTAKABLE_PER_MILLION and len(morae(name.text)) >= UNMISTAKABLE_MORAE
    return Strength.UNMISTAKABLE if unmistakable else Strength.NAME
