"""Make calls on one channel in which a third person takes the caller's telephone, and as many without.

    python -m models.training.voices.third_calls CALLS_DIR... --out DIR [--count 20] [--seed N]

The folders hold calls on two channels that were heard (``models.training.calls.hear``) and whose truth names
voices.  Their lines are laid one after another on one channel; in a call with a third person some of the
caller's lines in a row give way to lines of another call's caller:

    one call    op   cu   op   cu   op   cu   op   cu
    another          |    |    cu   |    cu   |    |
    made        op   cu   op   th   op   th   op   cu

All of it is sent down one narrower, noisier line, so that not the line tells whose voice it is.  Written are
sound, truth (under ``third`` from when to when) and words as they were heard.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.training.calls.lines import RATE, worn
from models.training.calls.stored import StoredCall, stored_calls
from pipeline.audio.recording import Recording
from pipeline.hearing.transcribe import HeardSegment, HeardWord, as_heard, build_transcript

Sound = NDArray[np.float32]

LEVEL: Final = 0.08
AROUND: Final = 0.06  # seconds of sound that a line keeps around its words
BAND: Final = (400.0, 3000.0)  # Hz
NOISE_DB: Final = (16.0, 26.0)  # below speech
TAKEN: Final = (8.0, 16.0)
"""Seconds that a third person speaks, least and most."""


@dataclass(frozen=True, slots=True)
class _Line:
    """What one person says."""

    speaker: str
    sound: Sound = field(repr=False)
    heard: HeardSegment = field(repr=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20, help="calls with a third person, and without")
    parser.add_argument("--only", default="", help="beginnings of names, with commas between them")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    only = [each for each in options.only.split(",") if each]
    stored = stored_calls(options.folders, only, exact=False)
    calls = [call for call in stored if len(call.recording.samples) == 2]
    for number in range(options.count):
        for kind in ("third", "none"):
            rng = random.Random(f"{options.seed} {kind} {number}")
            one = calls[number % len(calls)]
            others = [each for each in calls if not set(_voices(each).values()) & set(_voices(one).values())]
            others = others or [each for each in calls if _voices(each)["cu"] not in _voices(one).values()]
            lines = list(_lines(one))
            if kind == "third":
                lines = _taken(lines, list(_lines(rng.choice(others))), rng)
            _write(options.out / f"{kind}-{number + 1:02d}", lines, _voices(one), rng)
    return 0


def _voices(call: StoredCall) -> dict[str, str]:
    return dict(call.truth.voices)


def _lines(call: StoredCall) -> Iterator[_Line]:
    """A call's lines in order, their times from each one's own beginning."""
    for segment in call.transcript.segments:
        first = max(0.0, segment.time.start - AROUND)
        sound = _cut(call.recording, segment.channel, first, segment.time.end + AROUND)
        loud = sound[np.abs(sound) > 0.1 * np.abs(sound).max(initial=0.0)]
        if len(loud) < RATE // 20:
            continue
        heard = as_heard(segment, call.transcript.text)
        words = tuple(
            dataclasses.replace(word, start=word.start - first, end=word.end - first, sounds=(), spread=())
            for word in heard.words
        )
        level = np.float32(LEVEL / np.sqrt(np.square(loud).mean()))
        yield _Line(("op", "cu")[segment.channel], sound * level, HeardSegment(words))


def _cut(recording: Recording, channel: int, start: float, end: float) -> Sound:
    samples = np.asarray(recording.samples)[channel, round(start * RATE) : round(end * RATE)]
    return samples.astype(np.float32) / np.float32(32768)


def _taken(lines: list[_Line], others: list[_Line], rng: random.Random) -> list[_Line]:
    """Lines of the caller's, in a row, that another caller says instead."""
    own = [at for at, line in enumerate(lines) if line.speaker == "cu"]
    spare = iter([line for line in others if line.speaker == "cu"])
    seconds, begun = rng.uniform(*TAKEN), rng.randrange(len(own) // 4, max(len(own) // 4 + 1, len(own) // 2))
    out, spoken = list(lines), 0.0
    for at in own[begun:]:
        line = next(spare, None)
        if line is None or spoken >= seconds:
            break
        out[at] = dataclasses.replace(line, speaker="third")
        spoken += len(line.sound) / RATE
    return out


def _write(path: Path, lines: Sequence[_Line], voices: dict[str, str], rng: random.Random) -> None:
    at, parts, heard = rng.uniform(0.3, 1.0), [], []
    script: list[dict[str, Any]] = []
    thirds: list[tuple[float, float]] = []
    for line in lines:
        words = tuple(
            HeardWord(word.text, word.start + at, word.end + at, word.probability)
            for word in line.heard.words
        )
        heard.append(HeardSegment(words))
        end = at + len(line.sound) / RATE
        parts.append((round(at * RATE), line.sound))
        said = "".join(word.text for word in words)
        side = "op" if line.speaker == "op" else "cu"
        script.append({"speaker": side, "start": at, "end": end, "text": said})
        if line.speaker == "third":
            thirds.append((at, end))
        at = end + rng.uniform(0.1, 0.5)
    track = np.zeros(round((at + 0.5) * RATE), np.float32)
    for first, sound in parts:
        track[first : first + len(sound)] += sound
    soundfile.write(f"{path}.wav", sent(track, rng), RATE, subtype="ULAW", format="WAV")
    truth = {
        "call_id": path.name, "layout": "mono", "duration": len(track) / RATE, "spans": [],
        "script": script, "voices": voices, "third": thirds,
    }  # fmt: skip
    words_heard = build_transcript(heard, path.name, "base", "0" * 64)
    for ending, document in ((".truth.json", truth), (".heard.json", dataclasses.asdict(words_heard))):
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        path.with_name(path.name + ending).write_text(text, encoding="utf-8")


def sent(track: Sound, rng: random.Random) -> Sound:
    """Down a line that is narrower and noisier than those that the lines came from."""
    hertz = np.fft.rfftfreq(len(track), 1 / RATE)
    spectrum = np.fft.rfft(track)
    low, high = BAND
    spectrum *= 1 / np.sqrt(1 + (low / np.maximum(hertz, 1e-3)) ** 12) / np.sqrt(1 + (hertz / high) ** 36)
    noise = np.fft.rfft(np.random.default_rng(rng.getrandbits(32)).normal(size=len(track)))
    noise *= (hertz > 200) / np.sqrt(np.maximum(hertz, 50.0))
    added = np.fft.irfft(noise, len(track))
    added *= LEVEL * 10 ** (-rng.uniform(*NOISE_DB) / 20) / np.sqrt(np.square(added).mean())
    sound = (np.fft.irfft(spectrum, len(track)) + added).astype(np.float32)
    return worn(sound, rng) if rng.random() < 0.5 else sound


if __name__ == "__main__":
    sys.exit(main())
