"""Make the tagger's training data.

    python -m models.training.tagging.make_data --out DATA.npz --scripts FILE... [--heard DIR...] \
        [--dialogues FILE...]

Four kinds of example go in: calls really spoken, sent down the telephone chain and recognised,
either hearing (``--heard``, see ``models.training.calls.hear``); the same scripts with other people, garbled
by the noise channel, many times each; other people's dialogues without personal data as hard
negatives; and such dialogues with a few turns of the scripts planted among theirs.  Nothing of the
texts leaves this machine: the product is numbers.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.language.readings import Reader, Token, load_reader
from models.training.calls.examples import Example, from_heard
from models.training.calls.hear import read_heard
from models.training.calls.pools import training_pools
from models.training.tagging.garble import from_script
from models.training.tagging.noise import INVENTORY, NoiseRates, Respeller, word_counts
from models.weighing.tagger.features import Vocabulary, encode, short_pos
from sample_audio.casting import cast
from sample_audio.script import Dialogue, read_scripts

RAREST = 4
"""Characters seen less often are known by their script alone."""


DATA = re.compile(r"[0-9０-９]{3}|住所|電話番号|[0-9０-９]番|丁目")
"""What a dialogue with somebody's or a shop's data has; such a one is no negative."""

HARM = (0.4, 2.4)
"""Least and most by which an example's noise differs from the average; real calls match 1.3 to 1.8."""


EXACT = 0.3
"""Share of the scripts' copies in their exact words: a better recogniser, or words from a file, are garbled
less.  With .12 beside hundreds of heard calls, names in written text were found less than before."""


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
    scripts = read_scripts(options.scripts)
    dialogues = [d for d in scripts if not left_out(d.dialogue_id)]
    kept_back = frozenset(d.dialogue_id for d in scripts if left_out(d.dialogue_id))
    negatives = []
    for path in options.dialogues:
        read = list(read_dialogues(path))
        negatives += rng.sample(read, min(options.negatives, len(read)))
    literal = [p for d in dialogues for t in d.turns for p in t.pieces if isinstance(p, str)]
    respeller = Respeller(word_counts([*literal, *(text for d in negatives for _, text in d)], reader))
    examples = list(_heard(options.heard, kept_back, reader))
    counts = [len(examples)]
    examples += _scripted(dialogues, options.copies, respeller, reader, rng)
    counts.append(len(examples) - sum(counts))
    examples += _negatives(negatives, respeller, reader, rng)
    counts.append(len(examples) - sum(counts))
    examples += _planted(negatives, dialogues, respeller, reader, rng)
    counts.append(len(examples) - sum(counts))
    _write(options.out, examples, reader, options.vocabulary)
    print("{} heard, {} garbled, {} without personal data, {} planted".format(*counts))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.training.tagging.make_data", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scripts", type=Path, nargs="+", required=True)
    parser.add_argument("--heard", type=Path, nargs="*", default=[])
    parser.add_argument("--dialogues", type=Path, nargs="*", default=[])
    parser.add_argument("--copies", type=int, default=12, help="castings of each script")
    parser.add_argument("--negatives", type=int, default=200, help="dialogues of each file")
    parser.add_argument(
        "--vocabulary", type=Path, help="of a network that is to learn on; default: a new one"
    )
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def left_out(dialogue_id: str) -> bool:
    """Whether a script is kept from training, so that scores can be calibrated on it: one in five."""
    return zlib.crc32(dialogue_id.encode()) % 5 == 0


def read_dialogues(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Other people's dialogues without personal data: (speaker, text) of each turn, 40 at the most."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            turns = json.loads(line)["turns"][:40]
            if any(DATA.search(t["text"]) for t in turns):
                continue
            speakers = {t["speaker"] for t in turns}
            operator = "operator" if "operator" in speakers else turns[0]["speaker"]
            yield [("op" if t["speaker"] == operator else "cu", t["text"]) for t in turns]


def _heard(folders: Sequence[Path], kept_back: frozenset[str], reader: Reader) -> Iterator[Example]:
    for folder in folders:
        for path in sorted(folder.glob("*.heard*.json")):
            stem = path.name.split(".heard")[0]
            transcript = read_heard(path)
            if stem in kept_back or not transcript.text:
                continue
            truth = json.loads(path.with_name(f"{stem}.truth.json").read_text(encoding="utf-8"))
            yield from_heard(transcript, truth, reader)


def _scripted(
    dialogues: Sequence[Dialogue], copies: int, respeller: Respeller, reader: Reader, rng: random.Random
) -> Iterator[Example]:
    pools = training_pools(rng.getrandbits(32))
    for copy in range(copies):
        for dialogue in dialogues:
            call = cast(dialogue, 1000 + copy, pools)
            rates = None if rng.random() < EXACT else NoiseRates().scaled(rng.uniform(*HARM))
            yield from_script([(t.speaker, t.said) for t in call.turns], rates, respeller, reader, rng)


def _negatives(
    dialogues: Sequence[Sequence[tuple[str, str]]], respeller: Respeller, reader: Reader, rng: random.Random
) -> Iterator[Example]:
    for dialogue in dialogues:
        turns = [(speaker, (_Literal(text),)) for speaker, text in dialogue]
        yield from_script(turns, NoiseRates().scaled(rng.uniform(*HARM)), respeller, reader, rng)


def _planted(
    carriers: Sequence[Sequence[tuple[str, str]]],
    dialogues: Sequence[Dialogue],
    respeller: Respeller,
    reader: Reader,
    rng: random.Random,
) -> Iterator[Example]:
    """Other people's dialogues with a few turns of scripts here and there: names without a story."""
    pools = training_pools(rng.getrandbits(32))
    for carrier in carriers:
        turns: list[tuple[str, Sequence[Any]]] = [(s, (_Literal(text),)) for s, text in carrier[:24]]
        for _ in range(rng.randint(1, 4)):
            call = cast(rng.choice(dialogues), rng.randint(2000, 9999), pools)
            slots = [i for i, t in enumerate(call.turns) if any(p.slot for p in t.said)]
            if slots:
                first = max(0, rng.choice(slots) - rng.randint(0, 1))
                snippet = [(t.speaker, t.said) for t in call.turns[first : first + rng.randint(2, 4)]]
                at = rng.randint(0, len(turns))
                turns[at:at] = snippet
        yield from_script(turns, NoiseRates().scaled(rng.uniform(*HARM)), respeller, reader, rng)


def _write(path: Path, examples: Sequence[Example], reader: Reader, known: Path | None) -> None:
    tokens = [reader.tokens(e.transcript.text) for e in examples]
    if known:
        vocabulary = Vocabulary(**json.loads(known.read_text(encoding="utf-8")))
    else:
        vocabulary = _vocabulary(examples, tokens)
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


def _vocabulary(examples: Sequence[Example], tokens: Sequence[Sequence[Token]]) -> Vocabulary:
    chars: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    for example, words in zip(examples, tokens, strict=True):
        chars.update(example.transcript.text)
        parts.update(short_pos(t.pos) for t in words)
    kept = sorted(c for c, n in chars.items() if n >= RAREST)
    return Vocabulary(
        {c: i for i, c in enumerate(kept, 2)},
        {p: i for i, p in enumerate(sorted(parts), 2)},
        {"".join(m): i for i, m in enumerate(INVENTORY, 2)},
    )


if __name__ == "__main__":
    raise SystemExit(main())
