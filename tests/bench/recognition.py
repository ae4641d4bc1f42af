"""What does each hearing of a call keep, and what do both together?  Prints a table.

    python -m tests.bench.recognition CALLS_DIR [--only h1 h2] [--decode]

A folder holds ``<stem>.wav``, ``<stem>.truth.json``, ``<stem>.heard.json`` (the first hearing) and
``<stem>.heard2.json`` (the second).  With ``--decode`` both are made anew, on one thread, and their
CPU seconds per second of audio are printed.

    CER       kana character error rate: what was heard against the script, both read by Sudachi
    .3 .2 .1  share of spans that sound in what was heard within .6 s of them, at a price
              (pipeline.sound.morae) of at most so much of their length
    price     mean price of the best match, as a share of the length; 1 where there is none

Spans are those of third parties, by kind, and then of everybody but the company.  ``either`` is what
a perfect fusion of both hearings could find, ``both`` what they confirm to one another.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.language.readings import Reader, load_reader
from models.speech.transcriber import load_transcriber
from models.training.calls.hear import read_heard
from pipeline.audio.recording import read_recording
from pipeline.hearing.second_hearing import hear_again
from pipeline.hearing.transcribe import transcribe
from pipeline.sound.morae import Mora, fold_kana, morae
from pipeline.sound.search import find_sound
from pipeline.types import TimeSpan, Transcript

NEAR = 0.6
"""Seconds around a span in which what was heard may stand: word times err by half a second."""

BOUNDS = (0.3, 0.2, 0.1)
"""Highest prices for which shares are printed."""

STEPS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8)
"""Bounds tried one after another to find the best match's price."""

HEARINGS = ("first", "second")


@dataclass(frozen=True, slots=True)
class Span:
    """A true span: its kind, whether a third party's, and its price in each hearing."""

    kind: str
    third: bool
    prices: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Errors:
    """Kana of the script, and edits from it to what each hearing heard."""

    kana: int
    edits: tuple[int, int]


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[""], help="beginnings of the stems that are taken")
    parser.add_argument("--decode", action="store_true", help="hear every call anew, and time it")
    options = parser.parse_args(arguments)
    stems = [
        path.with_suffix("")
        for path in sorted(options.folder.glob("*.wav"))
        if path.name.startswith(tuple(options.only))
    ]
    hearings = _decoded(stems) if options.decode else map(_stored, stems)
    reader = load_reader()
    spans: list[Span] = []
    errors: list[Errors] = []
    for stem, both in zip(stems, hearings, strict=True):
        truth = json.loads(stem.with_suffix(".truth.json").read_text(encoding="utf-8"))
        spans += _spans(truth, both, reader)
        errors.append(_errors(truth, both, reader))
    for index, name in enumerate(HEARINGS):
        share = sum(e.edits[index] for e in errors) / max(1, sum(e.kana for e in errors))
        print(f"{name}: CER {share:.3f} in {len(stems)} calls")
    _print(spans)
    return 0


def _stored(stem: Path) -> tuple[Transcript, Transcript]:
    return read_heard(stem.with_suffix(".heard.json")), read_heard(stem.with_suffix(".heard2.json"))


def _decoded(stems: Sequence[Path]) -> Iterator[tuple[Transcript, Transcript]]:
    """Hear every call twice; the CPU time of each hearing goes to the error output."""
    recogniser = load_transcriber(cpu_threads=1)
    batches = recogniser.in_batches()
    seconds = 0.0
    spent = [0.0, 0.0]
    for stem in stems:
        recording = read_recording(stem.with_suffix(".wav"))
        seconds += recording.duration
        began = time.process_time()
        first = transcribe(recording, recogniser, stem.name)
        middle = time.process_time()
        second = hear_again(recording, batches, stem.name)
        spent = [spent[0] + middle - began, spent[1] + time.process_time() - middle]
        figures = ", ".join(f"{name} {cpu / seconds:.4f}" for name, cpu in zip(HEARINGS, spent, strict=True))
        print(f"{stem.name}: CPU s/s {figures}", file=sys.stderr)
        yield first, second


def _spans(truth: dict, both: tuple[Transcript, Transcript], reader: Reader) -> Iterator[Span]:
    stereo = truth["layout"] == "stereo"
    for span in truth["spans"]:
        needle = morae(fold_kana(span["reading"]))
        if span["party"] == "company" or len(needle) < 2:
            continue
        channel = int(span["speaker"] != "op") if stereo else None
        time = TimeSpan(max(0.0, span["start"] - NEAR), span["end"] + NEAR)
        first, second = (_price(needle, reader.line(_text(heard, channel, time)).morae) for heard in both)
        yield Span(span["kind"], span["party"] == "third", (first, second))


def _text(heard: Transcript, channel: int | None, time: TimeSpan | None = None) -> str:
    """What was heard on a channel (or any) at a time (or ever), in order of time."""
    words = [
        (word.time.start, heard.text[word.chars.start : word.chars.end])
        for segment in heard.segments
        if channel is None or segment.channel == channel
        for word in segment.words
        if time is None or word.time.overlaps(time)
    ]
    return "".join(text for _, text in sorted(words, key=lambda word: word[0]))


@cache
def _price(needle: tuple[Mora, ...], line: tuple[Mora, ...]) -> float:
    for bound in STEPS:
        if matches := find_sound(needle, line, bound):
            return min(match.price for match in matches) / len(needle)
    return 1.0


def _errors(truth: dict, both: tuple[Transcript, Transcript], reader: Reader) -> Errors:
    kana, edits = 0, [0, 0]
    channels = ((0, "op"), (1, "cu")) if truth["layout"] == "stereo" else ((None, None),)
    for channel, speaker in channels:
        turns = [turn["text"] for turn in truth["script"] if speaker in {None, turn["speaker"]}]
        said = reader.kana("\n".join(turns))
        kana += len(said)
        for index, heard in enumerate(both):
            edits[index] += _edits(said, reader.kana(_text(heard, channel)))
    return Errors(kana, (edits[0], edits[1]))


def _edits(said: str, heard: str) -> int:
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        new = [i]
        for j, b in enumerate(heard, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (a != b)))
        row = new
    return row[-1]


def _print(spans: Sequence[Span]) -> None:
    third = [span for span in spans if span.third]
    groups = {"third": third}
    groups |= {kind: [s for s in third if s.kind == kind] for kind in sorted({s.kind for s in third})}
    groups["all"] = list(spans)
    print("| spans | n | " + " | ".join(f"{n} {BOUNDS} price" for n in (*HEARINGS, "either", "both")) + " |")
    print("|---" * 6 + "|")
    for name, group in groups.items():
        columns = (
            [span.prices[0] for span in group],
            [span.prices[1] for span in group],
            [min(span.prices) for span in group],
            [max(span.prices) for span in group],
        )
        print(f"| {name} | {len(group)} | " + " | ".join(map(_cell, columns)) + " |")


def _cell(prices: Sequence[float]) -> str:
    count = max(1, len(prices))
    shares = " ".join(f"{sum(price <= bound for price in prices) / count:.3f}" for bound in BOUNDS)
    return f"{shares} ({sum(prices) / count:.3f})"


if __name__ == "__main__":
    sys.exit(main())
