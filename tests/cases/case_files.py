"""The format of ``tests/cases/*.json``: read into values, written one utterance a line (see README.md there).

A case holds a window of an invented call.  Characters of its expectations count in the window's text: its
utterances in order, joined by a newline, as in ``Transcript.text``.
"""

from __future__ import annotations

import base64
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from flows.files.case_file import parse_case
from pipeline.types import (
    CallCase,
    CharSpan,
    MaskAction,
    Posteriorgram,
    Segment,
    TimeSpan,
    Trace,
    Transcript,
    Word,
)

FOLDER = Path(__file__).parent

CHAR_SECONDS = 0.15
"""Of each character where a case gives no times: about a mora of unhurried talk."""

TURN_SECONDS = 0.4
"""Of silence before an utterance that gives no start."""

CENTI = 100
"""Times are stored in hundredths of a second, probabilities in hundredths."""

SOUNDS = 1_000
"""``Word.sounds`` are stored in thousandths."""

TRACE_LEVELS = 255
"""Of a stored trace's chances: a byte each."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What has to become of some characters; ``kind`` and ``party`` as the truth files name them."""

    chars: CharSpan
    text: str = field(repr=False)
    kind: str
    party: str
    action: MaskAction


@dataclass(frozen=True, slots=True)
class Case:
    """One case, ready to be run."""

    name: str
    transcript: Transcript = field(repr=False)
    again: Transcript | None = field(repr=False)
    call_case: CallCase = field(repr=False)
    expect: tuple[Expectation, ...] = field(repr=False)
    known_failure: bool


def read_cases(paths: Iterable[Path]) -> Iterator[Case]:
    """Read case files.

    Args:
        paths: JSON files, each a list of cases.

    Yields:
        The cases in order.

    Raises:
        ValueError: when an expectation's text is not what its characters say.
    """
    for path in paths:
        for raw in json.loads(path.read_text(encoding="utf-8")):
            yield _case(raw, path.stem)


def _case(raw: Mapping[str, Any], subject: str) -> Case:
    name = f"{subject}/{raw['id']}"
    call = transcript_of(raw["segments"], raw["id"])
    again = transcript_of(raw["second"], raw["id"]) if raw.get("second") else None
    expect = tuple(_expectation(each, call.text, name) for each in raw["expect"])
    return Case(name, call, again, parse_case(raw["case"], "case"), expect, bool(raw["known_failure"]))


def _expectation(raw: Mapping[str, str | Sequence[int]], text: str, name: str) -> Expectation:
    """Characters, or else the only place where the text stands."""
    said = str(raw["text"])
    if "chars" in raw:
        start, end = (int(each) for each in raw["chars"])
    else:
        start = text.find(said)
        end = start + len(said)
        if text.count(said) != 1:
            msg = f"{name}: an expectation's text stands {text.count(said)} times in the call: give its chars"
            raise ValueError(msg)
    if text[start:end] != said:
        msg = f"{name}: the characters {start} to {end} say something else"
        raise ValueError(msg)
    action = MaskAction(str(raw["action"]))
    return Expectation(CharSpan(start, end), said, str(raw["entity"]), str(raw["party"]), action)


def transcript_of(rows: Sequence[Mapping[str, Any]], call_id: str) -> Transcript:
    """A transcript of stored utterances.

    Args:
        rows: ``segments`` or ``second`` of a case.
        call_id: Goes into it.

    Returns:
        It; words that are stored without times last ``CHAR_SECONDS`` each.
    """
    segments: list[Segment] = []
    offset, clock = 0, 0.0
    for row in rows:
        segment = _segment(row, offset, clock + TURN_SECONDS)
        segments.append(segment)
        offset, clock = segment.chars.end + 1, segment.time.end
    text = "\n".join(row["text"] for row in rows)
    return Transcript(call_id, text, tuple(segments), "ja", "tests/cases", "0" * 64)


def _segment(row: Mapping[str, Any], offset: int, clock: float) -> Segment:
    start = row.get("start", round(clock * CENTI)) / CENTI
    lengths = row.get("chars") or [1] * len(row["text"])
    step = round(CHAR_SECONDS * CENTI)
    times = row.get("times") or [each for n in range(len(lengths)) for each in (n * step, (n + 1) * step)]
    sure = row.get("sure") or [CENTI] * len(lengths)
    # Where no ear listened a word has no sounds, which is not the same as sounding like nothing.
    sounds = list(zip(*row["sounds"], strict=True)) if row.get("sounds") else [()] * len(lengths)
    ends = [offset + each for each in itertools.accumulate(lengths)]
    words = tuple(
        Word(
            CharSpan(end - length, end),
            TimeSpan(start + times[2 * n] / CENTI, start + times[2 * n + 1] / CENTI),
            sure[n] / CENTI,
            tuple(each / SOUNDS for each in sounds[n]),
        )
        for n, (length, end) in enumerate(zip(lengths, ends, strict=True))
    )
    sound = row.get("sound", {})
    return Segment(
        CharSpan(offset, offset + len(row["text"])),
        TimeSpan(words[0].time.start, max(word.time.end for word in words)),
        row.get("channel", 0),
        row.get("speaker"),
        words,
        row.get("no_speech", 0) / CENTI,
        tuple(_trace(each) for each in sound.get("personal", ())),
        tuple(_morae(each) for each in sound.get("morae", ())),
    )


