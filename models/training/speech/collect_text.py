"""Collect encoded windows and what is said in them: for the telephone adapter, the phonetic network, the ear.

    python -m models.training.speech.collect_text CALLS_DIR... --out FOLDER [--seed N]
    python -m models.training.speech.collect_text --clips VOICES_DIR --part PART --out FOLDER [--seed N]
    python -m models.training.speech.collect_text --dialogues FILE... --count N --out FOLDER [--seed N]

writes ``<folder>/<name>-first.f16`` (the encoder's output of every window, one after another, float16) and
``<name>-first.jsonl`` (a line for each window: its steps; its lines with their times, text, tokens, kana, and
when somebody's data is said in them), and ``-again`` of windows as the second hearing cuts and colours them.
Calls need their ``.wav`` and ``.truth.json``.  With ``--clips`` the speech is of people (Common Voice, as
``split.toml`` shares them out): what one has read is strung together and sent down a telephone line
(``models.training.speech.clips``); with ``--dialogues`` Mei speaks what others have typed
(``models.training.speech.read_dialogues``).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from models.training.calls.lines import RATE as LINE_RATE
from models.training.calls.lines import worn_channel
from models.training.calls.voices import resampled
from models.training.speech.clips import SPEEDS, people_speaking
from models.training.speech.line_windows import Data, Line, Said, silences, windows_of_lines
from models.training.speech.read_dialogues import SpokenCall, read_dialogues
from models.training.speech.turn_kana import CUT, read_aloud, turns_of
from models.training.split import read_split
from pipeline.audio.recording import Recording, Resampled, read_recording
from pipeline.hearing.second_hearing import SECOND_WINDOW_SECONDS, brightened
from pipeline.hearing.transcribe import RATE
from pipeline.hearing.windows import MAX_WINDOW_SECONDS, Window
from pipeline.measuring.truth import KINDS, TruthSpan, read_truth
from pipeline.types import TimeSpan

__all__ = ["main"]

EMPTY_SHARE = 0.05
"""Windows in which nobody speaks, as a share of the others: nothing may be written there."""

WORN_SHARE = 0.6
"""Channels that are sent down another line still (``models.training.calls.lines``)."""


class _Writer:
    """Appends windows to the two files of a set."""

    def __init__(self, out: Path, name: str, tokens: Callable[[str], list[int]]) -> None:
        self._tokens = tokens
        self._steps = (out / f"{name}.f16").open("wb")
        self._lines = (out / f"{name}.jsonl").open("w", encoding="utf-8")
        self.windows, self.seconds = 0, 0.0

    def add(self, encoded: NDArray[np.float32], lines: Sequence[Said], window: Window, voices: Any) -> None:
        """One window more."""
        self._steps.write(encoded.astype(np.float16).tobytes())
        written = [
            (one.start, one.end, one.text, self._tokens(one.text), one.kana, one.data) for one in lines
        ]
        row = {"steps": len(encoded), "width": encoded.shape[1], "lines": written, "voices": voices}
        self._lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.windows += 1
        self.seconds += window.duration

    def close(self) -> None:
        """Close both."""
        self._steps.close()
        self._lines.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--clips", type=Path, help="folder of voices: people's speech instead of calls")
    parser.add_argument("--part", default="listening", help="of split.toml, whose people speak")
    parser.add_argument("--dialogues", type=Path, nargs="*", default=(), help="typed ones, spoken by Mei")
    parser.add_argument("--count", type=int, default=300, help="of these dialogues")
    parser.add_argument("--times", type=int, default=1, help="how often each call or clip is used")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--share", default="0/1", help="i/n: every n-th call from the i-th")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    recogniser = load_transcriber("base-plain", cpu_threads=1)
    for folder in options.folders:
        which, parts = map(int, options.share.split("/"))
        name = folder.name if parts == 1 else f"{folder.name}-{which}"
        calls = _calls(sorted(folder.glob("*.wav"))[which::parts], options.times, options.seed)
        _collect(name, calls, recogniser, options)
    if options.clips:
        spoken = people_speaking(read_split(), options.part, options.clips, options.seed, options.times)
        people = ((clip.name, clip.recording, clip.lines, clip.name) for clip in spoken)
        _collect(f"people-{options.part}", _lined(people), recogniser, options)
    if options.dialogues:
        spoken_calls = read_dialogues(options.dialogues, options.count, options.seed)
        _collect("dialogues", spoken_calls, recogniser, options)
    return 0


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
        places = [({"op": 0, "cu": 1}[line["speaker"]], line) for line in truth["script"]]
        lines = tuple(
            Line(
                TimeSpan(line["start"], line["end"]),
                channel,
                line["text"],
                kana.get((line["start"], channel), ""),
                _data_in(line, spans),
            )
            for channel, line in places
        )
        recording, voices = read_recording(path), truth.get("voices")
        yield path.stem, recording, lines, voices
        for time in range(1, times):
            name = f"{path.stem} {time}"
            longer = Fraction(1 / random.Random(f"{seed} {name}").uniform(*SPEEDS))
            yield name, *_longer(recording, lines, longer), voices


def _data_in(line: Mapping[str, Any], spans: Sequence[TruthSpan]) -> tuple[Data, ...]:
    """Somebody's data that begins in a line."""
    return tuple(
        (span.time.start, min(span.time.end, line["end"]), 1 + KINDS.index(span.kind))
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


def _collect(
    name: str, calls: Iterable[SpokenCall], recogniser: FasterWhisperRecogniser, options: argparse.Namespace
) -> None:
    batches = recogniser.in_batches()
    first, again = (_Writer(options.out, f"{name}-{kind}", batches.tokens) for kind in ("first", "again"))
    for call, recording, lines, voices in calls:
        rng = random.Random(f"{options.seed} {call}")
        for index, samples in enumerate(recording.samples):
            channel = Resampled(_on_a_line(samples, recording.rate, rng), recording.rate)
            own = [line for line in lines if recording.channels == 1 or line.channel == index]
            duration = len(channel) / RATE
            for window, said in windows_of_lines(own, duration, MAX_WINDOW_SECONDS, rng):
                first.add(recogniser.whole_encoding(window.samples(channel)), said, window, voices)
            for window, said in windows_of_lines(own, duration, SECOND_WINDOW_SECONDS, rng):
                again.add(batches.whole_encoding(brightened(window.samples(channel))), said, window, voices)
            for window in silences(own, duration, rng):
                if rng.random() < EMPTY_SHARE:
                    first.add(recogniser.whole_encoding(window.samples(channel)), (), window, voices)
    for writer, kind in ((first, "first"), (again, "again")):
        writer.close()
        print(f"{name}-{kind}: {writer.windows} windows, {writer.seconds / 60:.0f} min", flush=True)


def _on_a_line(samples: NDArray[np.int16], rate: int, rng: random.Random) -> NDArray[np.int16]:
    """A channel as it is, or worn out further."""
    if rate != LINE_RATE or rng.random() > WORN_SHARE:
        return samples
    return worn_channel(samples, rng)


if __name__ == "__main__":
    sys.exit(main())
