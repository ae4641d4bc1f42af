"""Collect what the phonetic recogniser learns from: encoded windows of made calls, and their turns' kana.

    python -m models.training.speech.collect_morae CALLS_DIR... --out FOLDER [--again]

writes ``<folder>/<name of CALLS_DIR>-first.npz``, or with ``--again`` ``-again.npz``, of windows as the
second hearing cuts and colours them.  The calls need their ``.wav`` and ``.truth.json``; Open JTalk tells
what a turn's kana are, and the truth where it is somebody's data.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.speech.phonetic import POOL, STEP
from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from pipeline.audio.recording import Recording, Resampled, read_recording
from pipeline.hearing.second_hearing import SECOND_CUT, brightened, windows_again
from pipeline.hearing.transcribe import RATE
from pipeline.hearing.windows import MAX_WINDOW_SECONDS, Channel, Window, windows_of
from pipeline.sound.morae import fold_kana, morae
from pipeline.types import TimeSpan

__all__ = ["main", "turns_of"]

AROUND = 0.1
"""Seconds before and after a turn that are its own."""

OVERLAP = 0.05
"""Seconds that two turns may share; of what is said at once nobody knows whose sound comes first."""

CUT = 0.02
"""Seconds of a turn that a window may lack."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody said: when, on which channel of two, and its kana."""

    time: TimeSpan
    channel: int
    kana: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A window as the network reads it, and its turns: first step, step after the last, kana."""

    steps: NDArray[np.float16]
    turns: tuple[tuple[int, int, str], ...] = field(repr=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--again", action="store_true", help="windows of the second hearing")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    recogniser = load_transcriber(cpu_threads=1)
    for folder in options.folders:
        encoded = [
            each for call in _calls(folder) for each in _windows(*call, recogniser, again=options.again)
        ]
        ends = np.cumsum([len(each.steps) for each in encoded])
        turns = [(n, *turn) for n, each in enumerate(encoded) for turn in each.turns]
        out = options.out / f"{folder.name}-{'again' if options.again else 'first'}.npz"
        np.savez(
            out,
            encoded=np.concatenate([each.steps for each in encoded]),
            ends=ends,
            turns=np.array([turn[:3] for turn in turns]),
            kana=np.array([turn[3] for turn in turns]),
        )
        print(
            f"{out.stem}: {len(encoded)} windows, {ends[-1] * STEP / 60:.0f} min, {len(turns)} turns",
            flush=True,
        )
    return 0


def _calls(folder: Path) -> Iterator[tuple[Recording, tuple[Turn, ...]]]:
    for path in sorted(folder.glob("*.wav")):
        truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        yield read_recording(path), turns_of(truth)


def turns_of(truth: Mapping[str, Any]) -> tuple[Turn, ...]:
    """The turns of a call with their kana.

    Args:
        truth: Of a made call: script and spans with times.

    Returns:
        In order; a turn in which a span's words do not stand is left out.
    """
    return tuple(turn for line in truth["script"] if (turn := _turn(line, truth["spans"])) is not None)


def _turn(line: Mapping[str, Any], spans: Sequence[Mapping[str, Any]]) -> Turn | None:
    inside = [
        span
        for span in spans
        if span["speaker"] == line["speaker"]
        and line["start"] - CUT <= span["start"]
        and span["end"] <= line["end"] + CUT
    ]
    kana, at = "", 0
    for span in sorted(inside, key=lambda each: float(each["start"])):
        found = line["text"].find(span["surface"], at)
        if found < 0:
            return None
        kana += _read(line["text"][at:found]) + fold_kana(span["reading"])
        at = found + len(span["surface"])
    channel = {"op": 0, "cu": 1}[line["speaker"]]
    return Turn(TimeSpan(line["start"], line["end"]), channel, kana + _read(line["text"][at:]))


def _read(text: str) -> str:
    """Kana of what a voice reads out."""
    import pyopenjtalk

    return fold_kana(str(pyopenjtalk.g2p(text, kana=True))) if text.strip("、。 ") else ""


def _windows(
    recording: Recording, turns: Sequence[Turn], recogniser: FasterWhisperRecogniser, *, again: bool
) -> Iterator[_Encoded]:
    decoder = recogniser.in_batches()
    for index, samples in enumerate(recording.samples):
        channel = Channel.of(Resampled(samples, recording.rate), RATE)
        here = [turn for turn in turns if recording.channels == 1 or turn.channel == index]
        for window in (
            windows_again(channel, SECOND_CUT) if again else windows_of(channel, MAX_WINDOW_SECONDS)
        ):
            sound = window.samples(channel.samples)
            steps = decoder.encoding(brightened(sound), POOL) if again else recogniser.encoding(sound, POOL)
            if len(steps):
                yield _Encoded(steps.astype(np.float16), tuple(_within(window, len(steps), here)))


def _within(window: Window, steps: int, turns: Sequence[Turn]) -> Iterator[tuple[int, int, str]]:
    """The turns that are whole in a window and said alone."""
    middles = np.minimum((np.arange(steps) + 0.5) * STEP, window.duration)
    times = np.array([window.original(TimeSpan(at, at)).start for at in middles])
    for turn in turns:
        start, end = turn.time.start, turn.time.end
        whole = window.pieces[0].start - CUT <= start and end <= window.pieces[-1].end + CUT
        alone = not any(other is not turn and other.time.apart(turn.time) < -OVERLAP for other in turns)
        own = np.flatnonzero((times >= start - AROUND) & (times <= end + AROUND))
        if whole and alone and 0 < len(morae(turn.kana)) <= len(own):
            yield int(own[0]), int(own[-1]) + 1, turn.kana


if __name__ == "__main__":
    sys.exit(main())
