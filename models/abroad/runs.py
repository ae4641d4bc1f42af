"""Find runs of katakana that can be foreign names: スミス, ジョン・スミス, キムミンジュン.

A run alone proves no name: パク is a name, マーク a name and a word.  Its context decides
(``models.abroad.recognizer``).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from models.abroad.heard import heard_names
from models.language.lexicon.foreign import ForeignName, foreign_name
from models.wording.vocabulary import NOT_NAMES, PLACE_TAILS
from pipeline.sound.morae import morae

MIN_PER_MILLION = 1.0
"""Least number of people per million with a name: the dictionary has thousands of rarer ones, which are also
product names."""

UNMISTAKABLE_PER_MILLION, UNMISTAKABLE_MORAE = 20.0, 3
"""People per million, and morae, from which a name that is no word needs no context."""

MAX_PARTS = 3
"""Greatest number of names that are written together: グエンティラン."""

_RUN = re.compile(r"[ァ-ヴー]+(?:[・＝=･][ァ-ヴー]+)*")
_DOT = re.compile(r"[・＝=･]")


class Strength(enum.IntEnum):
    """Evidence for a name in the spelling alone."""

    WORD = 1
    """A name that is also a common word: マーク."""
    HEARD = 2
    """A word that no dictionary has and that sounds like a name: テレイラ."""
    RARE = 3
    """A rare name, or a name that is also a rare word: アリ."""
    NAME = 4
    UNMISTAKABLE = 5
    """A common name that is no word, or two names with a dot between."""


@dataclass(frozen=True, slots=True)
class ForeignRun:
    """Characters ``[start, end)`` of the text, the names in them, and the strength of their spelling."""

    start: int
    end: int
    names: tuple[str, ...] = field(repr=False)
    strength: Strength


def foreign_runs(text: str, unknown: Container[int] = ()) -> Iterator[ForeignRun]:
    """Yield every run of katakana that consists of foreign names.

    Args:
        text: The raw transcript.
        unknown: First characters of words that the dictionary has not, which may be misheard names.

    Yields:
        Runs in order, without those that continue as a place or a firm (スミス商店).
    """
    for match in _RUN.finditer(text):
        named = not any(text.startswith(tail, match.end()) for tail in PLACE_TAILS)
        if not named or match.group() in NOT_NAMES:
            continue
        if (found := _read(match.group())) is not None:
            yield ForeignRun(match.start(), match.end(), *found)
        elif match.start() in unknown and (names := heard_names(match.group())):
            yield ForeignRun(match.start(), match.end(), names, Strength.HEARD)


@lru_cache(maxsize=4096)
def _read(run: str) -> tuple[tuple[str, ...], Strength] | None:
    """Return the names in a run, and their strength; ``None`` where no part is known."""
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
    """Return the name, or the fewest names, that a part consists of; empty without any."""
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
    """Whether a name may be written together with another: rare names and words would form many words."""
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
