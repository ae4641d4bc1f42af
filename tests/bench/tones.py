"""Make calls with tones in place of voices: ``python -m tests.bench.tones SCRIPT... --out DIR --seed N``.

Figures of exact words need no voice, only where each word stands: a hundred calls are made in minutes.
Nothing listens to such calls (``tests.bench.figures DIR --exact``).
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from sample_audio.make_calls import make_call
from sample_audio.pools import default_pools
from sample_audio.script import read_scripts
from sample_audio.voices import RATE, Sentence, Voice

CHARACTER_SECONDS: Final = 0.13
"""Length of a character; the samples' voices say seven to eight a second."""

TONE_HZ, TONE_LEVEL = 220.0, 0.1


class ToneVoices:
    """Whatever is said is a tone as long as its words."""

    def speak(self, pieces: tuple[str, ...], voice: Voice) -> Sentence:
        """Sound the pieces one after the other; a piece without letters or figures has no sound."""
        counts = [sum(char.isalnum() for char in piece) for piece in pieces]
        ends = np.cumsum(counts) * int(CHARACTER_SECONDS * RATE)
        starts = [0, *ends[:-1]]
        times = np.arange(int(ends[-1])) / RATE
        sound = (TONE_LEVEL * np.sin(2 * np.pi * TONE_HZ * times)).astype(np.float32)
        return Sentence(sound, tuple((int(a), int(b)) for a, b in zip(starts, ends, strict=True)))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tones", description=__doc__)
    parser.add_argument("scripts", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pools = replace(default_pools(), unassigned_numbers=True)
    for dialogue in read_scripts(options.scripts):
        make_call(dialogue, options.seed, options.out, ToneVoices(), pools=pools)


if __name__ == "__main__":
    main()
