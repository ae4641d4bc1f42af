"""Build ``foreign_names.tsv.gz``: names from abroad as they are written in Japan, in katakana.

Run it in the environment of ``build_names.py``; kaiji needs only the result::

    .venv-lexicon/bin/python -m models.training.lexicon.build_foreign_names \
        --jamdict $S/jamdict_data/jamdict.db --out models/language/lexicon

One line a name, commonest first; numbers are people per million in Japan::

    katakana TAB as family name TAB as given name TAB word band

``word band`` says whether an ordinary word is written with the same katakana: 0 none, 49 a
common one (マーク), 50 a rare one (アリ).

Which names there are and how common they are comes from two witnesses:

- JMnedict: names in katakana that it calls surname, female, male or given; and how many of
  its full names of persons bear each (ジョン・スミス, or ジョンスミス where the parts are known
  from ``John Smith``).  Together they weigh as ``WEST`` people do, since its persons are
  mostly of Europe and America;
- ``residents.toml``: who lives in Japan, of which country, and the common names there.
  JMnedict has neither グエン nor スミス as names.

A common word is left out unless it is in ``residents.toml`` or three of JMnedict's persons
bear it: パン, ケース and リスト are somebody's name, too, but of nobody who is spoken of on a
telephone.  Japanese names in katakana (アイコ) are left out, too, unless a foreign person
bears them; the other lexicons have these.

JMnedict and JMdict are the property of the Electronic Dictionary Research and Development Group and are used
under its licence, CC BY-SA 3.0 (https://www.edrdg.org/edrdg/licence.html): so the file is, too.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sqlite3
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sample_audio.spoken import romaji

JAPAN = 124.0
"""Million people in Japan."""

WEST = 0.2
"""Million residents whose names are like those of JMnedict's persons: Europe, America, Australia."""

UNSEEN = 0.02
"""People per million of a name that only the dictionary knows."""

COMMON, RARE = 49, 50
"""Bands of words that are marked common in JMdict, and of those that are not."""

GIVEN_LISTED = 0.5
"""Share of a country's people who have one of the given names in ``residents.toml``."""

LEAST_BEARERS = 3
"""Fewest of JMnedict's persons for a common word to be a name."""

_KATAKANA = re.compile(r"[ァ-チッツテ-ワンヴー]{2,12}")
_WORD = re.compile(r"[A-Z][A-Za-z'\-]+")
_DOTS = re.compile(r"[・＝=]")
_BRACKETS = re.compile(r" ?\(.*| - .*|,.*")
_NO_NAMES = frozenset(("サン", "サマ", "クン", "ハイ", "エエ"))
"""Said after names and in answer; チャン stays, one of the commonest names of all."""


@dataclass(slots=True)
class Names:
    """What the sources say of each katakana name."""

    listed: dict[str, str] = field(default_factory=dict)
    family: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    residents: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))


