"""Collect what voices sound like: made calls whose truth names voices, people who read, and Mei made many.

    python -m models.training.voices.collect_voices CALLS_DIR... --out NPZ
        [--clips VOICES] [--part listening] [--mei N] [--times 3]

Each is read three times, once as it is and twice at another speed and as much higher or lower: a voice whose
throat is an eighth smaller is another voice.  Rows are ``models.voices.spectra``'s; ``starts`` and
``voices`` say where each utterance begins and which voice (a number) speaks it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.training.calls.lines import on_a_line
from models.training.calls.voices import HtsVoice, resampled
from models.training.speech.clips import people_speaking
from models.training.split import read_split
from models.voices.spectra import RATE, STEP, spectra
from pipeline.audio.recording import for_recogniser, read_recording
from pipeline.measuring.truth import read_truth
from sample_audio.voices import RATE as VOICE_RATE
from sample_audio.voices import Voice

Sound = NDArray[np.float32]

Utterance = tuple[str, Sound]
"""Name of the voice, and its sound at 16 kHz."""

LEAST: Final = 0.6
"""Seconds of an utterance: from less nobody learns a voice."""

SPEEDS: Final = (0.86, 0.93, 1.08, 1.17)
"""How much smaller a throat is made."""

MEI_SAYS: Final = (
    "お電話ありがとうございます、お客様窓口でございます。",
    "先日お願いした荷物のことで、少しうかがいたいのですが。",
    "確認いたしますので、そのまま少々お待ちください。",
    "いいえ、そちらではなくて、駅の北側の方の店なんです。",
    "では明日の午前中に、折り返しご連絡を差し上げます。",
    "母の代わりに電話をしております、よろしくお願いします。",
)
""" Said by each of the voices that Mei is made into."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--clips", type=Path, help="folder of voices: people's speech, too")
    parser.add_argument("--part", default="listening", help="of split.toml, whose people speak")
    parser.add_argument("--mei", type=int, default=0, help="how many voices Mei is made into")
    parser.add_argument("--times", type=int, default=3, help="1: only as it is")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    names: dict[str, int] = {}
    rows: list[NDArray[np.float16]] = []
    voices: list[int] = []
    for name, sound in _spoken(options, rng):
        for speed in (1.0, *rng.sample(SPEEDS, options.times - 1)):
            heard = sound if speed == 1.0 else resampled(sound, Fraction(1 / speed))
            rows.append(spectra(heard).astype(np.float16))
            voices.append(names.setdefault(f"{name}*{speed}", len(names)))
    starts = np.concatenate(([0], np.cumsum([len(each) for each in rows])))
    labels = np.array(voices, np.int32)
    np.savez(options.out, rows=np.concatenate(rows), starts=starts, voices=labels, names=list(names))
    print(f"{len(names)} voices, {starts[-1] * STEP / 60:.0f} minutes")
    return 0


def _spoken(options: argparse.Namespace, rng: random.Random) -> Iterator[Utterance]:
    for folder in options.folders:
        for path in sorted(folder.glob("*.truth.json")):
            yield from _of_call(path)
    if options.clips:
        for spoken in people_speaking(read_split(), options.part, options.clips, options.seed):
            sound = for_recogniser(np.asarray(spoken.recording.samples)[0], spoken.recording.rate)
            yield from ((spoken.name, _cut(sound, time.start, time.end)) for time, _ in spoken.lines)
    for number in range(options.mei):
        yield from _of_mei(number, rng)


def _of_call(path: Path) -> Iterator[Utterance]:
    """The turns of a made call in which one voice is heard alone."""
    truth = read_truth(json.loads(path.read_text(encoding="utf-8")), path.name)
    recording = read_recording(path.with_name(path.name.replace(".truth.json", ".wav")))
    voices = dict(truth.voices)
    channels = [for_recogniser(np.asarray(each), recording.rate) for each in recording.samples]
    for turn in truth.script:
        if turn.speaker in voices and turn.time.duration >= LEAST:
            sound = channels[turn.channel(len(channels))]
            yield voices[turn.speaker], _cut(sound, turn.time.start, turn.time.end)


def _of_mei(number: int, rng: random.Random) -> Iterator[Utterance]:
    mei, voice = HtsVoice(), Voice("mei", rng.uniform(1.0, 1.3), 1.0)
    throat, half_tone = rng.uniform(0.8, 1.15), rng.uniform(-6.0, 3.0)
    for text in MEI_SAYS:
        said = mei.speak((text,), voice, throat=throat, half_tone=half_tone).sound
        low = np.round(np.clip(resampled(said, Fraction(8000, VOICE_RATE)), -1, 1) * 32767).astype(np.int16)
        yield f"mei{number}", for_recogniser(on_a_line(low, 8000, rng), 8000)


def _cut(sound: Sound, start: float, end: float) -> Sound:
    return sound[round(start * RATE) : round(end * RATE)]


if __name__ == "__main__":
    sys.exit(main())