def _trace(raw: Sequence[Any]) -> Trace:
    start, step, data = raw
    return Trace(start, step, tuple(each / TRACE_LEVELS for each in _unpacked(data)))


def _morae(raw: Sequence[Any]) -> Posteriorgram:
    start, step, data = raw
    return Posteriorgram(start, step, tuple(each.hex() for each in _steps(_unpacked(data))))


def _steps(data: bytes) -> Iterator[bytes]:
    """Each step is led by how many classes it has, of two bytes each."""
    at = 0
    while at < len(data):
        end = at + 1 + 2 * data[at]
        yield data[at + 1 : end]
        at = end


def segments_json(transcript: Transcript, first: int, last: int, zero: float) -> list[dict[str, Any]]:
    """Utterances as they are stored.

    Args:
        transcript: Of the whole call.
        first: Number of the first utterance.
        last: Number behind the last.
        zero: Seconds at which the window begins.

    Returns:
        ``segments`` or ``second`` of a case.
    """
    return [_segment_json(each, transcript.text, zero) for each in transcript.segments[first:last]]


def _segment_json(segment: Segment, text: str, zero: float) -> dict[str, Any]:
    start = segment.words[0].time.start
    lengths = [word.chars.end - word.chars.start for word in segment.words]
    times = [round((at - start) * CENTI) for w in segment.words for at in (w.time.start, w.time.end)]
    row: dict[str, Any] = {
        "speaker": segment.speaker,
        "channel": segment.channel,
        "start": round((start - zero) * CENTI),
        "text": text[segment.chars.start : segment.chars.end],
        "chars": None if set(lengths) == {1} else lengths,
        "times": times,
        "sure": [round(word.probability * CENTI) for word in segment.words],
        "no_speech": round(segment.no_speech_probability * CENTI),
        "sounds": _sounds(segment.words),
        "sound": _sound(segment, zero),
    }
    return {key: value for key, value in row.items() if value or key in ("channel", "start")}


def _sounds(words: Sequence[Word]) -> list[list[int]]:
    if not all(word.sounds for word in words):
        return []
    return [[round(each * SOUNDS) for each in kind] for kind in zip(*(w.sounds for w in words), strict=True)]


def _sound(segment: Segment, zero: float) -> dict[str, list[list[Any]]]:
    """What begins before the window is cut off."""
    personal = [
        [start, each.step, _packed(bytes(np.round(np.array(chances) * TRACE_LEVELS).astype(np.uint8)))]
        for each in segment.traces
        for start, chances in _from_zero(each, zero)
    ]
    morae = [
        [start, each.step, _packed(b"".join(bytes([len(s) // 4]) + bytes.fromhex(s) for s in chances))]
        for each in segment.posteriorgrams
        for start, chances in _from_zero(each, zero)
    ]
    return {key: value for key, value in (("personal", personal), ("morae", morae)) if value}


def _from_zero(each: Trace | Posteriorgram, zero: float) -> Iterator[tuple[float, Sequence[Any]]]:
    """Start in the window's own time, and what lies in it; nothing where nothing does."""
    skipped = max(0, int(np.ceil((zero - each.start) / each.step - 1e-6)))
    if chances := each.chances[skipped:]:
        yield round(each.start + skipped * each.step - zero, 3), chances


def _packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def _unpacked(data: str) -> bytes:
    return zlib.decompress(base64.b64decode(data))


def write_cases(path: Path, cases: Sequence[Mapping[str, Any]]) -> None:
    """Write a file of cases: a line for each key, and in lists of objects one for each object.

    Args:
        path: The file.
        cases: As stored.
    """
    path.write_text("[\n" + ",\n".join(map(_written, cases)) + "\n]\n", encoding="utf-8")


def _written(case: Mapping[str, Any]) -> str:
    lines = []
    for key, value in case.items():
        if isinstance(value, list):
            inner = ",\n   ".join(_line(each) for each in value)
            lines.append(f"  {_line(key)}: [\n   {inner}\n  ]")
        else:
            lines.append(f"  {_line(key)}: {_line(value)}")
    return " {\n" + ",\n".join(lines) + "\n }"


def _line(value: object) -> str:
    compact = isinstance(value, dict) and "times" in value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":") if compact else (", ", ": "))
