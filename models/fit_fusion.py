"""Fit what reading and listening are worth together, on calls that neither tagger nor ear has learned from.

    python -m models.fit_fusion CALLS_DIR... --out models/fusion.json

The folders are those of ``models.calibrate``, heard with the ear (``models.tagger.hear``).  Every call is
taken as it is heard twice and as it is heard once.  What is printed is fitted on some calls and judged on
others: how many other characters are taken for somebody's data with so many of third parties'.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.analyzer import load_analyzer
from models.calibrate import PARTS, fit, heard_twice
from models.fusion import NAMES, looked_at
from models.tagger.examples import KINDS, PARTIES, from_heard
from models.tagger.tagger import load_tagger
from pipeline.types import CallCase

__all__ = ["main"]

RECALL = (0.8, 0.85, 0.9, 0.95)
"""Shares of third parties' characters for which it is printed what else is taken."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """Of one call: what is looked at, what is somebody's data, and what a third party's."""

    seen: NDArray[np.float64] = field(repr=False)
    data: NDArray[np.bool_] = field(repr=False)
    third: NDArray[np.bool_] = field(repr=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m models.fit_fusion", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    calls = [rows for folder in options.folders for rows in _observed(folder)]
    weights = dict(zip(NAMES, (round(float(w), 4) for w in _fitted(calls)), strict=True))
    options.out.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    _report(calls)
    return 0


def _observed(folder: Path) -> Iterator[_Rows]:
    tagger = load_tagger()
    # Without the recognizer that needs what is fitted here; only the hearings are wanted, not findings.
    analyzer = load_analyzer(frozenset({"LearnedRecognizer"}), judged=False, tagger=tagger)
    for first, second, truth in heard_twice(folder):
        told = from_heard(first, truth, analyzer.reader)
        # What is no datum of a person is neither right nor wrong to find.
        ours = (told.kinds != KINDS.index("CONFIDENTIAL")) & np.array([char != "\n" for char in first.text])
        data, third = told.kinds > 0, told.parties == PARTIES.index("third")
        for again in (second, None):
            seen = looked_at(analyzer.call(first, CallCase("calibration"), again), tagger)
            yield _Rows(seen[ours], data[ours], (data & third)[ours])


def _fitted(calls: Sequence[_Rows]) -> NDArray[np.float64]:
    seen, data = (np.concatenate(each) for each in zip(*((c.seen, c.data) for c in calls), strict=True))
    return fit(seen, data.astype(float))


def _report(calls: Sequence[_Rows]) -> None:
    """Of the hearings with two of them; a call's two rows are never on both sides."""
    twice = calls[::2]
    chance = [np.zeros(0)] * len(twice)
    for part in range(PARTS):
        others = [rows for number, rows in enumerate(calls) if number // 2 % PARTS != part]
        if others and len(others) < len(calls):
            weights = _fitted(others)
            for number in range(part, len(twice), PARTS):
                chance[number] = twice[number].seen @ weights
    data, third = (np.concatenate(each) for each in zip(*((c.data, c.third) for c in twice), strict=True))
    read = np.concatenate([c.seen[:, NAMES.index("both")] for c in twice])
    for name, values in (("read", read), ("read and heard", np.concatenate(chance))):
        bounds = [float(np.quantile(values[third], 1 - recall)) for recall in RECALL]
        taken = ", ".join(f"{100 * ((values >= bound) & ~data).mean():.1f}" for bound in bounds)
        print(f"{name}: {taken} % of all besides {', '.join(f'{r:.0%}' for r in RECALL)} of third parties'")


if __name__ == "__main__":
    raise SystemExit(main())
