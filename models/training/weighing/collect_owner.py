"""Collect what the judge of owners learns from: evidence of findings in calls, beside cases.

    python -m models.training.weighing.collect_owner CALLS_DIR... --out DATA.npz
        [--unheard] [--exact] [--share 0/1]
    python -m models.training.weighing.collect_owner --scripts FILE... --out DATA.npz
        [--copies 2] [--seed 1] [--share 0/1]

The folders are those of ``models.training.calls.stored``, heard twice.  Every call is shown with its own case
in several ways (``shown``): as it is, without who was on the call, with a company's whole staff list, with
somebody on the call who has a third party's surname; and with those of other calls: whoever asks there is a
stranger, and nothing is theirs.  One of these is made to sound and to live like a third party of the call
(``near_strangers``).  ``--unheard`` shows the calls as they are only read, ``--exact`` in their exact words,
laid on the sound where that is stored.  ``--scripts`` are calls that nobody speaks (``unspoken``).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import load_analyzer
from models.calls.hearings import char_times
from models.training.calls.examples import said_then
from models.training.calls.stored import StoredCall, stored_calls, unheard
from models.training.crowds.colleagues import SIZES, with_colleagues
from models.training.crowds.near_strangers import near_stranger
from models.training.weighing.shown import NOBODY, Shown
from models.training.weighing.unspoken import ReadCall, unspoken_calls
from models.weighing.owner.owner import JUDGED_TYPES
from pipeline.finding.detect import detect
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.ownership.chain import BEFORE_THE_JUDGE, Context, attribute
from pipeline.ownership.evidence.evidence import Evidence
from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.evidence.neighbours import Neighbour, PairValues
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.known_case import read_case
from pipeline.ownership.known.names import KanaReader, claimed_names
from pipeline.sound.morae import fold_kana
from pipeline.types import CallCase, CaseName, Finding, Party, Transcript

MARGIN_SECONDS = 0.02
"""Seconds around a span within which the middle of its characters lies."""

LIST_WEIGHTS = (4, 4, 3, 1)
"""How often a list of each of ``SIZES`` is shown: long ones take long."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A finding: evidence for each claimant, seconds of each one's data and of others' in it, and itself."""

    values: PairValues = field(repr=False)
    seconds: tuple[float, ...]
    itself: Neighbour = field(repr=False)


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
    parser.add_argument("--unheard", action="store_true")
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--share", default="0/1", help="i/n: every n-th call from the i-th")
    options = parser.parse_args(arguments)
    which, parts = map(int, options.share.split("/"))
    calls = [
        *(_read(call, options.unheard) for call in stored_calls(options.folders, exact=options.exact)),
        *(
            unspoken_calls(options.scripts, options.copies, options.seed, crowded=True)
            if options.scripts
            else ()
        ),
    ]
    analyzer = load_analyzer()
    rows: list[_Row] = []
    shown: list[str] = []
    for number, call in list(enumerate(calls))[which::parts]:
        others = [other.case for other in calls if other.case.case_id != call.case.case_id]
        rng = random.Random(f"{call.truth.call_id}/{number}")
        entities = detect(call.transcript, analyzer, call.case, call.again)
        context = Context(call.transcript, call.case, analyzer.reader)
        findings = attribute(entities, context, passes=BEFORE_THE_JUDGE)
        found = [f for f in findings if not f.entity.candidate and f.entity.entity_type in JUDGED_TYPES]
        for name, case in _cases(call, rng.sample(others, min(2, len(others))), rng).items():
            seen = list(_observed(call, found, case, analyzer.reader, own=name.is_own))
            rows += seen
            shown += [f"{call.truth.call_id}/{name}/{number}"] * len(seen)
    _write(options.out, rows, shown)
    print(f"{len(rows)} findings")
    return 0


def _read(call: StoredCall, without_ears: bool) -> ReadCall:
    words = unheard(call) if without_ears else call
    starts, ends = char_times(words.transcript)
    spans = _spans(words.transcript, call.truth)
    return ReadCall(words.transcript, np.nan_to_num(ends - starts), spans, call.truth, call.case, words.again)


