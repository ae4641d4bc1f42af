"""How exact are the edges?  Prints a table; or collects what ``tests.bench.fit_edges`` learns from.

    python -m tests.bench.edges CALLS_DIR [CALLS_DIR ...] [--other FILE.json [--methods NAME ...]]
    python -m tests.bench.edges CALLS_DIR [CALLS_DIR ...] --collect FILE.npz [--found] [--deaf]

A folder holds ``<stem>.wav``, ``<stem>.truth.json`` and ``<stem>.heard.json`` (``python -m
models.training.calls.hear``).  Detection is left out: a finding is made of exactly the recognised
characters that stand for a true span, whatever they were heard as, so that edges are judged
alone.  Speech is what ``kaiji evaluate`` calls speech: 10 ms frames above -38 dBFS.

    covered   share of edges with no speech of the entity outside the mask
    >40 ms    share of edges with more than 40 ms of it outside
    taken     speech outside the entity that is masked at the edge, ms: median and 95th percentile
    error     edge of the mask less the true one, outward positive, ms: likewise
    leak      speech of the entities left unmasked at their edges, as a share of their speech
    over      speech of their neighbours that is masked, as a share of the same

``--other`` adds the word times of another program for the same words (``word_times.py`` makes them
with stable-ts) and then judges the calls that it has, by each of ``--methods``, and no others.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from models.analysis.analyzer import load_analyzer
from models.language.readings import Reader, load_reader
from models.training.calls.examples import KINDS, PARTIES, from_heard
from models.training.calls.hear import read_heard
from pipeline.audio.recording import Recording, read_recording
from pipeline.finding.detect import detect
from pipeline.masking.align import LONG_PAUSE_SECONDS, align, edges_of, places_of
from pipeline.masking.edges import (
    FRAME_SECONDS,
    INWARD_FRAMES,
    OUTWARD_FRAMES,
    UNKNOWN_SPREAD,
    WordEdge,
    describe,
)
from pipeline.measuring.evaluate import AudioPair, frames_of
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, MaskPolicy, Party, TimeSpan, Transcript
from tests.bench.figures import stored_calls

Aligner = Callable[[tuple[Finding, ...], Transcript, Recording, MaskPolicy], tuple[Finding, ...]]

PADS = ((0.0, 0.0), (0.05, 0.1), (0.1, 0.2), (0.15, 0.15), (0.25, 0.25), (0.2, 0.4))
"""Seconds before and after that are tried around plain word times.  Of .15 it is told that fragments stay
audible, of .25 that none do; starts are early and ends late, so that unlike pads may do better."""

Times = Mapping[str, Transcript]
"""A call's stem to the same words with other times."""

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
        speech = frames_of(AudioPair(recording.samples, recording.samples, recording.rate)).speech
        for span, chars in _heard_as(truth, transcript, reader):
            channel = 1 if truth["layout"] == "stereo" and span["speaker"] == "cu" else 0
            entity = EntitySpan("PERSON", chars, 1.0, "truth")
            finding = Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, needs_review=False)
            time = TimeSpan(span["start"], span["end"])
            yield Case(stem, time, finding, transcript, recording, speech[channel])


def _heard_as(
    truth: dict[str, Any], transcript: Transcript, reader: Reader
) -> Iterator[tuple[dict[str, Any], CharSpan]]:
    """Each span with the characters that the alignment by sound gives it."""
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
        speech = frames_of(AudioPair(recording.samples, recording.samples, recording.rate)).speech
        found = detect(call.transcript, analyzer, call.case, call.again)
        places = places_of(call.transcript)
        for finding in attribute(found, Context(call.transcript, call.case, reader), passes=RULES):
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


def plain(
    findings: tuple[Finding, ...], transcript: Transcript, _: Recording, policy: MaskPolicy
) -> tuple[Finding, ...]:
    """Word times and nothing else, with the pads of the policy."""
    (finding,) = findings
    words = [w.time for s in transcript.segments for w in s.words if w.chars.overlaps(finding.entity.chars)]
    start = max(0.0, min(w.start for w in words) - policy.pad_before)
    time = TimeSpan(start, max(start, max(w.end for w in words) + policy.pad_after))
    return (replace(finding, time=time),)


def read_times(path: Path, methods: Sequence[str] | None) -> dict[str, Times]:
    """Another program's word times: its methods' names to the calls it has, as ``word_times.py`` writes."""
    found = json.loads(path.read_text(encoding="utf-8"))
    adapter = TypeAdapter(Transcript)
    return {
        name: {stem: adapter.validate_python(raw) for stem, raw in found[name].items()}
        for name in methods or found
    }


def retimed(judged: Sequence[Case], times: Times) -> list[Case]:
    """The same entities with other times of their words."""
    return [replace(case, transcript=times[case.call]) for case in judged]


def row(name: str, aligner: Aligner, policy: MaskPolicy, judged: Sequence[Case]) -> str:
    """One line of the table."""
    figures = []
    for case in judged:
        parts = aligner((case.finding,), case.transcript, case.recording, policy)
        times = [part.time for part in parts if part.time]
        start, end, true = min(t.start for t in times), max(t.end for t in times), case.truth
        lost = case.spoken(true.start, start), case.spoken(end, true.end)
        taken = case.spoken(start, true.start), case.spoken(true.end, end)
        error = 1000 * (true.start - start), 1000 * (end - true.end)
        figures.append([*lost, *taken, *error, case.spoken(true.start, true.end)])
    table = np.array(figures)
    sides = []
    for side in (0, 1):
        unmasked, too_much, off = (table[:, column + side] for column in (0, 2, 4))
        sides.append(
            f"{np.mean(unmasked == 0):7.3f} {np.mean(unmasked > 40):7.3f} {np.median(too_much):5.0f} "
            f"{np.percentile(too_much, 95):5.0f} {np.median(off):6.0f} {np.percentile(np.abs(off), 95):5.0f}"
        )
    speech = table[:, 6].sum()
    shares = table[:, :2].sum() / speech, table[:, 2:4].sum() / speech
    return f"{name:<20} |{' |'.join(sides)} | {shares[0]:.4f} {shares[1]:.3f}"


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
            sound, timed, loud = edges_of(case.finding, case.transcript, case.recording, side)
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


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--collect", type=Path)
    parser.add_argument("--found", action="store_true", help="of what is detected, not of what is true")
    parser.add_argument("--deaf", action="store_true", help="collect what there is without the ear")
    parser.add_argument("--other", type=Path)
    parser.add_argument("--methods", nargs="+")
    options = parser.parse_args()
    others = read_times(options.other, options.methods) if options.other else {}
    every = found_cases if options.found else cases
    judged = [case for case in every(options.folders) if all(case.call in times for times in others.values())]
    if not judged:
        print("no recognised calls there", file=sys.stderr)
        return 2
    print(f"{len(judged)} entities of {len({case.call for case in judged})} calls")
    if options.collect:
        np.savez(options.collect, **collected(judged, deaf=options.deaf))
        return 0
    side = "covered  >40ms taken   p95  error   p95"
    print(f"{'':<20} | {side} | {side} |   leak  over")
    plainly = [("word times", judged), *((name, retimed(judged, times)) for name, times in others.items())]
    for name, timed in plainly:
        for before, after in PADS:
            policy = MaskPolicy(pad_before=before, pad_after=after)
            print(row(f"{name} {before:g}/{after:g}", plain, policy, timed))
    print(row("edges, no pad", align, MaskPolicy(pad_before=0.0, pad_after=0.0), judged))
    print(row("edges, default", align, MaskPolicy(), judged))
    return 0


if __name__ == "__main__":
    sys.exit(main())
