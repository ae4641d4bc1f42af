"""Collect what the judge of owners learns from: evidence of findings in calls, beside cases.

    python -m models.training.weighing.collect_owner CALLS_DIR... --out DATA.npz
        [--strangers 1] [--near 1] [--unheard] [--exact] [--share 0/1]
    python -m models.training.weighing.collect_owner --scripts FILE... --out DATA.npz
        [--copies 2] [--seed 1] [--strangers 1] [--near 1] [--share 0/1]

The folders are those of ``models.training.calls.stored``, heard twice.  Every call is shown with its own
case, and with those of other calls: whoever asks there is a stranger, and nothing is theirs.  Some of them
are made to sound and to live like a third party of the call (``near_strangers``).  ``--unheard`` shows the
calls as they are only read, ``--exact`` in their exact words, laid on the sound where that is stored.
``--scripts`` are calls that nobody speaks (``unspoken``).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import CallAnalyzer, load_analyzer
from models.calls.hearings import char_times
from models.training.calls.examples import said_then
from models.training.calls.stored import StoredCall, stored_calls, unheard
from models.training.weighing.near_strangers import near_stranger
from models.training.weighing.shown import NEAR, OWN, OWNERS, STRANGER
from models.training.weighing.unspoken import ReadCall, unspoken_calls
from pipeline.finding.detect import detect
from pipeline.measuring.truth import CallTruth
from pipeline.ownership.chain import BEFORE_THE_JUDGE, Context, attribute
from pipeline.ownership.evidence.beside import PairValues, Told
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.known.known_case import read_case
from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.types import CallCase, Transcript

MARGIN_SECONDS = 0.02
"""Seconds around a span within which the middle of its characters lies."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A finding: evidence for each party, seconds of each owner's data in it, and what its neighbours ask."""

    values: PairValues = field(repr=False)
    seconds: tuple[float, ...]
    told: Told = field(repr=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--scripts", type=Path, nargs="+", default=[])
    parser.add_argument("--copies", type=int, default=2, help="castings of each script")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--strangers", type=int, default=1, help="others' cases for each call")
    parser.add_argument("--near", type=int, default=1, help="others' cases made near to its third parties")
    parser.add_argument("--unheard", action="store_true")
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--share", default="0/1", help="i/n: every n-th call from the i-th")
    options = parser.parse_args(arguments)
    which, parts = map(int, options.share.split("/"))
    calls = [
        *(_read(call, options.unheard) for call in stored_calls(options.folders, exact=options.exact)),
        *(unspoken_calls(options.scripts, options.copies, options.seed) if options.scripts else ()),
    ]
    analyzer = load_analyzer()
    rows: list[_Row] = []
    shown: list[str] = []
    for number, call in list(enumerate(calls))[which::parts]:
        others = [other.case for other in calls if other.case.case_id != call.case.case_id]
        rng = random.Random(f"{call.truth.call_id}/{number}")
        chosen = rng.sample(others, min(options.strangers + options.near, len(others)))
        for name, case in _cases(call, chosen, options.strangers, rng).items():
            seen = list(_observed(call, case, analyzer, own=name.startswith(OWN)))
            rows += seen
            shown += [f"{call.truth.call_id}/{name}/{number}"] * len(seen)
    _write(options.out, rows, shown)
    print(f"{len(rows)} findings")
    return 0


def _read(call: StoredCall, without_ears: bool) -> ReadCall:
    words = unheard(call) if without_ears else call
    whose = _whose(words.transcript, call.truth)
    return ReadCall(words.transcript, whose, call.truth, call.case, words.again)


def _cases(
    call: ReadCall, others: Sequence[CallCase], strangers: int, rng: random.Random
) -> Mapping[str, CallCase]:
    """What a call is shown with: its own case, some strangers', and the others' made near to its talk."""
    near = [near_stranger(case, call.truth, rng) for case in others[strangers:]]
    return (
        {f"{OWN}0": call.case}
        | {f"{STRANGER}{at}": case for at, case in enumerate(others[:strangers])}
        | {f"{NEAR}{at}": case for at, case in enumerate(near)}
    )


def _observed(call: ReadCall, case: CallCase, analyzer: CallAnalyzer, *, own: bool) -> Iterator[_Row]:
    entities = detect(call.transcript, analyzer, case, call.again)
    context = Context(call.transcript, case, analyzer.reader)
    findings = attribute(entities, context, passes=BEFORE_THE_JUDGE)
    told = [f for f in findings if not f.entity.candidate and f.entity.entity_type != "CONFIDENTIAL"]
    evidence = Evidence(told, call.transcript, read_case(case, analyzer.reader), analyzer.reader)
    for each, values in zip(evidence.told, evidence.by_itself(), strict=True):
        chars = each.entity.chars
        here = call.seconds[:, chars.start : chars.end].sum(axis=1).tolist()
        yield _Row(values, tuple(here) if own else (0.0, 0.0, 0.0, sum(here)), each)


def _whose(transcript: Transcript, truth: CallTruth) -> NDArray[np.float64]:
    """How long each character is each owner's, in seconds, shape (owners, characters)."""
    starts, ends = char_times(transcript)
    middles, lasts = (starts + ends) / 2, np.nan_to_num(ends - starts)
    channels = np.full(len(middles), -1)
    for segment in transcript.segments:
        channels[segment.chars.start : segment.chars.end] = segment.channel
    out = np.zeros((len(OWNERS), len(middles)))
    for span, here in said_then(truth, middles, channels, (MARGIN_SECONDS, MARGIN_SECONDS)):
        out[OWNERS.index("third" if span.must_mask else span.party), here] = lasts[here]
    return out


def _write(path: Path, rows: Sequence[_Row], shown: Sequence[str]) -> None:
    names = sorted({name for row in rows for values in row.values.values() for name in values})
    places: list[Mapping[str, Any]] = [
        {
            "place": (told.entity.entity_type, told.entity.chars.start, told.entity.chars.end),
            "kana": told.kana,
            "explains": told.explains,
        }
        for told in (row.told for row in rows)
    ]
    table = np.array(
        [[[row.values[p].get(name, 0.0) for name in names] for p in KNOWN_PARTIES] for row in rows],
        np.float32,
    )
    np.savez_compressed(
        path,
        names=np.array(names),
        seen=table,
        seconds=np.array([row.seconds for row in rows], dtype=np.float32),
        calls=np.array(shown),
        places=np.array(json.dumps(places, ensure_ascii=False)),
    )


if __name__ == "__main__":
    sys.exit(main())
