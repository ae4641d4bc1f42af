"""Which morae of a call sound as a surname, a given name or a place does: by exact reading.

Of what is heard nine morae in ten are right, so most names stand there as they are; a long vowel or a stop
more or less is overlooked.  That サトウ is sugar, too, is for the network to weigh.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.language.lexicon.lexicon import Lexicon, NameEntry, load_lexicon
from pipeline.sound.morae import Mora, morae, undrawn

__all__ = ["COLUMNS", "VALUES", "Gazetteer", "load_gazetteer"]

COLUMNS: Final = ("surname", "given name", "place", "whole name")
"""What a mora may be part of."""

RAREST: Final = 3.0
"""People per million of a reading at the least: of the rarer ones there is one in every sentence."""

GRADES: Final = (10.0, 100.0, 1000.0)
"""People per million from which a reading is of a higher grade."""

NO_WORD: Final = len(GRADES) + 1
"""Grades by which a reading that is no ordinary word is higher."""

SHORTEST, SHORTEST_PLACE, LONGEST = 2, 3, 8
"""Morae of a reading, long vowels and stops not counted; of two there is a place in every word."""

VALUES: Final = 4 * (1 + 2 * NO_WORD)
"""Of each column: the grade of the highest that a mora is part of, 0 for none, and in the last two bits
whether any begins and whether any ends there."""

LEAST_WHOLE: Final = 4
"""Morae that a whole name has more than."""

BEGINS, ENDS = 2, 1

_Key = tuple[Mora, ...]
_Found = list[tuple[int, int, int]]
"""First mora, mora after the last, grade from 1."""


class Gazetteer:
    """Readings by their morae."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._surnames, self._given = _names(lexicon.surnames), _names(lexicon.given_names)
        self._places = _places(lexicon)

    def columns(self, heard: Sequence[Mora]) -> NDArray[np.int64]:
        """What each mora is part of.

        Args:
            heard: Morae of a call in their order.

        Returns:
            Shape (morae, ``COLUMNS``), 0 to ``VALUES`` - 1.
        """
        plain, counted = undrawn(heard), _counted(heard)
        surnames, given = _matches(plain, self._surnames), _matches(plain, self._given)
        found = (surnames, given, _matches(plain, self._places), _whole(surnames, given))
        out = np.zeros((len(heard), len(COLUMNS)), dtype=np.int64)
        for column, matches in enumerate(found):
            out[counted, column] = _values(len(plain), matches)
        for at in range(1, len(heard)):
            if not undrawn((heard[at],)):
                out[at] = out[at - 1]
        return out

    def names(self, heard: Sequence[Mora]) -> tuple[_Key, ...]:
        """The likeliest name in some morae, as they are heard.

        Args:
            heard: Morae in which one is said.

        Returns:
            A surname and a given name that make a whole one, the longest, else the longest of either.
        """
        plain, counted = undrawn(heard), _counted(heard)
        surnames, given = _matches(plain, self._surnames), _matches(plain, self._given)
        whole = [
            (one, other)
            for one, other in itertools.product(surnames, given)
            if one[1] == other[0] and other[1] - one[0] > LEAST_WHOLE
        ]
        best = max(whole, key=lambda pair: (pair[1][1] - pair[0][0], min(pair[0][2], pair[1][2])), default=())
        alone = (max(each, key=_length_and_grade, default=None) for each in (surnames, given))
        chosen = best or [each for each in alone if each is not None]
        return tuple(tuple(heard[counted[start] : counted[end - 1] + 1]) for start, end, _ in chosen)


def _counted(heard: Sequence[Mora]) -> list[int]:
    """Where the morae of ``undrawn`` stand."""
    return [at for at, mora in enumerate(heard) if undrawn((mora,))]


def _length_and_grade(match: tuple[int, int, int]) -> tuple[int, int]:
    start, end, grade = match
    return end - start, grade


def _matches(plain: _Key, table: Mapping[_Key, int]) -> _Found:
    return [
        (at, at + length, 1 + grade)
        for length in range(SHORTEST, LONGEST + 1)
        for at in range(len(plain) - length + 1)
        if (grade := table.get(plain[at : at + length], -1)) >= 0
    ]


def _whole(surnames: _Found, given: _Found) -> _Found:
    """Surnames with a given name right behind; as common as the rarer of the two."""
    behind: dict[int, list[tuple[int, int]]] = {}
    for start, end, grade in given:
        behind.setdefault(start, []).append((end, grade))
    return [
        (start, last, min(grade, other))
        for start, end, grade in surnames
        for last, other in behind.get(end, ())
        if last - start > LEAST_WHOLE
    ]


def _values(count: int, matches: _Found) -> NDArray[np.int64]:
    grades, begins, ends = (np.zeros(count, dtype=np.int64) for _ in range(3))
    for start, end, grade in matches:
        grades[start:end] = np.maximum(grades[start:end], grade)
        begins[start], ends[end - 1] = BEGINS, ENDS
    return 4 * grades + begins + ends


def _names(entries: Mapping[str, NameEntry]) -> dict[_Key, int]:
    graded = (
        (entry.reading, bisect.bisect_right(GRADES, entry.per_million) + NO_WORD * (not entry.word_band))
        for entry in entries.values()
        if entry.per_million >= RAREST
    )
    return _table(graded, SHORTEST)


def _places(lexicon: Lexicon) -> dict[_Key, int]:
    return _table(_graded_places(lexicon), SHORTEST_PLACE)


def _graded_places(lexicon: Lexicon) -> Iterator[tuple[str, int]]:
    for grade, readings in ((2, (*lexicon.prefectures, *lexicon.cities)), (1, lexicon.towns)):
        for reading in readings:
            yield reading, grade
            for ending in ("ト", "フ", "ケン", "シ", "ク", "グン", "チョウ", "マチ", "ムラ", "ソン"):
                if reading.endswith(ending):
                    yield reading.removesuffix(ending), 0


def _table(graded: Iterable[tuple[str, int]], shortest: int) -> dict[_Key, int]:
    out: dict[_Key, int] = {}
    for reading, grade in graded:
        key = undrawn(morae(reading))
        if shortest <= len(key) <= LONGEST:
            out[key] = max(out.get(key, 0), grade)
    return out


@cache
def load_gazetteer() -> Gazetteer:
    """From the lexicons, once for the process (two to three seconds)."""
    return Gazetteer(load_lexicon())
