"""Fit what doubt rests on: which words outside every mask are somebody's data all the same.

    python -m models.training.weighing.fit_doubt CALLS_DIR[=NETWORK.onnx]... --out \
        models/weighing/judge/doubt.json

The folders are those of ``models.training.weighing.calibrate``, whose weights are fitted first.  What is
printed is fitted on some calls and judged on others: how much of what was missed lies in the most doubtful
words.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import load_analyzer
from models.training.calls.examples import from_heard
from models.training.weighing.calibrate import PARTS, Folder, fit, heard_twice
from models.weighing.judge.doubt import DoubtFeature, doubt_features
from models.weighing.judge.features import call_values
from models.weighing.judge.judge import load_judge
from models.weighing.tagger.tagger import load_tagger
from pipeline.finding.detect import unite
from pipeline.types import CallCase

SHARES = (0.05, 0.1, 0.15, 0.2)
"""Shares of the unmasked words for which it is printed what they hold."""

_Rows = NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m models.training.weighing.fit_doubt", description=__doc__)
    parser.add_argument("folders", type=Folder.named, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    calls = [call for folder in options.folders for call in _observed(folder)]
    weights = fit(*_together(calls))
    rounded = dict(zip(DoubtFeature, (round(float(weight), 4) for weight in weights), strict=True))
    options.out.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    _report(calls)
    return 0


def _observed(folder: Folder) -> Iterator[tuple[_Rows, _Rows]]:
    """Of each call what doubt rests on and 1 for somebody's data, for every character outside the masks."""
    tagger = load_tagger(folder.network)
    analyzer, judge = load_analyzer(judged=False, tagger=tagger), load_judge(tagger)
    for first, second, truth in heard_twice(folder.path):
        call = analyzer.call(first, CallCase("calibration"), second)
        masked = [s for s in judge.judged(call, unite(analyzer.witnessed(call))) if not s.candidate]
        left = np.array([char not in "\n、。 ,." for char in first.text])
        for span in masked:
            left[span.chars.start : span.chars.end] = False
        kinds = from_heard(first, truth, analyzer.reader).kinds
        rows = doubt_features(call, call_values(call, tagger), masked)
        yield rows[left], (kinds[left] > 0).astype(float)


def _together(calls: Sequence[tuple[_Rows, _Rows]]) -> tuple[_Rows, _Rows]:
    return np.concatenate([rows for rows, _ in calls]), np.concatenate([right for _, right in calls])


def _report(calls: Sequence[tuple[_Rows, _Rows]]) -> None:
    chance, missed = [], []
    for part in range(PARTS):
        inside, outside = calls[part::PARTS], [c for i, c in enumerate(calls) if i % PARTS != part]
        if inside and outside:
            weights = fit(*_together(outside))
            rows, right = _together(inside)
            chance.append(rows @ weights)
            missed.append(right)
    order = np.argsort(-np.concatenate(chance))
    found = np.concatenate(missed)[order]
    print(f"{len(found)} characters outside the masks, {int(found.sum())} of them somebody's data")
    for share in SHARES:
        held = found[: round(share * len(found))].sum() / max(1.0, found.sum())
        print(f"  the most doubtful {100 * share:.0f} % hold {100 * held:.0f} % of them")


if __name__ == "__main__":
    raise SystemExit(main())
