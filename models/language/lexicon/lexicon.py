"""Surnames, given names and places by reading, with their commonness.

``models/training/lexicon/build_names.py`` and ``build_places.py`` make the files; ``models/registry.toml``
names their sources and licences.  They are dictionaries, not records of people.

Loading reads the two files of names; places and the index by spelling are parsed on first use.  A ``Lexicon``
never changes and may be shared between threads.
"""

from __future__ import annotations

import bisect
import gzip
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.registry import LEXICON, registered_bytes
from pipeline.sound.morae import fold_kana

FOLDER = Path(__file__).parent

_SUFFIXES = {"都": "ト", "府": "フ", "県": "ケン", "市": "シ", "区": "ク", "郡": "グン"}
_FOLDED = re.compile("[ヅヂ]")
"""Kana of readings that ``fold_kana`` writes as others of the same sound."""

_TOWN_SUFFIXES = {"町": ("チョウ", "マチ"), "村": ("ムラ", "ソン")}


class NameRow(NamedTuple):
    """One spelling of one reading; ``weight`` is people per million."""

    surface: str
    reading: str
    weight: float


class PlaceSpelling(NamedTuple):
    """Spelling of a place and of its parent ("" for a prefecture)."""

    surface: str
    parent: str


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One reading of a surname or a given name.

    Attributes:
        reading: Katakana.
        per_million: Estimated people per million with it.
        gender: ``"m"``, ``"f"`` or ``"u"`` (either) for given names, ``""`` for surnames.
        word_band: 0, or the commonness of an ordinary word of the same sound: 1 for the commonest 500, 2 for
            the next 500, ... 49 for common but not ranked.
        rows: Its spellings, commonest first.
    """

    reading: str
    per_million: float
    gender: str
    word_band: int
    rows: tuple[NameRow, ...]

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Spellings, commonest first."""
        return tuple(row.surface for row in self.rows)

    @property
    def commonness(self) -> float:
        """Commonness from 0 (one person in a hundred million) to 1 (one in a hundred), logarithmic."""
        return commonness(self.per_million)


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """All places of one kind with one reading.

    Attributes:
        reading: Katakana, with the suffix (シ, チョウ) that the spelling has.
        kind: ``"prefecture"``, or ``"city"`` (also wards and counties).
        places: In the order of Japan's official codes, north to south.
    """

    reading: str
    kind: str
    places: tuple[PlaceSpelling, ...]

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Spellings, each once."""
        return tuple(dict.fromkeys(place.surface for place in self.places))


class Lexicon:
    """Names and places of Japan.

    Mappings are by katakana reading.  Names come commonest first, places north to south.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._surnames = _NameTable(lexicon_lines(folder / "surnames.tsv.gz"))
        self._given_names = _NameTable(lexicon_lines(folder / "given_names.tsv.gz"))

    @property
    def surnames(self) -> Mapping[str, NameEntry]:
        """Surnames by reading."""
        return self._surnames

    @property
    def given_names(self) -> Mapping[str, NameEntry]:
        """Given names by reading."""
        return self._given_names

    def read_ahead(self) -> None:
        """Parse now what would be parsed on first use (about 0.6 s)."""
        _ = self._surname_spellings, self._given_spellings, self._place_surfaces

    @cached_property
    def prefectures(self) -> Mapping[str, PlaceEntry]:
        """The 47 prefectures by reading (トウキョウト)."""
        return _by_reading("prefecture", [(line[1], PlaceSpelling(line[0], "")) for line in self._places])

    @cached_property
    def cities(self) -> Mapping[str, PlaceEntry]:
        """Municipalities, wards and counties by reading, each part alone (サッポロシ, チュウオウク)."""
        found = []
        for prefecture, _, city, kana, _ in self._places:
            parent = prefecture
            for surface, reading in zip(city.split("|"), kana.split("|"), strict=True):
                found.append((reading, PlaceSpelling(surface, parent)))
                parent = surface
        return _by_reading("city", found)

    def town_readings(self) -> Iterable[str]:
        """Return the readings of towns and quarters (町域), some repeated."""
        return (kana for line in self._places for _, kana in _towns(line[-1]))

    def surname_of_surface(self, surface: str) -> tuple[NameRow, ...]:
        """Return the readings of a surname's spelling (東 -> ヒガシ, アズマ), commonest first; else empty."""
        rows = self._surname_spellings.rows(surface)
        return tuple(sorted(rows, key=lambda row: -row.weight))

    def given_of_surface(self, surface: str) -> tuple[NameRow, ...]:
        """Return the readings of a given name's spelling, commonest first; else empty."""
        return self._given_spellings.rows(surface)

    def is_place_surface(self, surface: str) -> bool:
        """Whether this is the spelling of a prefecture, city, county, ward or town.

        A prefecture or city of two characters or more is also recognised without its suffix (札幌).
        """
        return surface in self._place_surfaces

    @cached_property
    def _places(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(line.split("\t")) for line in lexicon_lines(self._folder / "places.tsv.gz"))

    @cached_property
    def _surname_spellings(self) -> _Spellings:
        return _Spellings(self._surnames)

    @cached_property
    def _given_spellings(self) -> _Spellings:
        return _Spellings(self._given_names)

    @cached_property
    def _place_surfaces(self) -> frozenset[str]:
        known = {town for line in self._places for town, _ in _towns(line[-1])}
        for table in (self.prefectures, self.cities):
            for entry in table.values():
                for surface in entry.surfaces:
                    stem = place_stem(surface, entry.reading)[0]
                    known |= {surface, stem} if len(stem) > 1 else {surface}
        return frozenset(known)


