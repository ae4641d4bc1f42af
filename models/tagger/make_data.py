"""Make the tagger's training data.

    python -m models.tagger.make_data --out DATA.npz --scripts FILE... [--heard DIR...] [--dialogues FILE...]

Three kinds of example go in: calls really spoken, sent down the telephone chain and recognised
(``--heard``, see ``models.tagger.hear``); the same scripts with other people, garbled by the
noise channel, several times each; and other people's dialogues without personal data as hard
negatives.  Nothing of the texts leaves this machine: the product is numbers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.lexicon.lexicon import load_lexicon
from models.readings import Reader, load_reader
from models.tagger.examples import Example, from_heard, from_script
from models.tagger.features import Vocabulary, encode, short_pos
from models.tagger.hear import read_heard
from models.tagger.noise import INVENTORY, NoiseRates, Respeller, word_counts
from sample_audio.casting import cast
from sample_audio.pools import Named, Place, Pools, default_pools
from sample_audio.script import Dialogue, read_scripts

__all__ = ["left_out", "main", "training_pools"]

RAREST = 4
"""Characters seen less often are known by their script alone."""


@dataclass(frozen=True, slots=True)
class _Literal:
    text: str
    reading: str = ""
    slot: Any = None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    options = _options(arguments)
    rng = random.Random(options.seed)
    reader = load_reader()
    dialogues = [d for d in read_scripts(options.scripts) if not left_out(d.dialogue_id)]
    negatives = [d for path in options.dialogues for d in _read_dialogues(path)]
    rng.shuffle(negatives)
    negatives = negatives[: options.negatives]
    literal = [p for d in dialogues for t in d.turns for p in t.pieces if isinstance(p, str)]
    respeller = Respeller(word_counts([*literal, *(text for d in negatives for _, text in d)], reader))
    examples = list(_heard(options.heard, reader))
    counts = [len(examples)]
    examples += _scripted(dialogues, options.copies, respeller, reader, rng)
    counts.append(len(examples) - sum(counts))
    examples += _negatives(negatives, respeller, reader, rng)
    counts.append(len(examples) - sum(counts))
    _write(options.out, examples, reader)
    print(f"{counts[0]} heard, {counts[1]} garbled, {counts[2]} without personal data")
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.tagger.make_data", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scripts", type=Path, nargs="+", required=True)
    parser.add_argument("--heard", type=Path, nargs="*", default=[])
    parser.add_argument("--dialogues", type=Path, nargs="*", default=[])
    parser.add_argument("--copies", type=int, default=8, help="castings of each script")
    parser.add_argument("--negatives", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def left_out(dialogue_id: str) -> bool:
    """Whether a script is kept from training, so that scores can be calibrated on it: one in five."""
    return zlib.crc32(dialogue_id.encode()) % 5 == 0


def _read_dialogues(path: Path) -> Iterator[list[tuple[str, str]]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            turns = json.loads(line)["turns"]
            first = turns[0]["speaker"]
            yield [("op" if t["speaker"] in {"operator", first} else "cu", t["text"]) for t in turns[:40]]


def _heard(folders: Sequence[Path], reader: Reader) -> Iterator[Example]:
    for folder in folders:
        for path in sorted(folder.glob("*.heard.json")):
            if left_out(path.name.removesuffix(".heard.json")):
                continue
            truth = path.with_name(path.name.replace(".heard.", ".truth."))
            yield from_heard(read_heard(path), json.loads(truth.read_text(encoding="utf-8")), reader)


def _scripted(
    dialogues: Sequence[Dialogue], copies: int, respeller: Respeller, reader: Reader, rng: random.Random
) -> Iterator[Example]:
    pools = training_pools(rng.getrandbits(32))
    for copy in range(copies):
        for dialogue in dialogues:
            call = cast(dialogue, 1000 + copy, pools)
            # A few exact copies: a better recogniser, or a transcript from a file, garbles less.
            rates = None if rng.random() < 0.12 else NoiseRates().scaled(rng.uniform(0.3, 1.6))
            yield from_script([(t.speaker, t.said) for t in call.turns], rates, respeller, reader, rng)


def _negatives(
    dialogues: Sequence[Sequence[tuple[str, str]]], respeller: Respeller, reader: Reader, rng: random.Random
) -> Iterator[Example]:
    for dialogue in dialogues:
        turns = [(speaker, (_Literal(text),)) for speaker, text in dialogue]
        yield from_script(turns, NoiseRates().scaled(rng.uniform(0.1, 1.2)), respeller, reader, rng)


def training_pools(seed: int) -> Pools:
    """Thousands of names, drawn by how common they are, and places of all Japan."""
    lexicon, own, rng = load_lexicon(), default_pools(), random.Random(seed)
    surnames = _draw(lexicon.surname_rows(), 4000, rng)
    given = _draw(lexicon.given_rows(), 5000, rng)
    rows = rng.sample(lexicon.address_rows(), 6000)
    places = tuple(
        Place(
            Named(r.prefecture, r.prefecture_kana),
            Named(r.city, r.city_kana),
            Named(r.town, r.town_kana),
            f"{rng.randint(1, 999):03d}",
        )
        for r in rows
    )
    return Pools(
        surnames, given, places, own.buildings, own.companies, own.terms, own.kanji, own.unassigned_numbers
    )


def _draw(rows: Sequence[Any], count: int, rng: random.Random) -> tuple[Named, ...]:
    """Names by the square root of how common they are: rare ones are what is missed."""
    short = [row for row in rows if len(row.reading) <= 8]
    drawn = rng.choices(short, [row.weight**0.6 for row in short], k=4 * count)
    return tuple(dict.fromkeys(Named(row.surface, row.reading) for row in drawn))[:count]


def _write(path: Path, examples: Sequence[Example], reader: Reader) -> None:
    chars: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    tokens = [reader.tokens(e.transcript.text) for e in examples]
    for example, words in zip(examples, tokens, strict=True):
        chars.update(example.transcript.text)
        parts.update(short_pos(t.pos) for t in words)
    kept = sorted(c for c, n in chars.items() if n >= RAREST)
    vocabulary = Vocabulary(
        {c: i for i, c in enumerate(kept, 2)},
        {p: i for i, p in enumerate(sorted(parts), 2)},
        {"".join(m): i for i, m in enumerate(INVENTORY, 2)},
    )
    rows, kinds, parties, ends = [], [], [], []
    for example, words in zip(examples, tokens, strict=True):
        line = reader.line(example.transcript.text, words)
        rows.append(encode(example.transcript, words, line, vocabulary).astype(np.int16))
        kinds.append(example.kinds.astype(np.int8))
        parties.append(example.parties.astype(np.int8))
        ends.append(len(example.kinds))
    np.savez_compressed(
        path,
        rows=np.concatenate(rows),
        kinds=np.concatenate(kinds),
        parties=np.concatenate(parties),
        ends=np.cumsum(ends),
        heard=np.array([e.transcript.call_id != "made" for e in examples]),
        vocabulary=json.dumps(
            {"chars": vocabulary.chars, "pos": vocabulary.pos, "morae": vocabulary.morae}, ensure_ascii=False
        ),
        sizes=np.array(vocabulary.sizes),
    )


if __name__ == "__main__":
    raise SystemExit(main())
