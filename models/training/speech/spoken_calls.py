"""Where the networks that listen find calls to learn from: made ones, and people who read."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from models.training.calls.voices import resampled
from models.training.speech.clips import SPEEDS, people_speaking
from models.training.speech.line_windows import Line
from models.training.speech.turn_kana import CUT, names_in_kana, read_aloud, turns_of
from models.training.split import read_split
from pipeline.audio.recording import Recording, read_recording
from pipeline.measuring.truth import KINDS, TruthSpan, channel_of, read_truth
from pipeline.types import TimeSpan

SpokenCall = tuple[str, Recording, tuple[Line, ...], Any]
"""Name, sound, lines, and who speaks."""


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that ``sources`` reads."""
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--clips", type=Path, help="folder of voices: people's speech instead of calls")
    parser.add_argument("--part", default="listening", help="of split.toml, whose people speak")
    parser.add_argument("--times", type=int, default=1, help="how often each call or clip is used")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--share", default="0/1", help="i/n: every n-th call from the i-th")


def sources(options: argparse.Namespace) -> Iterator[tuple[str, Iterable[SpokenCall]]]:
    """The calls that the arguments name.

    Args:
        options: Of a parser with ``add_sources``.

    Yields:
        Name of a set, and its calls.
    """
    for folder in options.folders:
        which, parts = map(int, options.share.split("/"))
        name = folder.name if parts == 1 else f"{folder.name}-{which}"
        calls = _calls(sorted(folder.glob("*.wav"))[which::parts], options.times, options.seed)
        yield name, calls
    if options.clips:
        spoken = people_speaking(read_split(), options.part, options.clips, options.seed, options.times)
        people = ((clip.name, clip.recording, clip.lines, clip.name) for clip in spoken)
        yield f"people-{options.part}", _lined(people)


def _lined(people: Iterable[Any]) -> Iterator[SpokenCall]:
    for name, recording, lines, voice in people:
        # What they have read names people too, and nobody has marked it.
        said = tuple(Line(time, 0, text, read_aloud(text), data=None) for time, text in lines)
        yield name, recording, said, voice


def _calls(paths: Sequence[Path], times: int, seed: int) -> Iterator[SpokenCall]:
    """Each call as it is, and as often as asked at another speed: with other throats and pitches."""
    for path in paths:
        truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        spans = read_truth(truth, path.stem).spans
        kana = {(turn.time.start, turn.channel): turn.kana for turn in turns_of(truth)}
        places = [
            (line, channel_of(line["speaker"], channels=2), _begun_in(line, spans))
            for line in truth["script"]
        ]
        lines = tuple(
            Line(
                TimeSpan(line["start"], line["end"]),
                channel,
                names_in_kana(line["text"], begun),
                kana.get((line["start"], channel), ""),
                tuple(
                    (span.time.start, min(span.time.end, line["end"]), 1 + KINDS.index(span.kind))
                    for span in begun
                ),
            )
            for line, channel, begun in places
        )
        recording, voices = read_recording(path), truth.get("voices")
        yield path.stem, recording, lines, voices
        for time in range(1, times):
            name = f"{path.stem} {time}"
            longer = Fraction(1 / random.Random(f"{seed} {name}").uniform(*SPEEDS))
            yield name, *_longer(recording, lines, longer), voices


def _begun_in(line: Mapping[str, Any], spans: Sequence[TruthSpan]) -> tuple[TruthSpan, ...]:
    """Somebody's data that begins in a line."""
    return tuple(
        span
        for span in spans
        if span.speaker == line["speaker"] and line["start"] - CUT <= span.time.start < line["end"]
    )


def _longer(
    recording: Recording, lines: Sequence[Line], ratio: Fraction
) -> tuple[Recording, tuple[Line, ...]]:
    """A call slower or faster, and as much lower or higher."""
    rows = (np.asarray(row[:], np.float32) for row in recording.samples)
    sound = np.stack([resampled(row, ratio) for row in rows])
    times = float(ratio)

    def stretched(line: Line) -> Line:
        time = TimeSpan(line.time.start * times, line.time.end * times)
        data = line.data and tuple((low * times, high * times, kind) for low, high, kind in line.data)
        return replace(line, time=time, data=data)

    return (
        replace(recording, samples=np.clip(np.round(sound), -32768, 32767).astype(np.int16)),
        tuple(map(stretched, lines)),
    )
