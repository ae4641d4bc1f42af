"""Collect what ``models.training.weighing.train_edges`` learns from: edges of findings, and the true ones.

    python -m models.training.weighing.collect_edges CALLS_DIR... --out DATA.npz [--found] [--deaf]

A folder is one of ``models.training.calls.stored``.  Without ``--found`` detection is left out: a finding
is made of exactly the recognised characters that stand for a true span.  ``--deaf`` leaves the ear out, for
calls that it has learned from.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import load_analyzer
from models.language.readings import Reader, load_reader
from models.training.calls.examples import KINDS, PARTIES, from_heard
from models.training.calls.hear import read_heard
from models.training.calls.stored import stored_calls
from pipeline.audio.recording import Recording, read_recording
from pipeline.finding.detect import detect
from pipeline.masking.align import LONG_PAUSE_SECONDS, edge_evidence, index_words
from pipeline.masking.edges import (
    FRAME_SECONDS,
    INWARD_FRAMES,
    OUTWARD_FRAMES,
    UNKNOWN_SPREAD,
    WordEdge,
    describe,
)
from pipeline.measuring.frames import AudioPair, frames_of
from pipeline.ownership.chain import BEFORE_THE_JUDGE, Context, attribute
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party, TimeSpan, Transcript

SHIFTED = 2
"""Times that an edge is shown with its word timed otherwise."""

OFF, OFF_HEARD = 0.07, 0.02
"""Seconds by which it then is, as a standard deviation; where its morae are heard a word is timed better."""

COLOURS = (len(KINDS) - 1) * (len(PARTIES) - 1)
"""Spans are told apart by a kind and a party lent to them in turn."""


@dataclass(frozen=True, slots=True)
class Case:
    """A true span, what was recognised of it, and which frames of its channel are speech."""

    call: str
    truth: TimeSpan
    finding: Finding
    transcript: Transcript = field(repr=False)
    recording: Recording = field(repr=False)
    speech: NDArray[np.bool_] = field(repr=False)

    def spoken(self, start: float, end: float) -> int:
        """Milliseconds of speech between two times."""
        return 10 * int(
            self.speech[max(0, round(start / FRAME_SECONDS)) : max(0, round(end / FRAME_SECONDS))].sum()
        )


def cases(folders: Sequence[Path]) -> Iterator[Case]:
    """Every true span of every call that has been recognised, if anything was heard of it."""
    reader = load_reader()
    for heard in sorted(path for folder in folders for path in folder.glob("*.heard.json")):
        stem = heard.name.removesuffix(".heard.json")
        recording = read_recording(heard.with_name(f"{stem}.wav"))
        truth = json.loads(heard.with_name(f"{stem}.truth.json").read_text(encoding="utf-8"))
        transcript = read_heard(heard)
        speech = _speech(recording)
        for span, chars in heard_as(truth, transcript, reader):
            channel = 1 if truth["layout"] == "stereo" and span["speaker"] != "op" else 0
            entity = EntitySpan("PERSON", chars, 1.0, "truth")
            finding = Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, needs_review=False)
            time = TimeSpan(span["start"], span["end"])
            yield Case(stem, time, finding, transcript, recording, speech[channel])


def _speech(recording: Recording) -> NDArray[np.bool_]:
    """Which frames of each channel are speech."""
    samples = recording.samples[:, :]
    return frames_of(AudioPair(samples, samples, recording.rate)).speech


def heard_as(
    truth: dict[str, Any], transcript: Transcript, reader: Reader
) -> Iterator[tuple[dict[str, Any], CharSpan]]:
    """What was recognised of each true span.

    Args:
        truth: The call's truth.json.
        transcript: Recognised from its audio.
        reader: Reads both.

    Yields:
        Each span of which something was heard, with the characters that the alignment by sound gives it.
    """
    parties = len(PARTIES) - 1
    painted = [
        {**span, "kind": KINDS[1 + i // parties % (len(KINDS) - 1)], "party": PARTIES[1 + i % parties]}
        for i, span in enumerate(truth["spans"])
    ]
    example = from_heard(transcript, {**truth, "spans": painted}, reader)
    colours = np.where(example.kinds > 0, (example.kinds - 1) * parties + example.parties - 1, -1)
    words = [(word, segment) for segment in transcript.segments for word in segment.words]
    for index, span in enumerate(truth["spans"]):
        mine = [
            at
            for word, segment in words
            if (truth["layout"] == "mono" or (segment.channel == 1) == (span["speaker"] == "cu"))
            and word.time.start < span["end"] + 1.5
            and word.time.end > span["start"] - 1.5
            for at in range(word.chars.start, word.chars.end)
            if colours[at] == index % COLOURS
        ]
        if mine:
            yield span, CharSpan(min(mine), max(mine) + 1)


def found_cases(folders: Sequence[Path]) -> Iterator[Case]:
    """Every finding of every call that has been recognised, with what is true of what it found.

    Where a finding's characters are not just those of what was said, its edge is to be found all the same.
    """
    analyzer, reader = load_analyzer(), load_reader()
    for call in stored_calls(folders, exact=False):
        recording, channels = call.recording, call.recording.channels
        speech = _speech(recording)
        found = detect(call.transcript, analyzer, call.case, call.again)
        places = index_words(call.transcript)
        for finding in attribute(found, Context(call.transcript, call.case, reader), passes=BEFORE_THE_JUDGE):
            touched = places.touched(finding.entity.chars)
            on = {place.segment.channel for place in touched}
            words = [place.word.time for place in touched]
            if not words or len(on) > 1:
                continue
            time = TimeSpan(min(w.start for w in words), max(w.end for w in words))
            pauses = (b.start - a.end for a, b in itertools.pairwise(sorted(words)))
            true = [s.time for s in call.truth.spans if s.channel(channels) in on and _same(s.time, time)]
            if true and max(pauses, default=0.0) <= LONG_PAUSE_SECONDS:
                truth = TimeSpan(min(t.start for t in true), max(t.end for t in true))
                channel = next(iter(on)) if channels > 1 else 0
                yield Case(call.truth.call_id, truth, finding, call.transcript, recording, speech[channel])


def _same(one: TimeSpan, other: TimeSpan) -> bool:
    """Whether half of the shorter one lies in the other."""
    return -one.apart(other) >= 0.5 * min(one.duration, other.duration) > 0


def collected(judged: Sequence[Case], *, deaf: bool) -> dict[str, NDArray[Any]]:
    """What there is to learn from: edges that a candidate reaches, as timed and ``SHIFTED`` times beside.

    Args:
        judged: The entities.
        deaf: Whether the ear is left out: of calls that it has learned from, it knows too much.

    Returns:
        ``features`` as ``describe`` gives them, the index of the true candidate (``aims``) and the ``sides``.
    """
    rng = np.random.default_rng(5)
    features, aims, sides = [], [], []
    for case in judged:
        for side in (-1, 1):
            sound, timed, loud = edge_evidence(case.finding, case.transcript, case.recording, side)
            timed = replace(timed, traces=(), spread=UNKNOWN_SPREAD) if deaf else timed
            off = OFF if timed.spread < 0 else OFF_HEARD
            for shift in (0.0, *np.clip(rng.normal(0, off, SHIFTED), -0.2, 0.2)):
                edge = _shifted(timed, side, float(shift))
                aim = side * round((_begins_or_ends(case, side) - edge.time) / FRAME_SECONDS)
                if -INWARD_FRAMES <= aim <= OUTWARD_FRAMES:
                    features.append(describe(sound, edge, side, loud))
                    aims.append(aim + INWARD_FRAMES)
                    sides.append(side)
    return {
        "features": np.array(features, dtype=np.float32),
        "aims": np.array(aims),
        "sides": np.array(sides),
    }


def _shifted(edge: WordEdge, side: int, outward: float) -> WordEdge:
    """The same word, timed otherwise: its times are as good as a recogniser's are."""
    return replace(
        edge,
        time=edge.time + side * outward,
        gap=max(0.0, edge.gap - outward),
        outer=max(0.0, edge.outer - outward),
        length=max(0.03, edge.length + outward),
    )


def _begins_or_ends(case: Case, side: int) -> float:
    """Seconds at which the speech of an entity begins or ends, where that is near the edge of its sound."""
    first = case.truth.start if side < 0 else case.truth.end
    inside = np.flatnonzero(
        case.speech[round(case.truth.start / FRAME_SECONDS) : round(case.truth.end / FRAME_SECONDS)]
    )
    if not inside.size:
        return first
    speech = case.truth.start + (int(inside[0]) if side < 0 else int(inside[-1]) + 1) * FRAME_SECONDS
    return speech if abs(speech - first) < 0.15 else first


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where no recognised call lies."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--found", action="store_true", help="of what is detected, not of what is true")
    parser.add_argument("--deaf", action="store_true", help="without the ear")
    options = parser.parse_args(arguments)
    judged = list((found_cases if options.found else cases)(options.folders))
    if not judged:
        print("no recognised calls there", file=sys.stderr)
        return 2
    np.savez(options.out, allow_pickle=False, **collected(judged, deaf=options.deaf))
    print(f"{len(judged)} entities of {len({case.call for case in judged})} calls")
    return 0


if __name__ == "__main__":
    sys.exit(main())
