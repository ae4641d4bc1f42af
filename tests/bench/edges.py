"""How exact are the edges?  Prints a table.

    python -m tests.bench.edges CALLS_DIR [CALLS_DIR ...] [--other FILE.json [--methods NAME ...]]

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
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from models.training.weighing.collect_edges import Case, cases
from pipeline.audio.recording import Recording
from pipeline.masking.align import align
from pipeline.types import Finding, MaskPolicy, TimeSpan, Transcript

Aligner = Callable[[tuple[Finding, ...], Transcript, Recording, MaskPolicy], tuple[Finding, ...]]

PADS = ((0.0, 0.0), (0.05, 0.1), (0.1, 0.2), (0.15, 0.15), (0.25, 0.25), (0.2, 0.4))
"""Seconds before and after that are tried around plain word times.  Of .15 it is told that fragments stay
audible, of .25 that none do; starts are early and ends late, so that unlike pads may do better."""

Times = Mapping[str, Transcript]
"""A call's stem to the same words with other times."""


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


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--other", type=Path)
    parser.add_argument("--methods", nargs="+")
    options = parser.parse_args()
    others = read_times(options.other, options.methods) if options.other else {}
    judged = [case for case in cases(options.folders) if all(case.call in times for times in others.values())]
    if not judged:
        print("no recognised calls there", file=sys.stderr)
        return 2
    print(f"{len(judged)} entities of {len({case.call for case in judged})} calls")
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
