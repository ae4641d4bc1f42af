"""Collect what the fusing network learns from: calls that neither tagger nor ear has learned from, as heard.

    python -m models.training.weighing.collect_fusion CALLS_DIR... --out DATA.npz [--otherwise NAME...]

The folders are those of ``models.training.weighing.calibrate``, heard with the ear
(``models.training.calls.hear``).  Every call is taken as it is heard twice and as it is heard once;
``--otherwise`` takes it once more for each further hearing that lies there (``models.training.calls.hear
--otherwise``): as the second one, and as the first.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import CallAnalyzer, load_analyzer
from models.calls.hearings import char_times
from models.training.calls.examples import KINDS, PARTIES, said_then
from models.training.calls.hear import read_heard
from models.weighing.fusion.columns import fusion_rows
from models.weighing.tagger.tagger import Tagger, load_tagger
from pipeline.hearing.supplement import supplemented
from pipeline.measuring.truth import CallTruth, read_truth
from pipeline.types import CallCase, Transcript

BESIDE: Final = 0.02
"""Seconds beside a span in which the middle of a character may lie that is a part of it."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """One hearing of a call: what is looked at, what each character is, whether a third party's, how long."""

    seen: NDArray[np.float32] = field(repr=False)
    kinds: NDArray[np.int64] = field(repr=False)
    third: NDArray[np.bool_] = field(repr=False)
    lasts: NDArray[np.float32] = field(repr=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--otherwise", nargs="*", default=())
    options = parser.parse_args(arguments)
    tagger = load_tagger()
    # Without the recognizer that needs what is learned here; only the hearings are wanted, not findings.
    analyzer = load_analyzer(frozenset({"LearnedRecognizer"}), judged=False, tagger=tagger)
    calls, rows = [], []
    for path in (path for folder in options.folders for path in sorted(folder.glob("*.truth.json"))):
        for each in _observed(path, options.otherwise, analyzer, tagger):
            calls.append(path.name.removesuffix(".truth.json"))
            rows.append(each)
        print(path.name, flush=True)
    np.savez_compressed(
        options.out,
        seen=np.concatenate([each.seen for each in rows]),
        kinds=np.concatenate([each.kinds for each in rows]),
        third=np.concatenate([each.third for each in rows]),
        lasts=np.concatenate([each.lasts for each in rows]),
        ends=np.cumsum([len(each.kinds) for each in rows]),
        calls=np.array(calls),
    )
    return 0


def _observed(
    path: Path, otherwise: Sequence[str], analyzer: CallAnalyzer, tagger: Tagger
) -> Iterator[_Rows]:
    stem = path.name.removesuffix(".truth.json")
    truth = read_truth(json.loads(path.read_text(encoding="utf-8")), stem)
    first, second = (read_heard(path.with_name(f"{stem}.{name}.json")) for name in ("heard", "heard2"))
    others = [read_heard(path.with_name(f"{stem}.heard-{name}.json")) for name in otherwise]
    pairs: list[tuple[Transcript, Transcript | None]] = [(first, second), (first, None)]
    pairs += [pair for other in others for pair in ((first, other), (other, second))]
    for one, again in pairs:
        whole = one if again is None else supplemented(one, again)
        seen = fusion_rows(analyzer.call(whole, CallCase("collect"), again), tagger)
        kinds, third, lasts = _labels(whole, truth)
        yield _Rows(seen, kinds, third, lasts)


def _labels(
    transcript: Transcript, truth: CallTruth
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float32]]:
    """What each character is by its time, and how long it lasts: none for what is nobody's to find."""
    starts, ends = char_times(transcript)
    middles = (starts + ends) / 2
    kinds = np.zeros(len(middles), dtype=np.int64)
    third = np.zeros(len(middles), dtype=np.bool_)
    channels = np.full(len(middles), -1)
    for segment in transcript.segments:
        channels[segment.chars.start : segment.chars.end] = segment.channel
    for span, here in said_then(truth, middles, channels, (BESIDE, BESIDE)):
        kinds[here] = KINDS.index(span.kind)
        third[here] |= span.party == PARTIES[1]
    secret = kinds == KINDS.index("CONFIDENTIAL")
    # A company's secrets are whatever it says they are: neither right nor wrong to find.
    lasts = np.where(secret, 0.0, np.nan_to_num(ends - starts)).astype(np.float32)
    return np.where(secret, 0, kinds), third & ~secret, lasts


if __name__ == "__main__":
    raise SystemExit(main())
