r"""Build ``kanji.tsv.gz``: with which words the kanji of names are explained over a telephone.

Run it in an environment of its own; kaiji needs only the result::

    uv venv lexvenv && uv pip install --python lexvenv/bin/python jamdict-data==1.5 wordfreq==3.1.1
    lexvenv/bin/python models/training/lexicon/build_kanji.py \
        --jamdict lexvenv/lib/python3.11/site-packages/jamdict_data/jamdict.db --out models/lexicon

One line a kanji that stands in a name of ``surnames.tsv.gz`` or ``given_names.tsv.gz``; all in katakana::

    kanji TAB reading;reading;... TAB word;word;... TAB part;part;...

``words`` are common words that are written with it, commonest first (ヤサイ for 菜), then prefectures and
cities, and, where JMdict marks few as common, others (サッソウ for 颯, ホクト for 斗); ``parts`` what its
radical is called (仁: ニンベン).  From JMdict and KANJIDIC2 of the Electronic Dictionary Research and
Development Group, under its licence, CC BY-SA 3.0 (https://www.edrdg.org/edrdg/licence.html): so the file is,
too.  Which of the others are kept, their frequency in wordfreq says (Robyn Speer; data CC BY-SA 4.0).
"""

from __future__ import annotations

import argparse
import gzip
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from wordfreq import get_frequency_dict

MOST_WORDS = 40
"""Words kept for a kanji: who explains one takes a word that everybody knows."""

FEW_WORDS = 12
"""Common words and places of a kanji below which other words are kept, up to so many: four in ten have no
common one."""

SHORTEST_OTHER = 3
"""Morae of those, at the least."""

MOST_PLACES = 20
"""Prefectures and cities that are kept beside them, the prefectures first."""

LONGEST = 4
"""Characters of a word at the most."""

RARE = 49
"""Band of a word that is marked common, but not ranked."""

