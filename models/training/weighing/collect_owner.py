"""Collect what the owner judge learns from: findings in calls that no network has learned from.

    python -m models.training.weighing.collect_owner CALLS_DIR... --out DATA.npz [--otherwise ONE OTHER]

The folders are those of ``models.training.calls.stored``, heard twice.  Every call is taken as it is heard,
as it is only read, and in its exact words; ``--otherwise`` takes it once more, from two other hearings.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import CallAnalyzer, load_analyzer
from models.calls.hearings import char_times
from models.training.calls.examples import said_then
from models.training.calls.hear import read_heard
from models.training.calls.stored import StoredCall, stored_calls, unheard
from models.weighing.owner.features import features
from pipeline.finding.detect import detect
from pipeline.hearing.supplement import supplemented
from pipeline.measuring.truth import CallTruth
from pipeline.ownership.chain import RULES, Context, attribute
from pipeline.types import Transcript

MARGIN_SECONDS = 0.02
"""Seconds around a span within which the middle of its characters lies."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A finding: its call, what is looked at, how long it is the requester's and how long another's."""

    call: str
    values: Mapping[str, float] = field(repr=False)
    own: float
    third: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--otherwise", nargs=2, default=())
    options = parser.parse_args(arguments)
    rows = tuple(_rows(options.folders, options.otherwise, load_analyzer()))
    names = sorted({name for row in rows for name in row.values})
    np.savez_compressed(
        options.out,
        names=np.array(names),
        seen=np.array([[row.values.get(name, 0.0) for name in names] for row in rows], dtype=np.float32),
        own=np.array([row.own for row in rows], dtype=np.float32),
        third=np.array([row.third for row in rows], dtype=np.float32),
        calls=np.array([row.call for row in rows]),
    )
    print(f"{len(rows)} findings")
    return 0


def _rows(folders: Sequence[Path], otherwise: Sequence[str], analyzer: CallAnalyzer) -> Iterator[_Row]:
    for folder in folders:
        for call in stored_calls([folder], exact=False):
            for each in (call, unheard(call), *_otherwise(call, folder, otherwise)):
                yield from _observed(each, analyzer)
        for call in stored_calls([folder], exact=True):
            yield from _observed(call, analyzer)


def _otherwise(call: StoredCall, folder: Path, names: Sequence[str]) -> Iterator[StoredCall]:
    if names:
        stem = call.transcript.call_id
        one, other = (read_heard(folder / f"{stem}.heard-{name}.json") for name in names)
        yield replace(call, transcript=supplemented(one, other), again=other)


def _observed(call: StoredCall, analyzer: CallAnalyzer) -> Iterator[_Row]:
    entities = detect(call.transcript, analyzer, call.case, call.again)
    findings = attribute(entities, Context(call.transcript, call.case, analyzer.reader), passes=RULES)
    looked_at = features(findings, call.transcript, call.case, analyzer.reader)
    own, third = _whose(call.transcript, call.truth)
    for finding, values in zip(findings, looked_at, strict=True):
        if values is not None:
            here = slice(finding.entity.chars.start, finding.entity.chars.end)
            yield _Row(call.transcript.call_id, values, float(own[here].sum()), float(third[here].sum()))


def _whose(transcript: Transcript, truth: CallTruth) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How long each character is the requester's, and how long it has to be masked, in seconds."""
    starts, ends = char_times(transcript)
    middles, lasts = (starts + ends) / 2, np.nan_to_num(ends - starts)
    channels = np.full(len(middles), -1)
    for segment in transcript.segments:
        channels[segment.chars.start : segment.chars.end] = segment.channel
    own, third = np.zeros(len(middles)), np.zeros(len(middles))
    for span, here in said_then(truth, middles, channels, (MARGIN_SECONDS, MARGIN_SECONDS)):
        if span.must_mask:
            third[here] = lasts[here]
        elif span.must_keep:
            own[here] = lasts[here]
    return own, third


if __name__ == "__main__":
    sys.exit(main())
