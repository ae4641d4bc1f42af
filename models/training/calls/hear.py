"""Recognise a folder of made calls and keep what came back: the raw material of the tagger.

    python -m models.training.calls.hear CALLS_DIR [--again | --otherwise NAME | --hearings NAME...]

writes ``<stem>.heard.json`` beside each ``<stem>.wav`` (skipping those that are there); with
``--again`` it is the second hearing of each (``pipeline.hearing.second_hearing``), ``<stem>.heard2.json``,
and with ``--otherwise`` one that kaiji itself never does (``OTHERWISE``), ``<stem>.heard-NAME.json``: what
is heard in another way is garbled in another way, and to learn from as good as another call.
``--hearings`` is several of them in one process: ``first``, ``again``, names of ``OTHERWISE``, and ``laid``:
the exact words of the truth, laid on the sound, ``<stem>.laid.json``.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.speech.batch_transcriber import GREEDY
from models.speech.transcriber import FasterWhisperRecogniser, load_transcriber
from models.training.calls.exact import laid_words
from models.training.calls.voices import resampled
from pipeline.audio.recording import Recording, read_recording
from pipeline.errors import PipelineError
from pipeline.hearing.second_hearing import BatchRecogniser, Cut, hear_again
from pipeline.hearing.transcribe import HeardSegment, transcribe
from pipeline.types import CharSpan, Posteriorgram, Segment, TimeSpan, Trace, Transcript, Word


@dataclasses.dataclass(frozen=True, slots=True)
class _Manner:
    """How a call is cut and decoded, and how many times slower it is heard."""

    cut: Cut
    beam: int = 1
    slower: Fraction = Fraction(1)


OTHERWISE = {
    "short": _Manner(Cut(window=7.0, margin=0.2, bright=False)),
    "beam": _Manner(Cut(window=7.0, margin=0.2, bright=False), beam=4),
    "slow": _Manner(Cut(window=11.0), slower=Fraction(9, 8)),
    "shortest": _Manner(Cut(window=5.0, margin=0.25)),
}
"""Each takes 1.2 to 1.4 CPU seconds a minute of call, on ``base``.  Of the morae of 90 calls they get as many
wrong as the second hearing (19 to 25 %), but not the same."""


FIRST, AGAIN, LAID = "first", "again", "laid"
"""The product's two hearings, and what it makes of words from a file."""

SUFFIXES = {FIRST: "heard", AGAIN: "heard2", LAID: LAID} | {name: f"heard-{name}" for name in OTHERWISE}
"""Of their files, before ``.json``."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Default: the process's.

    Returns:
        0, or 1 when a call could not be recognised.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--again", action="store_true", help="the second hearing, .heard2.json")
    how.add_argument("--otherwise", choices=sorted(OTHERWISE), help="another one, .heard-NAME.json")
    how.add_argument("--hearings", nargs="+", choices=sorted(SUFFIXES), help="several")
    parser.add_argument("--part", default="0/1", help="i/n: every n-th call from the i-th, for parallel runs")
    options = parser.parse_args(arguments)
    which, parts = map(int, options.part.split("/"))
    recogniser = load_transcriber(cpu_threads=options.threads)
    names = options.hearings or [AGAIN if options.again else options.otherwise or FIRST]
    failed = 0
    for path, name in itertools.product(sorted(options.folder.glob("*.wav"))[which::parts], names):
        out = path.with_suffix(f".{SUFFIXES[name]}.json")
        if out.exists():
            continue
        try:
            transcript = _heard(path, recogniser, name)
        except PipelineError as error:
            print(f"{path.stem}: {error.code}", file=sys.stderr)
            failed = 1
            continue
        print(path.stem, name, flush=True)
        # Written beside and renamed: who goes on after a kill finds a whole file or none.
        beside = out.with_name(f".{out.name}.tmp")
        beside.write_text(json.dumps(dataclasses.asdict(transcript), ensure_ascii=False), encoding="utf-8")
        beside.replace(out)
    return failed


def _heard(path: Path, recogniser: FasterWhisperRecogniser, name: str) -> Transcript:
    if name == LAID:
        return laid_words(path, recogniser)
    recording = read_recording(path)
    if name == FIRST:
        return transcribe(recording, recogniser, path.stem)
    if name == AGAIN:
        return hear_again(recording, recogniser.in_batches(), path.stem)
    return _heard_otherwise(recording, recogniser, path.stem, OTHERWISE[name])


def _heard_otherwise(
    recording: Recording, recogniser: FasterWhisperRecogniser, call_id: str, manner: _Manner
) -> Transcript:
    longest = float(manner.cut.window * manner.slower)
    how = dataclasses.replace(GREEDY, beam=manner.beam, least_seconds=longest)
    batches: BatchRecogniser = recogniser.in_batches(how)
    if manner.slower != 1:
        batches = _Slower(batches, manner.slower)
    return hear_again(recording, batches, call_id, manner.cut)


class _Slower:
    """A ``BatchRecogniser`` that hears everything slower, and as much lower."""

    def __init__(self, recogniser: BatchRecogniser, times: Fraction) -> None:
        self._recogniser, self._times = recogniser, times
        self.name, self.at_once = recogniser.name, recogniser.at_once

    def recognise_batch(self, windows: Sequence[NDArray[np.float32]]) -> tuple[HeardSegment, ...]:
        """Words at their times in the windows as they are."""
        times = float(self._times)
        heard = self._recogniser.recognise_batch([resampled(window, self._times) for window in windows])
        return tuple(
            dataclasses.replace(
                segment,
                words=tuple(
                    dataclasses.replace(word, start=word.start / times, end=word.end / times)
                    for word in segment.words
                ),
            )
            for segment in heard
        )


def read_heard(path: Path) -> Transcript:
    """Read a ``.heard.json``, ``.heard2.json`` or ``.laid.json`` back."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    segments = tuple(
        Segment(
            CharSpan(**s["chars"]),
            TimeSpan(**s["time"]),
            s["channel"],
            s["speaker"],
            tuple(_word(word) for word in s["words"]),
            s["no_speech_probability"],
            tuple(_trace(trace) for trace in s.get("traces", ())),
            tuple(_posteriorgram(each) for each in s.get("posteriorgrams", ())),
        )
        for s in raw["segments"]
    )
    return Transcript(
        raw["call_id"],
        raw["text"],
        segments,
        raw["language"],
        raw["model"],
        raw["audio_sha256"],
        raw.get("times_within"),
    )


def _word(raw: dict[str, Any]) -> Word:
    sounds, spread = (tuple(raw.get(key, ())) for key in ("sounds", "spread"))
    return Word(CharSpan(**raw["chars"]), TimeSpan(**raw["time"]), raw["probability"], sounds, spread)


def _trace(raw: dict[str, Any]) -> Trace:
    return Trace(raw["start"], raw["step"], tuple(raw["chances"]))


def _posteriorgram(raw: dict[str, Any]) -> Posteriorgram:
    return Posteriorgram(raw["start"], raw["step"], tuple(raw["chances"]))


if __name__ == "__main__":
    sys.exit(main())