def _cases(call: ReadCall, others: Sequence[CallCase], rng: random.Random) -> Mapping[Shown, CallCase]:
    """What a call is shown with: its own case in several ways, a stranger's, and one made near."""
    (size,) = rng.choices(SIZES, LIST_WEIGHTS)
    cases = {
        Shown.OWN: call.case,
        Shown.PLAIN: replace(call.case, on_call=()),
        Shown.CROWDED: with_colleagues(call.case, call.truth, size, rng.randrange(1000)),
    }
    third = [s.reading for s in call.truth.spans if s.must_mask and s.kind == "NAME" and s.reading]
    if third:
        named = CaseName(said := rng.choice(third), said)
        cases[Shown.NAMESAKE] = replace(call.case, staff=(named,), on_call=(named,))
    if len(others) == 2:
        cases[Shown.STRANGER] = others[0]
        cases[Shown.NEAR] = near_stranger(others[1], call.truth, rng)
    return cases


def _observed(
    call: ReadCall, found: Sequence[Finding], case: CallCase, reader: KanaReader, *, own: bool
) -> Iterator[_Row]:
    whose = [_claimants(span, case) if own else frozenset[Claimant]() for span in call.truth.spans]
    evidence = Evidence(found, call.transcript, read_case(case, reader), reader)
    for each, values in zip(evidence.neighbours, evidence.by_itself(), strict=True):
        here = slice(each.entity.chars.start, each.entity.chars.end)
        seconds = [0.0] * (NOBODY + 1)
        for span, lasts in zip(call.spans[here].tolist(), call.seconds[here].tolist(), strict=True):
            theirs = whose[span] if span >= 0 else None
            if theirs is not None:
                for column, claimant in enumerate(Claimant):
                    seconds[column] += lasts * (claimant in theirs)
                seconds[NOBODY] += lasts * (not theirs)
        yield _Row(values, tuple(seconds), each)


def _claimants(span: TruthSpan, case: CallCase) -> frozenset[Claimant]:
    """Those of the case whose data a span is; of staff whoever bears the name that is said."""
    if span.must_mask:
        return frozenset()
    if span.party != "operator":
        return frozenset({Claimant(span.party)})
    said = fold_kana(span.reading)
    staff = [(c, fold_kana(name.kana)) for c, name in claimed_names(case) if c.party is Party.STAFF]
    bearers = {claimant for claimant, kana in staff if kana and (kana in said or said in kana)}
    if bearers or span.kind != "NAME":
        return frozenset(bearers)
    # An explanation of kanji, whose reading is no name: theirs who was on the call, where anybody was.
    return frozenset({Claimant.ON_CALL if case.on_call else Claimant.COLLEAGUES}) if staff else frozenset()


def _spans(transcript: Transcript, truth: CallTruth) -> NDArray[np.int64]:
    """Which span each character is of, -1 where it is of none, shape (characters,)."""
    starts, ends = char_times(transcript)
    middles = (starts + ends) / 2
    channels = np.full(len(middles), -1)
    for segment in transcript.segments:
        channels[segment.chars.start : segment.chars.end] = segment.channel
    out = np.full(len(middles), -1)
    for at, (_, here) in enumerate(said_then(truth, middles, channels, (MARGIN_SECONDS, MARGIN_SECONDS))):
        out[here] = at
    return out


def _write(path: Path, rows: Sequence[_Row], shown: Sequence[str]) -> None:
    places: list[Mapping[str, Any]] = [
        {
            "place": (each.entity.entity_type, each.entity.chars.start, each.entity.chars.end),
            "kana": each.kana,
            "explains": each.explains,
        }
        for each in (row.itself for row in rows)
    ]
    table = np.array(
        [[[row.values[c].get(feature, 0.0) for feature in Feature] for c in Claimant] for row in rows],
        np.float32,
    )
    np.savez_compressed(
        path,
        names=np.array(list(Feature)),
        seen=table,
        seconds=np.array([row.seconds for row in rows], dtype=np.float32),
        calls=np.array(shown),
        places=np.array(json.dumps(places, ensure_ascii=False)),
    )


if __name__ == "__main__":
    sys.exit(main())
