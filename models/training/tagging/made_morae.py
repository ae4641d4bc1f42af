"""Scripts as the phonetic recogniser would hear them: morae with pauses, garbled a little, and labelled.

    python -m models.training.tagging.made_morae --scripts FILE... --out DATA.npz [--dialogues FILE...] \
        [--copies 6]

Of a script nothing need be spoken: what the recogniser errs in was counted (``README.md``), and errors are
made likewise, phrase by phrase more or less.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.language.gazetteer import load_gazetteer
from models.language.readings import Reader, load_reader
from models.training.calls.examples import KINDS
from models.training.calls.pools import training_pools
from models.training.tagging.make_data import read_dialogues
from models.training.tagging.noise import NoiseRates, misheard
from models.weighing.phonetic_tagger.features import PAUSES, SpokenMora, encode
from pipeline.measuring.truth import KIND_ALIASES
from pipeline.sound.morae import Mora, fold_kana, morae
from sample_audio.casting import cast
from sample_audio.script import read_scripts

RATES = NoiseRates(swap=0.045, drop=0.03, add=0.025)
"""Of speech that is heard as well as the average."""

QUALITIES = (0.3, 0.6, 1.0, 2.0, 5.0)
"""How much worse than others a phrase is heard."""

HARM = (0.2, 1.4)
"""Least and most by which a call differs from the average."""

_PHRASES = re.compile(r"[^、。？！…]+[、。？！…]*")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scripts", type=Path, nargs="+", required=True)
    parser.add_argument("--dialogues", type=Path, nargs="*", default=[])
    parser.add_argument("--negatives", type=int, default=150, help="dialogues of each file")
    parser.add_argument("--copies", type=int, default=6, help="castings of each script")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng, reader = random.Random(options.seed), load_reader()
    scripts, pools = read_scripts(options.scripts), training_pools(options.seed)
    calls = []
    for copy in range(options.copies):
        for dialogue in scripts:
            call = cast(dialogue, 3000 + 100 * options.seed + copy, pools)
            calls.append(made_call([(t.speaker, t.said) for t in call.turns], reader, rng))
    for path in options.dialogues:
        read = list(read_dialogues(path))
        for turns in rng.sample(read, min(options.negatives, len(read))):
            literal = [(speaker, (_Literal(text),)) for speaker, text in turns]
            calls.append(made_call(literal, reader, rng))
    print(f"{len(calls)} calls, {write_calls(options.out, calls)} morae")
    return 0


def write_calls(path: Path, calls: Sequence[tuple[NDArray[np.int16], NDArray[np.int8]]]) -> int:
    """Write what ``models.training.tagging.train_phonetic_tagger`` reads.

    Args:
        path: A ``.npz``.
        calls: Rows and kinds of the morae of each.

    Returns:
        How many morae they are.
    """
    rows, kinds = zip(*calls, strict=True)
    ends = np.cumsum([len(each) for each in kinds])
    np.savez_compressed(path, rows=np.concatenate(rows), kinds=np.concatenate(kinds), ends=ends)
    return int(ends[-1])


class _Literal:
    """What somebody else's dialogue says."""

    slot = None
    reading = ""

    def __init__(self, text: str) -> None:
        self.text = text


def made_call(turns: Sequence[tuple[str, Sequence[Any]]], reader: Reader, rng: random.Random) -> Any:
    """Rows and kinds of one call; on one channel nobody knows who speaks."""
    mono, harm = rng.random() < 0.6, rng.uniform(*HARM)
    said, kinds = [], []
    for speaker, pieces in turns:
        first = True
        for phrase in _phrases(pieces, reader):
            heard = misheard([mora for mora, _ in phrase], RATES.scaled(harm * rng.choice(QUALITIES)), rng)
            pause = rng.choice(PAUSES[2:]) if first else rng.choice(PAUSES[:3])
            for number, (origin, mora) in enumerate(heard):
                said.append(SpokenMora(mora, None if mono else speaker, pause if not number else 0.0))
                kinds.append(phrase[origin][1])
            first = False
    return encode(said, load_gazetteer()).astype(np.int16), np.array(kinds, dtype=np.int8)


def _phrases(pieces: Sequence[Any], reader: Reader) -> Iterator[list[tuple[Mora, int]]]:
    """What is said in one breath: morae, each with its kind."""
    phrase: list[tuple[Mora, int]] = []
    for piece in pieces:
        kind = KINDS.index(KIND_ALIASES.get(piece.slot.kind, piece.slot.kind)) if piece.slot else 0
        for text in _PHRASES.findall(piece.text) if not kind else [piece.reading]:
            kana = fold_kana(text) if kind else reader.kana(text)
            phrase += [(mora, kind) for mora in morae(kana)]
            if text[-1:] in "、。？！…" and phrase:
                yield phrase
                phrase = []
    if phrase:
        yield phrase


if __name__ == "__main__":
    raise SystemExit(main())
