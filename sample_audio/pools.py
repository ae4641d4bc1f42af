"""Where invented people come from: names, places, companies, as replaceable pools."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = Path(__file__).parent / "pools"


@dataclass(frozen=True, slots=True)
class Named:
    """Something as written and as read (katakana)."""

    text: str
    kana: str


@dataclass(frozen=True, slots=True)
class Place:
    """A real prefecture, city and town with readings; ``zip3`` starts its postal codes."""

    pref: Named
    city: Named
    town: Named
    zip3: str


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company; ``trades`` is a regular expression for the scripts' ``trade``."""

    name: Named
    trades: str


@dataclass(frozen=True, slots=True)
class Pools:
    """What a cast draws from.

    Attributes:
        surnames, given_names: Common and less common ones, drawn independently.
        places: Real towns; block numbers, buildings and postal codes are invented.
        buildings, companies, terms: Invented.
        kanji: Ways to explain a kanji on the telephone, by kanji (``ōkii ni hayashi``).
        abroad: Names from abroad, family name and given name that go together.
        abroad_share: Share of people who have one of them.
        unassigned_numbers: Draw only telephone numbers that Japan's numbering plan
            gives to nobody (a mobile number's or exchange's first digit is 0).
        crowded: Let third parties live beside the requester, with nearly their number
            (``sample_audio.crowd``).
        identifiers: Invented firms, schools, banks and words that explain letters, by group
            (``sample_audio.identifiers``).
    """

    surnames: tuple[Named, ...]
    given_names: tuple[Named, ...]
    places: tuple[Place, ...]
    buildings: tuple[Named, ...]
    companies: tuple[Company, ...]
    terms: tuple[Named, ...]
    kanji: dict[str, tuple[Named, ...]]
    unassigned_numbers: bool = False
    abroad: tuple[tuple[Named, Named], ...] = ()
    abroad_share: float = 0.0
    crowded: bool = False
    identifiers: dict[str, tuple[Named, ...]] = field(default_factory=dict)


def load_pools(folder: Path) -> Pools:
    """Read pools from a folder of tab-separated files, named as those in ``pools/``.

    Raises:
        OSError: a file is missing.
        ValueError: a line has the wrong number of columns.
    """
    kanji: dict[str, list[Named]] = {}
    for char, text, kana in _rows(folder / "kanji.tsv", 3):
        kanji.setdefault(char, []).append(Named(text, kana))
    identifiers: dict[str, list[Named]] = {}
    for group, text, kana in _rows(folder / "identifiers.tsv", 3):
        identifiers.setdefault(group, []).append(Named(text, kana))
    return Pools(
        surnames=_named(folder / "surnames.tsv"),
        given_names=_named(folder / "given_names.tsv"),
        places=tuple(
            Place(Named(pref, pref_kana), Named(city, city_kana), Named(town, town_kana), zip3)
            for pref, city, town, pref_kana, city_kana, town_kana, zip3 in _rows(folder / "places.tsv", 7)
        ),
        buildings=_named(folder / "buildings.tsv"),
        companies=tuple(
            Company(Named(text, kana), trades) for text, kana, trades in _rows(folder / "companies.tsv", 3)
        ),
        terms=_named(folder / "terms.tsv"),
        kanji={char: tuple(ways) for char, ways in kanji.items()},
        identifiers={group: tuple(names) for group, names in identifiers.items()},
    )


@functools.cache
def default_pools() -> Pools:
    """The pools that lie beside this module."""
    return load_pools(_FOLDER)


def _named(path: Path) -> tuple[Named, ...]:
    return tuple(Named(text, kana) for text, kana in _rows(path, 2))


def _rows(path: Path, columns: int) -> list[list[str]]:
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        row = line.split("\t")
        if len(row) != columns:
            raise ValueError(f"{path.name}:{number}: {len(row)} columns instead of {columns}")
        rows.append(row)
    return rows
