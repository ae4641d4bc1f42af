"""Collect windows and what is said in them, as the telephone adapter learns from them.

    python -m models.training.speech.collect_mels CALLS_DIR... --out FOLDER [--seed N] [--times N]
    python -m models.training.speech.collect_mels --clips VOICES_DIR --part PART --out FOLDER
    python -m models.training.speech.collect_mels --dialogues FILE... --count N --out FOLDER

writes ``<folder>/<name>.mel`` (what the encoder reads of every window, one after another, float16) and
``<name>.jsonl`` (a line for each: frames, and its lines with their times, text, tokens, kana and data), of
windows as the first hearing cuts them.  Where the calls are from is as in
``models.training.speech.collect_text``, which encodes windows for the ears.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from models.training.speech.line_windows import Line, Said, silences, windows_of_lines
from models.training.speech.read_dialogues import SpokenCall
from models.training.speech.spoken_calls import add_sources, on_a_line, sources
from pipeline.audio.recording import Resampled
from pipeline.hearing.transcribe import RATE
from pipeline.hearing.windows import MAX_WINDOW_SECONDS, Window

__all__ = ["main"]

EMPTY_SHARE = 0.1
"""Of the pauses in which nobody speaks, those that are windows: nothing may be written there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_sources(parser)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    recogniser = load_transcriber("base-plain", cpu_threads=1)
    for name, calls in sources(options):
        _collect(name, calls, recogniser, options)
    return 0


def _collect(
    name: str, calls: Iterable[SpokenCall], recogniser: FasterWhisperRecogniser, options: argparse.Namespace
) -> None:
    tokens = recogniser.in_batches().tokens
    count, seconds = 0, 0.0
    mels, rows = options.out / f"{name}.mel", options.out / f"{name}.jsonl"
    with mels.open("wb") as sound, rows.open("w", encoding="utf-8") as text:
        for call, recording, lines, _ in calls:
            rng = random.Random(f"{options.seed} {call}")
            for index, samples in enumerate(recording.samples):
                channel = Resampled(on_a_line(samples, recording.rate, rng), recording.rate)
                own = [line for line in lines if recording.channels == 1 or line.channel == index]
                for window, said in _windows(own, len(channel) / RATE, rng):
                    mel = recogniser.spectrogram(window.samples(channel)).astype(np.float16)
                    sound.write(np.ascontiguousarray(mel).tobytes())
                    text.write(_row(mel, said, tokens))
                    count, seconds = count + 1, seconds + window.duration
    print(f"{name}: {count} windows, {seconds / 60:.0f} min", flush=True)


def _windows(
    lines: Sequence[Line], duration: float, rng: random.Random
) -> Iterable[tuple[Window, tuple[Said, ...]]]:
    yield from windows_of_lines(lines, duration, MAX_WINDOW_SECONDS, rng)
    for window in silences(lines, duration, rng):
        if rng.random() < EMPTY_SHARE:
            yield window, ()


def _row(mel: NDArray[np.float16], said: Sequence[Said], tokens: Callable[[str], list[int]]) -> str:
    lines = [(one.start, one.end, one.text, tokens(one.text), one.kana, one.data) for one in said]
    row = {"mels": mel.shape[0], "frames": mel.shape[1], "lines": lines}
    return json.dumps(row, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