def read_entries(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Katakana, type and gloss without remarks, of JMnedict's entries that have no kanji."""
    rows = connection.execute(
        """select kana.text, kind.text, gloss.text from NEKana kana
           join NETranslation meaning on meaning.idseq = kana.idseq
           join NETransType kind on kind.tid = meaning.id
           join NETransGloss gloss on gloss.tid = meaning.id
           where kana.idseq not in (select idseq from NEKanji)"""
    )
    return [(kana, kind, _BRACKETS.sub("", gloss)) for kana, kind, gloss in rows]


def read_names(entries: list[tuple[str, str, str]], names: Names) -> dict[str, set[str]]:
    """Take the listed names; returns the katakana of each single word in Latin letters."""
    written: dict[str, set[str]] = defaultdict(set)
    for kana, kind, gloss in entries:
        if not _KATAKANA.fullmatch(kana) or not _WORD.fullmatch(gloss):
            continue
        written[gloss.lower()].add(kana)
        japanese = romaji(kana) == gloss.lower().replace("-", "")
        if kind in ("surname", "fem", "masc", "given") and not japanese:
            names.listed[kana] = kind
    return written


def count_persons(entries: list[tuple[str, str, str]], written: dict[str, set[str]], names: Names) -> None:
    """Count the first and the last part of each full name of two parts or more."""
    persons = {
        (_DOTS.sub("", kana), gloss): kana
        for kana, kind, gloss in sorted(entries)
        if kind == "person" and len(gloss.split()) > 1 and re.fullmatch(r"[ァ-ヴー・＝=]+", kana)
    }
    for (joined, gloss), kana in sorted(persons.items()):
        first, last = split_person(joined, kana, gloss.replace("-", " ").lower().split(), written)
        names.given.update([first] if _KATAKANA.fullmatch(first) else [])
        names.family.update([last] if _KATAKANA.fullmatch(last) else [])


def split_person(joined: str, kana: str, words: list[str], written: dict[str, set[str]]) -> tuple[str, str]:
    """Given name and family name, each "" where it cannot be told.

    Args:
        joined: The whole name without dots.
        kana: As it stands there.
        words: The parts in Latin letters.
        written: The katakana of words.
    """
    parts = _DOTS.split(kana)
    if len(parts) == len(words):
        return parts[0], parts[-1]
    firsts = [each for each in written.get(words[0], ()) if joined.startswith(each) and each != joined]
    lasts = [each for each in written.get(words[-1], ()) if joined.endswith(each) and each != joined]
    first, last = (max(each, key=len, default="") for each in (firsts, lasts))
    if len(words) == 2:
        first = first or (joined.removesuffix(last) if last else "")
        last = last or (joined.removeprefix(first) if first else "")
    return first, last


def read_residents(path: Path, names: Names) -> None:
    """Add the people per million who live in Japan, by country."""
    for country in tomllib.loads(path.read_text(encoding="utf-8")).values():
        people = country["people"] * country["share"] / JAPAN / 1e6
        for item in country["family"].split():
            name, _, percent = item.partition(":")
            names.residents[name][0] += 1e6 * people * float(percent) / 100
        given = country["given"].split()
        for name in given:
            names.residents[name][1] += 1e6 * people * GIVEN_LISTED / len(given)


def read_word_bands(connection: sqlite3.Connection) -> dict[str, int]:
    """JMdict's words that are written in katakana, and whether they are common."""
    rows = connection.execute(
        "select kana.text, max(mark.text is not null) from Kana kana left join KNP mark on mark.kid = kana.id"
        " group by kana.text"
    )
    return {kana: COMMON if common else RARE for kana, common in rows if _KATAKANA.fullmatch(kana)}


def lines(names: Names, bands: dict[str, int]) -> list[str]:
    """The lines of the file, commonest first."""
    found = []
    for name in sorted(
        names.listed.keys() | names.family.keys() | names.given.keys() | names.residents.keys()
    ):
        band, bearers = bands.get(name, 0), names.family[name] + names.given[name]
        kept = band != COMMON or name in names.residents or bearers >= LEAST_BEARERS
        if kept and len(name) > 1 and name not in _NO_NAMES:
            family, given = weigh(name, names)
            found.append((-family - given, f"{name}\t{family:.3g}\t{given:.3g}\t{band}\n"))
    return [line for _, line in sorted(found)]


def weigh(name: str, names: Names) -> tuple[float, float]:
    """People per million with a name as family name and as given name."""
    if name not in names.residents and not names.family[name] + names.given[name]:
        return (UNSEEN, 0.0) if names.listed[name] == "surname" else (0.0, UNSEEN)
    family, given = names.residents.get(name, (0.0, 0.0))
    west = 1e6 * WEST / JAPAN
    family += west * names.family[name] / max(1, names.family.total())
    given += west * names.given[name] / max(1, names.given.total())
    return family, given


def main() -> None:
    """Read the arguments, write the file, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jamdict", type=Path, required=True, help="jamdict.db of the package jamdict-data")
    parser.add_argument("--residents", type=Path, default=Path(__file__).with_name("residents.toml"))
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    args = parser.parse_args()
    names = Names()
    with sqlite3.connect(f"file:{args.jamdict}?mode=ro", uri=True) as connection:
        entries = read_entries(connection)
        bands = read_word_bands(connection)
    count_persons(entries, read_names(entries, names), names)
    read_residents(args.residents, names)
    path = args.out / "foreign_names.tsv.gz"
    text = lines(names, bands)
    # No time stamp and no file name in the gzip header: the same data give the same bytes.
    path.write_bytes(gzip.compress("".join(text).encode(), compresslevel=9, mtime=0))
    print(f"{path.name}: {len(text)} names, {names.given.total()} persons, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
