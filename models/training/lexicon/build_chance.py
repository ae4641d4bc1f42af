r"""Build ``chance.tsv.gz``: how often ordinary talk, with no name in it, sounds like each name.

Run it in kaiji's own environment, from the repository's root (four minutes of one core)::

    python -m models.training.lexicon.build_chance --dialogues DIALOGUES --out \
        models/language/lexicon/chance.tsv.gz

``DIALOGUES`` is a folder with ``asdc.jsonl.gz`` (megagonlabs/asdc, CC BY 4.0: customer and
operator of a booking desk) and ``real-persona-chat.jsonl.gz`` (nu-dialogue/real-persona-chat,
CC BY-SA 4.0: chats of strangers); one dialogue a line, ``{"turns": [{"text": ...}]}``.  Proper
nouns, by SudachiDict, are cut out and what stands on either side is not joined.  Only counts
are kept, nothing of the texts.

First line: the morae read.  Second line: how many readings of each length were listened for,
from two morae up.  Then one line a reading that was met, and how often in each of ``chance.BANDS``::

    reading TAB count TAB count TAB count TAB count
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from models.language.lexicon.by_sound import Known, SoundIndex, known_readings
from models.language.lexicon.chance import BANDS, band_of
from models.language.lexicon.lexicon import load_lexicon
from models.language.readings import Reader, load_reader
from pipeline.sound.morae import Mora, fold_kana, mora_price, morae

CORPORA = ("asdc.jsonl.gz", "real-persona-chat.jsonl.gz")
BREAK: Mora = ("|", "|")
"""Stands between utterances and where a name was cut out; nothing sounds like it."""

AT_ONCE = 2_000
"""Morae searched at a time, to keep memory small."""


def price(said: Mora | None, heard: Mora | None) -> float:
    """As ``mora_price``, but never across a break."""
    return math.inf if heard == BREAK else mora_price(said, heard)


def ordinary_morae(reader: Reader, text: str) -> list[Mora]:
    """An utterance without its proper nouns, a break for each and one at the end."""
    line: list[Mora] = []
    for token in reader.tokens(text):
        line += [BREAK] if "固有名詞" in token.pos else morae(token.kana)
    return [*line, BREAK]


def read_dialogues(folder: Path, reader: Reader) -> Iterator[Mora]:
    """All utterances of the corpora, as morae."""
    for name in CORPORA:
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                for turn in json.loads(line)["turns"]:
                    yield from ordinary_morae(reader, turn["text"])


def main() -> None:
    """Read the arguments, write the file, print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dialogues", type=Path, required=True, help="folder of the two corpora")
    parser.add_argument("--morae", type=int, default=600_000, help="how much of them to read")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    readings = sorted({item.reading for item in known_readings(load_lexicon())})
    index = SoundIndex([Known("name", reading, 0.0) for reading in readings], price=price)
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * len(BANDS))
    total = 0
    stream = itertools.islice(read_dialogues(args.dialogues, load_reader()), args.morae)
    while line := list(itertools.islice(stream, AT_ONCE)):
        total += len(line) - line.count(BREAK)
        for hit in index.find(line):
            counts[hit.known.reading][band_of(hit)] += 1
    lengths = Counter(len(morae(fold_kana(reading))) for reading in readings)
    searched = "\t".join(str(lengths[length]) for length in range(2, max(lengths) + 1))
    rows = ["\t".join(map(str, (reading, *counts[reading]))) for reading in sorted(counts)]
    text = "\n".join([str(total), searched, *rows]) + "\n"
    # No time stamp and no file name in the gzip header: the same data give the same bytes.
    args.out.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    print(f"{total} morae, {len(rows)} of {len(readings)} readings met, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
