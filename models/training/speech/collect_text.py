"""Collect encoded windows and what is said in them: for the telephone adapter and the phonetic network.

    python -m models.training.speech.collect_text CALLS_DIR... --out FOLDER [--seed N]
    python -m models.training.speech.collect_text --clips VOICES_DIR --part PART --out FOLDER [--seed N]

writes ``<folder>/<name>-first.f16`` (the encoder's output of every window, one after another, float16) and
``<name>-first.jsonl`` (a line for each window: its steps; its lines with their times, text, tokens and kana),
and ``-again`` of windows as the second hearing cuts and colours them.  Calls need their ``.wav`` and
``.truth.json``.  With ``--clips`` the speech is of people (Common Voice, as ``split.toml`` shares them out):
what one has read is strung together and sent down a telephone line (``models.training.speech.clips``).
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from models.training.calls.lines import RATE as LINE_RATE
from models.training.calls.lines import worn
from models.training.calls.voices import resampled
from models.training.speech.clips import SPEEDS, people_speaking
from models.training.speech.turn_kana import read_aloud, turns_of
from models.training.split import read_split
from pipeline.audio.recording import Recording, Resampled, read_recording
from pipeline.hearing.second_hearing import SECOND_WINDOW_SECONDS, brightened
from pipeline.hearing.transcribe import RATE
from pipeline.hearing.windows import MAX_WINDOW_SECONDS, Window
from pipeline.types import TimeSpan

__all__ = ["Line", "main", "windows_of_lines"]

MARGINS = (0.1, 0.3)
"""Seconds of silence kept around what is said, least and most; the product keeps .12 or .3."""

LONG_MARGIN, LONG_SHARE = 3.0, 0.15
"""In this share of the windows up to so many seconds are kept: loud noise is not cut out."""

SHORTEST = 4.0
"""Seconds that a window may hold at the least."""

EMPTY_SHARE = 0.05
"""Windows in which nobody speaks, as a share of the others: nothing may be written there."""

EMPTY_SECONDS = (2.0, 12.0)
"""Length of such a window."""

WORN_SHARE = 0.6
"""Channels that are sent down another line still (``models.training.calls.lines``)."""


_Said = tuple[float, float, str, str]
"""Start and end in seconds of a window, text, kana."""


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said: when, on which channel of two, how it is written, and its kana (empty: unknown)."""

    time: TimeSpan
    channel: int
    text: str = field(repr=False)
    kana: str = field(default="", repr=False)


def windows_of_lines(
    lines: Sequence[Line], duration: float, longest: float, rng: random.Random
) -> Iterator[tuple[Window, tuple[_Said, ...]]]:
    """Cut a channel into windows of whole lines, silence left out as the product leaves it out.

    Args:
        lines: Of the channel, in order of their start.
        duration: Of the channel in seconds.
        longest: Seconds a window may hold; each holds at most a random share of it.
        rng: Decides length and margins.

    Yields:
        A window and its lines: start and end in seconds of the window, text and kana.  Lines do not overlap
        in these times; one that is longer than ``longest`` is left out.
    """
    units = _together(lines)
    ends = [max(line.time.end for line in unit) for unit in units]
    middles = [(end + after[0].time.start) / 2 for end, after in zip(ends, units[1:], strict=False)]
    edges = [0.0, *middles, max([duration, *ends])]
    group: list[tuple[TimeSpan, list[Line]]] = []
    room, margin = _drawn(longest, rng)
    for unit, end, (low, high) in zip(units, ends, itertools.pairwise(edges), strict=False):
        start = unit[0].time.start
        piece = TimeSpan(max(low, start - margin, 0.0), max(end, min(high, end + margin)))
        if piece.duration > longest:
            continue
        if group and sum(each.duration for each, _ in group) + piece.duration > room:
            yield _window(group)
            group = []
            room, margin = _drawn(longest, rng)
        group.append((piece, unit))
    if group:
        yield _window(group)


def _drawn(longest: float, rng: random.Random) -> tuple[float, float]:
    margin = rng.uniform(*MARGINS) if rng.random() > LONG_SHARE else rng.uniform(MARGINS[1], LONG_MARGIN)
    return longest * max(SHORTEST / longest, rng.random() ** 0.5), margin


