"""Fit the judge: what each witness's word is worth on calls that nothing was trained on.

    python -m models.calibrate CALLS_DIR... --out models/judge.json

The folders hold ``<stem>.heard.json`` (``models.tagger.hear``), ``.truth.json`` and ``.case.json``.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.analyzer import load_analyzer
from models.artifacts import Call
from models.judge import features
from models.readings import load_reader
from models.tagger.examples import from_heard
from models.tagger.hear import read_heard
from models.tagger.tagger import load_tagger
from pipeline.detect import unite
from pipeline.types import CallCase

__all__ = ["fit", "main"]

RIGHT = 0.5
"""Share of a finding's characters that must be somebody's data for it to be right."""

RIDGE = 1.0
"""Strength of the pull towards zero: a witness seen a few times should not be trusted blindly."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m models.calibrate", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    rows, right = _observations(options.folders)
    names = [n for n, count in Counter(name for row in rows for name in row).items() if count >= 3]
    table = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    weights = fit(table, np.array(right, dtype=float))
    options.out.write_text(
        json.dumps(dict(zip(names, (round(float(w), 4) for w in weights), strict=True)), indent=1) + "\n",
        encoding="utf-8",
    )
    _report(1 / (1 + np.exp(-table @ weights)), np.array(right))
    return 0


def fit(table: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ridge logistic regression by Newton's method.

    Args:
        table: Shape (observations, features); the first feature is the bias.
        right: 1 or 0 for each observation.

    Returns:
        One weight per feature.
    """
    weights = np.zeros(table.shape[1])
    pull = np.full(table.shape[1], RIDGE)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (chance - right) + pull * weights
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _observations(folders: Sequence[Path]) -> tuple[list[dict[str, float]], list[bool]]:
    analyzer, reader, tagger = load_analyzer(judged=False), load_reader(), load_tagger()
    rows: list[dict[str, float]] = []
    right: list[bool] = []
    for path in sorted(p for folder in folders for p in folder.glob("*.heard.json")):
        truth = json.loads(
            path.with_name(path.name.replace(".heard.", ".truth.")).read_text(encoding="utf-8")
        )
        example = from_heard(read_heard(path), truth, reader)
        # Secrets need a case, and their own witness is exact: not the judge's business.
        call = Call(example.transcript, CallCase("calibration"), reader)
        kinds, _ = tagger.probabilities(call.transcript, call.tokens, call.line)
        for span in unite(analyzer.analyze(call.transcript, call.case)):
            rows.append(features(span, kinds))
            right.append(bool((example.kinds[span.chars.start : span.chars.end] > 0).mean() >= RIGHT))
    return rows, right


def _report(chance: NDArray[np.float64], right: NDArray[np.bool_]) -> None:
    print(f"{len(right)} findings, {right.mean():.2f} right")
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            print(
                f"  judged {low:.1f} to {low + 0.1:.1f}: {right[inside].mean():.2f} right of {inside.sum()}"
            )


if __name__ == "__main__":
    raise SystemExit(main())
