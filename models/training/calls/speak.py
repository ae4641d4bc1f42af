"""Speak scripts quickly: the tagger's training calls, in a twentieth of the time that good voices take.

    python -m models.training.calls.speak --scripts FILE... --out DIR [--seed N] [--part 0/1]

The voice is Open JTalk's Mei (CC BY 3.0, Nagoya Institute of Technology), made many by speed, pitch
and the size of the throat; people are drawn from all of Japan's names.  A recogniser errs on it
as on other voices, and that is all it is for: calls to listen to come from ``sample_audio.make_calls``.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from models.training.calls.pools import training_pools
from pipeline.sound.morae import fold_kana, morae
from sample_audio.make_calls import make_call
from sample_audio.script import read_scripts
from sample_audio.voices import RATE, VOICES, Sentence, Voice

__all__ = ["MeiVoices", "main", "resampled"]

THROATS = dict(zip(VOICES, (1.0, 1.07, 0.94, 1.13, 0.82), strict=True))
"""How much smaller each of five voices' throat is than Mei's: formants and pitch go up together."""

HALF_TONES = dict(zip(VOICES, (0.0, 1.5, -2.0, 2.0, -6.0), strict=True))
"""How much higher each of them speaks, beside that."""


class MeiVoices:
    """Open JTalk as ``sample_audio.voices.Voices``; where a piece sounds is estimated from its morae."""

    def speak(self, pieces: tuple[str, ...], voice: Voice) -> Sentence:
        """Speak the pieces as one sentence."""
        import pyopenjtalk

        throat = THROATS[voice.name] * voice.pitch
        wave, rate = pyopenjtalk.tts(
            "".join(pieces), speed=voice.speed / throat, half_tone=HALF_TONES[voice.name]
        )
        sound = resampled(np.asarray(wave, dtype=np.float32) / 32768.0, Fraction(RATE / rate / throat))
        lengths = [len(morae(fold_kana(str(pyopenjtalk.g2p(p, kana=True))))) for p in pieces]
        edges = np.concatenate(([0.0], np.cumsum(lengths))) / max(1, sum(lengths)) * len(sound)
        return Sentence(sound, tuple((int(a), int(b)) for a, b in itertools.pairwise(edges)))


def resampled(sound: np.ndarray, ratio: Fraction) -> np.ndarray:
    """``ratio`` times as many samples, by the spectrum.

    Args:
        sound: Shape (n,).
        ratio: By which it becomes longer.

    Returns:
        float32.
    """
    count = max(1, round(len(sound) * float(ratio)))
    spectrum = np.fft.rfft(sound)
    bins = count // 2 + 1
    kept = np.zeros(bins, dtype=complex)
    kept[: min(bins, len(spectrum))] = spectrum[:bins]
    return np.asarray(np.fft.irfft(kept, count) * (count / len(sound)), dtype=np.float32)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m models.training.calls.speak", description=__doc__)
    parser.add_argument("--scripts", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--part", default="0/1", help="i/n: every n-th dialogue from the i-th")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    which, parts = map(int, options.part.split("/"))
    pools, voices = training_pools(options.seed), MeiVoices()
    for dialogue in read_scripts(options.scripts)[which::parts]:
        if not (options.out / f"{dialogue.dialogue_id}.case.json").exists():
            seconds = make_call(dialogue, options.seed, options.out, voices, pools=pools)
            print(f"{dialogue.dialogue_id}\t{seconds:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
