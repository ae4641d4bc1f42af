"""Fit the judge: what each witness's word is worth on calls that the tagger has not learned from.

    python -m models.training.weighing.calibrate CALLS_DIR[=NETWORK.onnx]... --out \
        models/weighing/judge/judge.json [--start models/weighing/judge/judge.json]

The folders hold ``<stem>.heard.json`` and ``<stem>.heard2.json`` (``models.training.calls.hear``) and
``.truth.json``.  Where the registered tagger has learned from a folder's calls, a network that has not is
named beside it: what a tagger says of calls that it knows is surer than what it says of others.  Every
call is taken as it is heard twice, with the ear and without, as it is heard once, and in its
exact words, so that the judge knows all four.  What is printed is fitted on some calls and judged on others.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.analysis.analyzer import load_analyzer
from models.recognizers import all_recognizers
from models.training.calls.exact import exact_words
from models.training.calls.examples import from_heard
from models.training.calls.hear import read_heard
from models.training.calls.stored import unlistened
from models.weighing.judge.features import WITNESS, call_values, features
from models.weighing.tagger.tagger import load_tagger
from pipeline.finding.detect import unite
from pipeline.hearing.supplement import supplemented
from pipeline.measuring.truth import read_truth
from pipeline.types import CallCase, Transcript

RIGHT = 0.5
"""Share of a finding's characters that must be somebody's data for it to be right."""

RIDGE = 2.0
"""Strength of the pull towards zero: a witness seen a few times should not be trusted blindly."""

PARTS = 5
"""Parts of the calls, each judged by what was fitted on the others."""


@dataclass(frozen=True, slots=True)
class _Observation:
    """A finding: which call it is of, what the judge sees, whether it is right."""

    call: int
    values: dict[str, float] = field(repr=False)
    right: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """Calls to fit on, and the network that has not learned from them; ``None`` for the registered one."""

    path: Path
    network: Path | None = None

    @classmethod
    def named(cls, argument: str) -> Folder:
        """``DIR`` or ``DIR=NETWORK.onnx``."""
        path, _, network = argument.partition("=")
        return cls(Path(path), Path(network) if network else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m models.training.weighing.calibrate", description=__doc__)
    parser.add_argument("folders", type=Folder.named, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="weights of other calls, believed before these")
    options = parser.parse_args(arguments)
    observed = tuple(_observations(options.folders))
    names = ["bias", *sorted({name for each in observed for name in each.values} - {"bias"})]
    table = np.array([[each.values.get(name, 0.0) for name in names] for each in observed])
    right = np.array([each.right for each in observed], dtype=float)
    believed = json.loads(options.start.read_text(encoding="utf-8")) if options.start else {}
    start = np.array([believed.get(name, 0.0) for name in names])
    weights = believed | dict(zip(names, fit(table, right, start).tolist(), strict=True))
    # A witness of ours that was not met is known, and says nothing; a company's is not in the table.
    weights |= {f"{WITNESS}{r.name}": 0.0 for r in all_recognizers(load_tagger())} | weights
    rounded = {name: round(weight, 4) for name, weight in weights.items()}
    options.out.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")
    _report(_judged_by_others(table, right, np.array([each.call for each in observed]), start), right)
    return 0


def _judged_by_others(
    table: NDArray[np.float64],
    right: NDArray[np.float64],
    calls: NDArray[np.int64],
    start: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Each finding's probability by weights that were fitted without its call."""
    chance = np.zeros(len(right))
    for part in range(PARTS):
        out = calls % PARTS == part
        if out.any() and not out.all():
            chance[out] = 1 / (1 + np.exp(-table[out] @ fit(table[~out], right[~out], start)))
    return chance


def fit(
    table: NDArray[np.float64], right: NDArray[np.float64], start: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Ridge logistic regression by Newton's method.

    Args:
        table: Shape (observations, features); the first feature is the bias.
        right: 1 or 0 for each observation.
        start: Weights that are believed before anything is observed; zero by default.

    Returns:
        One weight per feature.
    """
    believed = np.zeros(table.shape[1]) if start is None else start
    weights = believed.copy()
    pull = np.full(table.shape[1], RIDGE)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (chance - right) + pull * (weights - believed)
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _observations(folders: Sequence[Folder]) -> Iterator[_Observation]:
    numbers = itertools.count()
    for folder in folders:
        yield from _observed_in(folder, numbers)


def _observed_in(folder: Folder, numbers: Iterator[int]) -> Iterator[_Observation]:
    tagger = load_tagger(folder.network)
    analyzer = load_analyzer(judged=False, tagger=tagger)
    for path in sorted(folder.path.glob("*.heard.json")):
        number = next(numbers)
        truth = json.loads(
            path.with_name(path.name.replace(".heard.", ".truth.")).read_text(encoding="utf-8")
        )
        for transcript, again in _forms(path, truth):
            example = from_heard(transcript, truth, analyzer.reader)
            # Secrets need a case, and their own witness is exact: not the judge's business.
            call = analyzer.call(transcript, CallCase("calibration"), again)
            values = call_values(call, tagger)
            for span in unite(analyzer.witnessed(call)):
                inside = example.kinds[span.chars.start : span.chars.end] > 0
                yield _Observation(number, features(span, values), bool(inside.mean() >= RIGHT))


def _forms(path: Path, truth: dict[str, Any]) -> Iterator[tuple[Transcript, Transcript | None]]:
    """A call as it is heard twice, with and without the ear, as it is heard once, and in its exact words."""
    first = read_heard(path)
    again = path.with_name(path.name.replace(".heard.", ".heard2."))
    if again.exists():
        second = read_heard(again)
        both = supplemented(first, second)
        yield both, second
        yield unlistened(both), unlistened(second)
    yield first, None
    yield exact_words(read_truth(truth, first.call_id), first.audio_sha256), None


def heard_twice(folder: Path) -> Iterator[tuple[Transcript, Transcript, dict[str, Any]]]:
    """The calls of a folder that were heard twice.

    Args:
        folder: As for ``main``.

    Yields:
        The first hearing with what only the second heard, the second, and the truth, in order of name.
    """
    for path in sorted(folder.glob("*.heard2.json")):
        stem = path.name.removesuffix(".heard2.json")
        first, truth = (path.with_name(f"{stem}.{kind}.json") for kind in ("heard", "truth"))
        if first.exists():
            second = read_heard(path)
            yield (
                supplemented(read_heard(first), second),
                second,
                json.loads(truth.read_text(encoding="utf-8")),
            )


def _report(chance: NDArray[np.float64], right: NDArray[np.float64]) -> None:
    bounded = np.clip(chance, 1e-6, 1 - 1e-6)
    lost = -np.log(np.where(right > 0, bounded, 1 - bounded)).mean()
    print(f"{len(right)} findings, {right.mean():.2f} right, log loss {lost:.4f}")
    for low in np.arange(0, 1, 0.1):
        inside = (chance >= low) & (chance < low + 0.1)
        if inside.any():
            print(
                f"  judged {low:.1f} to {low + 0.1:.1f}: {right[inside].mean():.2f} right of {inside.sum()}"
            )


if __name__ == "__main__":
    raise SystemExit(main())