def _together(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that are said at the same time are in one unit."""
    units: list[list[Line]] = []
    end = -1.0
    for line in sorted(lines, key=lambda each: each.time):
        if units and line.time.start < end:
            units[-1].append(line)
        else:
            units.append([line])
        end = max(end, line.time.end)
    return units


def _window(group: Sequence[tuple[TimeSpan, Sequence[Line]]]) -> tuple[Window, tuple[_Said, ...]]:
    out: list[_Said] = []
    before = 0.0
    for piece, unit in group:
        for line in unit:
            start, end = (before + time - piece.start for time in (line.time.start, line.time.end))
            start = max(start, out[-1][1]) if out else start
            # Of what is said at once nobody knows whose sound comes first.
            kana = line.kana if len(unit) == 1 else ""
            out.append((round(start, 3), round(max(start, end), 3), line.text, kana))
        before += piece.duration
    return Window(tuple(piece for piece, _ in group), RATE), tuple(out)


def _silences(lines: Sequence[Line], duration: float, rng: random.Random) -> Iterator[Window]:
    """Stretches in which nobody speaks."""
    units = _together(lines)
    ends = [0.0, *(max(line.time.end for line in unit) for unit in units)]
    starts = [*(unit[0].time.start for unit in units), duration]
    for low, high in zip(ends, starts, strict=True):
        if high - low > EMPTY_SECONDS[0] + 0.5:
            length = min(high - low - 0.5, rng.uniform(*EMPTY_SECONDS))
            yield Window((TimeSpan(low + 0.25, low + 0.25 + length),), RATE)


class _Writer:
    """Appends windows to the two files of a set."""

    def __init__(self, out: Path, name: str, tokens: Callable[[str], list[int]]) -> None:
        self._tokens = tokens
        self._steps = (out / f"{name}.f16").open("wb")
        self._lines = (out / f"{name}.jsonl").open("w", encoding="utf-8")
        self.windows, self.seconds = 0, 0.0

    def add(self, encoded: NDArray[np.float32], lines: Sequence[_Said], window: Window, voices: Any) -> None:
        """One window more."""
        self._steps.write(encoded.astype(np.float16).tobytes())
        written = [(start, end, text, self._tokens(text), kana) for start, end, text, kana in lines]
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
    return 0


_Call = tuple[str, Recording, tuple[Line, ...], Any]


def _lined(people: Iterable[Any]) -> Iterator[_Call]:
    for name, recording, lines, voice in people:
        yield name, recording, tuple(Line(time, 0, text, read_aloud(text)) for time, text in lines), voice


def _calls(paths: Sequence[Path], times: int, seed: int) -> Iterator[_Call]:
    """Each call as it is, and as often as asked at another speed: with other throats and pitches."""
    for path in paths:
        truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
        kana = {(turn.time.start, turn.channel): turn.kana for turn in turns_of(truth)}
        places = [({"op": 0, "cu": 1}[line["speaker"]], line) for line in truth["script"]]
        lines = tuple(
            Line(
                TimeSpan(line["start"], line["end"]),
                channel,
                line["text"],
                kana.get((line["start"], channel), ""),
            )
            for channel, line in places
        )
        recording, voices = read_recording(path), truth.get("voices")
        yield path.stem, recording, lines, voices
        for time in range(1, times):
            name = f"{path.stem} {time}"
            longer = Fraction(1 / random.Random(f"{seed} {name}").uniform(*SPEEDS))
            yield name, *_longer(recording, lines, longer), voices


def _longer(
    recording: Recording, lines: Sequence[Line], ratio: Fraction
) -> tuple[Recording, tuple[Line, ...]]:
    """A call slower or faster, and as much lower or higher."""
    rows = (np.asarray(row[:], np.float32) for row in recording.samples)
    sound = np.stack([resampled(row, ratio) for row in rows])
    times = float(ratio)
    return (
        replace(recording, samples=np.clip(np.round(sound), -32768, 32767).astype(np.int16)),
        tuple(replace(line, time=TimeSpan(line.time.start * times, line.time.end * times)) for line in lines),
    )


def _collect(
    name: str, calls: Iterable[_Call], recogniser: FasterWhisperRecogniser, options: argparse.Namespace
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
            for window in _silences(own, duration, rng):
                if rng.random() < EMPTY_SHARE:
                    first.add(recogniser.whole_encoding(window.samples(channel)), (), window, voices)
    for writer, kind in ((first, "first"), (again, "again")):
        writer.close()
        print(f"{name}-{kind}: {writer.windows} windows, {writer.seconds / 60:.0f} min", flush=True)


def _on_a_line(samples: NDArray[np.int16], rate: int, rng: random.Random) -> NDArray[np.int16]:
    """A channel as it is, or worn out further."""
    if rate != LINE_RATE or rng.random() > WORN_SHARE:
        return samples
    sound: NDArray[np.float32] = samples.astype(np.float32) / np.float32(32768)
    return np.round(worn(sound, rng) * 32767).astype(np.int16)


if __name__ == "__main__":
    sys.exit(main())
