"""Find the morae of a call that are exactly the reading of a surname, a given name or a place.

Nine in ten of the heard morae are right, so most names occur unchanged; long vowels and geminates are
ignored.  That サトウ also means sugar is left to the network.
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
from pipeline.sound.morae import Mora, fold_kana, morae, undrawn

COLUMNS: Final = ("surname", "given name", "place", "whole name")
"""Names of the columns: what a mora may be part of."""

MIN_PER_MILLION: Final = 3.0
"""Least number of people per million with a reading: every sentence holds some rarer one."""

GRADES: Final = (10.0, 100.0, 1000.0)
"""Lower bounds of the grades of commonness above the first, in people per million."""

NO_WORD_GRADES: Final = len(GRADES) + 1
"""Number of grades added to a reading that is no ordinary word."""

MIN_MORAE, MIN_PLACE_MORAE, MAX_MORAE = 2, 3, 8
"""Least number of morae of a name, and of a place (every word holds a place of two), and greatest of either;
long vowels and geminates are not counted."""

VALUES: Final = 4 * (1 + 2 * NO_WORD_GRADES)
"""Number of values of each column: four times the highest grade of what a mora is part of (0 for nothing),
plus two bits: whether something begins, and whether something ends, at it."""

MAX_SHORT_NAME_MORAE: Final = 4
"""Number of morae that a whole name must exceed."""

BEGINS, ENDS = 2, 1

_Key = tuple[Mora, ...]
_Found = list[tuple[int, int, int]]
"""First mora, mora after the last, grade from 1."""


class Gazetteer:
    """Readings by their morae, without long vowels and geminates."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._surnames, self._given = _names(lexicon.surnames), _names(lexicon.given_names)
        self._places = _places(lexicon)

    def columns(self, heard: Sequence[Mora]) -> NDArray[np.int64]:
        """Return what each mora may be part of.

        Args:
            heard: Morae of a call, in order.

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
        """Return the likeliest name in a stretch of morae.

        Args:
            heard: Morae in which a name is said.

        Returns:
            The morae of the longest whole name as surname and given name; else of the longest surname and of
            the longest given name, as far as there are any.
        """
        plain, counted = undrawn(heard), _counted(heard)
        surnames, given = _matches(plain, self._surnames), _matches(plain, self._given)
        whole = [
            (one, other)
            for one, other in itertools.product(surnames, given)
            if one[1] == other[0] and other[1] - one[0] > MAX_SHORT_NAME_MORAE
        ]
        best = max(whole, key=lambda pair: (pair[1][1] - pair[0][0], min(pair[0][2], pair[1][2])), default=())
        alone = (max(each, key=_length_and_grade, default=None) for each in (surnames, given))
        chosen = best or [each for each in alone if each is not None]
        return tuple(tuple(heard[counted[start] : counted[end - 1] + 1]) for start, end, _ in chosen)


def _counted(heard: Sequence[Mora]) -> list[int]:
    """Return the positions of the morae that ``undrawn`` keeps."""
    return [at for at, mora in enumerate(heard) if undrawn((mora,))]


def _length_and_grade(match: tuple[int, int, int]) -> tuple[int, int]:
    start, end, grade = match
    return end - start, grade


def _matches(plain: _Key, table: Mapping[_Key, int]) -> _Found:
    return [
        (at, at + length, 1 + grade)
        for length in range(MIN_MORAE, MAX_MORAE + 1)
        for at in range(len(plain) - length + 1)
        if (grade := table.get(plain[at : at + length], -1)) >= 0
    ]


def _whole(surnames: _Found, given: _Found) -> _Found:
    """Return surnames directly followed by a given name; the grade is the lower of the two."""
    behind: dict[int, list[tuple[int, int]]] = {}
    for start, end, grade in given:
        behind.setdefault(start, []).append((end, grade))
    return [
        (start, last, min(grade, other))
        for start, end, grade in surnames
        for last, other in behind.get(end, ())
        if last - start > MAX_SHORT_NAME_MORAE
    ]


def _values(count: int, matches: _Found) -> NDArray[np.int64]:
    grades, begins, ends = (np.zeros(count, dtype=np.int64) for _ in range(3))
    for start, end, grade in matches:
        grades[start:end] = np.maximum(grades[start:end], grade)
        begins[start], ends[end - 1] = BEGINS, ENDS
    return 4 * grades + begins + ends


def _names(entries: Mapping[str, NameEntry]) -> dict[_Key, int]:
    graded = (
        (
            entry.reading,
            bisect.bisect_right(GRADES, entry.per_million) + NO_WORD_GRADES * (not entry.word_band),
        )
        for entry in entries.values()
        if entry.per_million >= MIN_PER_MILLION
    )
    return _table(graded, MIN_MORAE)


def _places(lexicon: Lexicon) -> dict[_Key, int]:
    return _table(_graded_places(lexicon), MIN_PLACE_MORAE)


def _graded_places(lexicon: Lexicon) -> Iterator[tuple[str, int]]:
    for grade, readings in ((2, (*lexicon.prefectures, *lexicon.cities)), (1, lexicon.town_readings())):
        for reading in readings:
            yield reading, grade
            for ending in ("ト", "フ", "ケン", "シ", "ク", "グン", "チョウ", "マチ", "ムラ", "ソン"):
                if reading.endswith(ending):
                    yield reading.removesuffix(ending), 0


def _table(graded: Iterable[tuple[str, int]], shortest: int) -> dict[_Key, int]:
    out: dict[_Key, int] = {}
    for reading, grade in graded:
        key = undrawn(morae(fold_kana(reading)))
        if shortest <= len(key) <= MAX_MORAE:
            out[key] = max(out.get(key, 0), grade)
    return out


@cache
def load_gazetteer() -> Gazetteer:
    """Build the gazetteer from the lexicons, once per process (two to three seconds)."""
    return Gazetteer(load_lexicon())