class _NameTable(Mapping[str, NameEntry]):
    """A file of names as a mapping; a line is parsed at each look-up.

    A reading with ヅ or ヂ (モチヅキ) is found by the sound, too (モチズキ).
    """

    def __init__(self, lines: list[str]) -> None:
        self._lines = {line[: line.index("\t")]: line for line in lines}
        self._folded = {
            folded: reading
            for reading in self._lines
            if _FOLDED.search(reading) and (folded := fold_kana(reading)) not in self._lines
        }

    def __getitem__(self, reading: str) -> NameEntry:
        return _parse_name(self._lines[self._folded.get(reading, reading)])

    def __contains__(self, reading: object) -> bool:
        return reading in self._lines or reading in self._folded

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def spellings(self) -> Iterator[tuple[str, str]]:
        """Yield reading and spelling, in the order of the file."""
        return ((reading, surface) for reading, line in self._lines.items() for surface, _ in _spelled(line))

    def row(self, reading: str, surface: str) -> NameRow:
        """Return one spelling of a reading."""
        weights = dict(_spelled(self._lines[reading]))
        return NameRow(surface, reading, float(weights[surface]))


class _Spellings:
    """A file of names by spelling: the readings of each spelling, by which its rows are found.

    Half a million spellings are kept as one sorted text with the end of each line: a dictionary would take 50
    MB more.
    """

    def __init__(self, names: _NameTable) -> None:
        self._names = names
        readings: dict[str, str] = {}
        for reading, surface in names.spellings():
            known = readings.get(surface)
            readings[surface] = f"{known} {reading}" if known else reading
        lines = [f"{surface}\t{readings[surface]}".encode() for surface in sorted(readings)]
        self._text = b"".join(lines)
        self._ends = np.cumsum([0, *map(len, lines)], dtype=np.int32)

    def rows(self, surface: str) -> tuple[NameRow, ...]:
        """Return the rows of a spelling, in the order of the file; empty without one."""
        count = len(self._ends) - 1
        at = bisect.bisect_left(range(count), surface, key=lambda each: self._line(each)[0])
        if at == count or self._line(at)[0] != surface:
            return ()
        return tuple(self._names.row(each, surface) for each in self._line(at)[1].split())

    def _line(self, number: int) -> tuple[str, str]:
        """Return a spelling and its readings."""
        line = self._text[self._ends[number] : self._ends[number + 1]].decode()
        surface, _, readings = line.partition("\t")
        return surface, readings


def commonness(per_million: float) -> float:
    """Map people per million to 0 (a hundredth or fewer) ... 1 (ten thousand or more), logarithmically."""
    return min(1.0, max(0.0, (math.log10(max(per_million, 1e-9)) + 2) / 6))


def place_stem(surface: str, reading: str) -> tuple[str, str]:
    """Remove the suffix that callers drop from a place: (札幌市, サッポロシ) -> (札幌, サッポロ).

    Args:
        surface: Spelling.
        reading: Its katakana.

    Returns:
        Spelling and reading without the suffix; both unchanged where there is none (北海道) or nothing would
        remain.
    """
    suffix = surface[-1:]
    for kana in (_SUFFIXES[suffix],) if suffix in _SUFFIXES else _TOWN_SUFFIXES.get(suffix, ()):
        if reading.endswith(kana) and len(surface) > 1 and len(reading) > len(kana):
            return surface[:-1], reading.removesuffix(kana)
    return surface, reading


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """Load the lexicons that lie beside this module, once.

    Returns:
        The lexicon, shared by all callers.

    Raises:
        ModelError: a file is missing or is not the registered one.
    """
    return Lexicon(FOLDER)


def lexicon_lines(path: Path) -> list[str]:
    """Return the lines of a lexicon's file, exactly the registered ones.

    Args:
        path: A ``.tsv.gz`` with the name of its registry entry.

    Raises:
        ModelError: the file is missing, not registered, or has other bytes.
    """
    content = registered_bytes(LEXICON, path.name.removesuffix(".tsv.gz"), path)
    return gzip.decompress(content).decode("utf-8").splitlines()


def _parse_name(line: str) -> NameEntry:
    reading, total, gender, band, _ = line.split("\t")
    rows = tuple(NameRow(surface, reading, float(weight)) for surface, weight in _spelled(line))
    return NameEntry(reading, float(total), gender, int(band), rows)


def _spelled(line: str) -> Iterator[tuple[str, str]]:
    """Yield spelling and weight of each item in a line of names."""
    for item in line[line.rindex("\t") + 1 :].split(";"):
        surface, _, weight = item.partition(":")
        yield surface, weight


def _towns(listed: str) -> Iterator[tuple[str, str]]:
    """Yield spelling and reading of the towns in a line of places."""
    for town in filter(None, listed.split(";")):
        surface, _, kana = town.partition(",")
        yield surface, kana


def _by_reading(kind: str, found: Iterable[tuple[str, PlaceSpelling]]) -> dict[str, PlaceEntry]:
    places: dict[str, dict[PlaceSpelling, None]] = defaultdict(dict)
    for reading, place in found:
        places[reading][place] = None
    return {reading: PlaceEntry(reading, kind, tuple(group)) for reading, group in places.items()}