_KINDS = frozenset("都道府県市区郡町村")
_PREFECTURE_READ = re.compile(r"(?<=..)(?:ケン|ト|フ)$")
_KANJI = re.compile(r"[一-鿿]")
_WORD = re.compile(r"[一-鿿々][一-鿿々ぁ-ゖ]*")
_PART = re.compile(r"(?:[へべ]ん|かんむり|がまえ|だれ|にょう|づくり)$")
_READINGS = ("ja_on", "ja_kun")
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def kanji_of_names(folder: Path) -> frozenset[str]:
    """Every kanji of the spellings that the lexicons of names keep."""
    found: set[str] = set()
    for name in ("surnames.tsv.gz", "given_names.tsv.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            found.update(char for line in lines for char in _KANJI.findall(line))
    return frozenset(found)


def read_places(folder: Path) -> Iterator[tuple[str, str]]:
    """Spelling and reading of the prefectures, without what they are, too, and of the cities and wards."""
    with gzip.open(folder / "places.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [line.split("\t") for line in lines]
    for text, kana in dict.fromkeys((row[0], row[1]) for row in rows):
        yield text, kana
        # Nobody says 岡山県の岡.
        if (short := _PREFECTURE_READ.sub("", kana)) != kana:
            yield text[:-1], short
    cities = ((row[2].split("|"), row[3].split("|")) for row in rows)
    yield from dict.fromkeys(pair for city in cities for pair in zip(*city, strict=True))


def read_words(connection: sqlite3.Connection) -> Iterator[tuple[str, str, int]]:
    """Common words of JMdict: spelling, reading, band (1 for the commonest 500)."""
    rows = connection.execute(
        """select kanji.text, kana.text, group_concat(mark.text) from KJP mark
           join Kanji kanji on kanji.id = mark.kid
           join Kana kana on kana.id = (select min(id) from Kana where idseq = kanji.idseq)
           group by kanji.id"""
    )
    for text, kana, marks in rows:
        bands = [int(mark[2:]) for mark in marks.split(",") if mark.startswith("nf")]
        if len(text) <= LONGEST and _WORD.fullmatch(text):
            yield text, katakana(kana), min(bands, default=RARE)


def read_others(connection: sqlite3.Connection, common: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The other words of JMdict, those first that are written most: spelling and reading."""
    rows = connection.execute(
        """select kanji.text, (select text from Kana where idseq = kanji.idseq order by id limit 1)
           from Kanji kanji"""
    )
    left = {(text, katakana(kana)) for text, kana in rows if _WORD.fullmatch(text)}
    known, often = frozenset(common), get_frequency_dict("ja", wordlist="large")
    kept = (
        (text, kana)
        for text, kana in left
        if text not in known and 1 < len(text) <= LONGEST and len(kana) >= SHORTEST_OTHER
    )
    yield from sorted(kept, key=lambda word: (-often.get(word[0], 0.0), len(word[0]), word))


def read_readings(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """On, kun with their endings, and readings in names of every kanji."""
    found: dict[str, list[str]] = defaultdict(list)
    rows = connection.execute(
        """select c.literal, r.value from character c join rm_group g on g.cid = c.id
           join reading r on r.gid = g.id where r.r_type in (?, ?) order by c.id, r.rowid""",
        _READINGS,
    )
    nanori = connection.execute("select c.literal, n.value from character c join nanori n on n.cid = c.id")
    for literal, value in (*rows, *nanori):
        plain = katakana(value.strip("-"))
        found[literal] += [plain.replace(".", ""), plain.split(".")[0]]
    return found


_PARTS = {
    9: "ニンベン", 18: "リットウ", 30: "クチヘン", 32: "ツチヘン", 38: "オンナヘン", 40: "ウカンムリ",
    46: "ヤマヘン", 53: "マダレ", 60: "ギョウニンベン", 61: "リッシンベン", 64: "テヘン",
    70: "ホウヘン", 72: "ヒヘン", 75: "キヘン", 85: "サンズイ", 86: "ヒヘン", 94: "ケモノヘン",
    96: "オウヘン", 102: "タヘン", 109: "メヘン", 112: "イシヘン", 113: "シメスヘン", 115: "ノギヘン",
    118: "タケカンムリ", 119: "コメヘン", 120: "イトヘン", 130: "ニクヅキ", 140: "クサカンムリ",
    142: "ムシヘン", 145: "コロモヘン", 149: "ゴンベン", 154: "カイヘン", 159: "クルマヘン",
    162: "シンニョウ", 163: "オオザト", 167: "カネヘン", 169: "モンガマエ", 170: "コザトヘン",
    173: "アメカンムリ", 181: "オオガイ", 184: "ショクヘン", 187: "ウマヘン", 195: "ウオヘン",
}  # fmt: skip
"""What the commonest classical radicals are called as a part of a kanji; KANJIDIC names few of them."""


def read_parts(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """What the classical radical of every kanji is called."""
    rows = connection.execute(
        """select r.value, n.value from character c join rad_name n on n.cid = c.id
           join radical r on r.cid = c.id and r.rad_type = 'classical' order by n.rowid"""
    )
    names: dict[int, list[str]] = defaultdict(list, {number: [name] for number, name in _PARTS.items()})
    for number, name in rows:
        if _PART.search(name):
            names[int(number)].append(katakana(name))
    radicals = connection.execute(
        """select c.literal, r.value from character c
           join radical r on r.cid = c.id and r.rad_type = 'classical'"""
    )
    return {literal: names[int(number)] for literal, number in radicals}


def katakana(text: str) -> str:
    """Hiragana as katakana."""
    return text.translate(_HIRAGANA_TO_KATAKANA)


def _joined(values: Iterable[str]) -> str:
    return ";".join(dict.fromkeys(values))


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jamdict", type=Path, required=True, metavar="DB")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the lexicons lie")
    args = parser.parse_args()
    with sqlite3.connect(f"file:{args.jamdict}?mode=ro", uri=True) as connection:
        words = sorted(read_words(connection), key=lambda word: (word[2], word[0], word[1]))
        others = tuple(read_others(connection, (text for text, _, _ in words)))
        readings, parts = read_readings(connection), read_parts(connection)
    spelt: dict[str, list[str]] = defaultdict(list)
    for text, kana, _ in words:
        if len(text) > 1:
            for char in set(_KANJI.findall(text)):
                spelt[char].append(kana)
    for kept in spelt.values():
        del kept[MOST_WORDS:]
    for text, kana in read_places(args.out):
        for char in set(_KANJI.findall(text)) - _KINDS:
            spelt[char].append(kana)
    for text, kana in others:
        for char in set(_KANJI.findall(text)):
            if len(spelt[char]) < FEW_WORDS and kana not in spelt[char]:
                spelt[char].append(kana)
    lines = [
        "\t".join(
            (
                char,
                _joined(readings[char]),
                _joined(spelt[char][: MOST_WORDS + MOST_PLACES]),
                _joined(parts[char]),
            )
        )
        for char in sorted(kanji_of_names(args.out) & readings.keys() & parts.keys())
    ]
    # No time stamp and no file name in the gzip header: the same data give the same bytes.
    text = "".join(f"{line}\n" for line in lines)
    (args.out / "kanji.tsv.gz").write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
