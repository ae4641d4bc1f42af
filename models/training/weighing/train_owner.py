"""Train the judge of owners: boosted trees, twice; the second also see what the first say of what is around.

    python -m models.training.weighing.train_owner DATA.npz... --out FOLDER [--judge-by 5]

writes ``alone.onnx`` and ``around.onnx``.  Needs LightGBM and onnx; the program that masks calls needs
neither.  The same data give the same trees.  With ``--judge-by N`` it is first learned N times without every
N-th group of calls (all whose names begin alike: a set of scripts) and judged on those.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from lightgbm import Booster
from numpy.typing import NDArray

from models.training.weighing.shown import NEAR, OWN
from models.training.weighing.trees import Shape, learn, log_odds, write_trees
from pipeline.ownership.evidence.beside import PairValues, Told, beside
from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.types import CharSpan, EntitySpan

SHAPE = Shape(trees=250, rate=0.08, leaves=31, least=20, columns=0.15, rows=0.7, ridge=5.0)
"""How the trees learn; chosen by the loss on ``tuning`` (``models/weighing/owner/README.md``)."""

FOLDS = 5
"""Parts of the calls; what the first trees say of one for the second to learn from, they say without it."""

SEEN_IN = 12
"""Findings that have a value other than none, below which it is left out."""

SOMETHING = 0.05
"""Seconds of somebody's data in a finding, below which it teaches nothing."""

LEAST_WEIGHT, MOST_WEIGHT = 0.2, 1.5
"""A finding weighs as many as it has seconds of somebody's data, between these."""

NEAR_WEIGHT = 0.5
"""What a finding beside a case that was made near to it weighs, of one beside another: so alike as often as
they are collected, people are not."""

BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Probabilities for which it is printed what is given from there."""

NOBODY = len(KNOWN_PARTIES)
"""Class of what belongs to nobody that the case knows."""


@dataclass(frozen=True, slots=True)
class Data:
    """Findings, as ``models.training.weighing.collect_owner`` writes them.

    Attributes:
        names: What is looked at.
        seen: Shape (findings, parties, names).
        seconds: Of each party's data, and then of anybody else's, shape (findings, parties + 1).
        calls: Of each finding, the call and case that it is shown with.
        told: The findings as their neighbours see them.
    """

    names: list[str]
    seen: NDArray[np.float32] = field(repr=False)
    seconds: NDArray[np.float32] = field(repr=False)
    calls: NDArray[np.str_] = field(repr=False)
    told: tuple[Told, ...] = field(repr=False)

    @property
    def teaches(self) -> NDArray[np.bool_]:
        """Which findings teach."""
        return np.asarray(self.seconds.max(axis=1) >= SOMETHING)

    def shown_with(self, whose: str) -> NDArray[np.bool_]:
        """Which findings are shown with a case of that kind (``collect_owner``)."""
        return np.array([call.split("/")[1].startswith(whose) for call in self.calls.tolist()])

    @property
    def groups(self) -> NDArray[np.str_]:
        """The set of scripts of each finding."""
        return np.array([call.split("-")[0] for call in self.calls.tolist()])

    def around(self, chances: NDArray[np.float32]) -> tuple[list[str], NDArray[np.float32]]:
        """Names and values of what the findings around each say of it, shape (findings, parties, names)."""
        found = list[PairValues]()
        for call in dict.fromkeys(self.calls.tolist()):
            here = np.flatnonzero(self.calls == call).tolist()
            found += beside([self.told[at] for at in here], chances[here].astype(np.float64))
        names = sorted({name for each in found for values in each.values() for name in values})
        table = [[[each[p].get(name, 0.0) for name in names] for p in KNOWN_PARTIES] for each in found]
        return names, np.array(table, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Judge:
    """Both ensembles, with the names of what each looks at."""

    alone: Booster
    around: Booster
    alone_names: list[str]
    around_names: list[str]

    def chances(self, data: Data) -> NDArray[np.float32]:
        """The probability of each finding that it is each known party's, shape (findings, parties)."""
        first = chances(self.alone, _columns(data.names, data.seen, self.alone_names))
        names, values = data.around(first)
        seen = np.concatenate([data.seen, values], axis=-1)
        return chances(self.around, _columns([*data.names, *names], seen, self.around_names))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--judge-by", type=int, default=0)
    parser.add_argument("--test", type=Path, nargs="*", default=[])
    options = parser.parse_args(arguments)
    data = read(options.data)
    groups = sorted(set(data.groups.tolist()))
    if options.judge_by:
        judged = np.zeros((len(data.seen), NOBODY), np.float32)
        for part in range(options.judge_by):
            out = np.isin(data.groups, groups[part :: options.judge_by])
            judged[out] = learned(data, ~out).chances(data)[out]
        print("\n".join(_report(judged, data)), flush=True)
    judge = learned(data, np.ones(len(data.seen), np.bool_))
    for path in options.test:
        test = read([path])
        print(path.stem, *_report(judge.chances(test), test), sep="\n", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, trees, columns in (
        ("alone", judge.alone, judge.alone_names),
        ("around", judge.around, judge.around_names),
    ):
        write_trees(trees, columns, options.out / f"{name}.onnx")
    return 0


def read(paths: Sequence[Path]) -> Data:
    """The findings of all files."""
    files = [dict(np.load(path)) for path in paths]
    names = sorted({str(name) for file in files for name in file["names"]})
    seen = np.concatenate([_columns([*map(str, file["names"])], file["seen"], names) for file in files])
    # The same call may be in several files: heard, only read, in its exact words.
    calls = np.array([f"{call}/{at}" for at, file in enumerate(files) for call in file["calls"]])
    places = [place for file in files for place in json.loads(str(file["places"]))]
    return Data(
        names,
        seen,
        np.concatenate([file["seconds"] for file in files]),
        calls,
        tuple(Told(_entity(*place["place"]), place["kana"], place["explains"]) for place in places),
    )


def _entity(kind: str, start: int, end: int) -> EntitySpan:
    return EntitySpan(kind, CharSpan(start, end), 1.0, "learned from")


def learned(data: Data, which: NDArray[np.bool_]) -> Judge:
    """Both ensembles, learned from some of the findings.

    Args:
        data: All findings.
        which: Those to learn from: whole calls.
    """
    seen = _often(data.names, data.seen[which])
    rows = _columns(data.names, data.seen, seen)
    groups = sorted(set(data.groups[which].tolist()))
    first = np.zeros((len(rows), NOBODY), np.float32)
    for part in range(FOLDS):
        out = which & np.isin(data.groups, groups[part::FOLDS])
        if out.any():
            first[out] = chances(fitted(rows, data, which & ~out), rows[out])
    names, values = data.around(first)
    around_names = [*seen, *names]
    both = np.concatenate([rows, values], axis=-1)
    return Judge(fitted(rows, data, which), fitted(both, data, which), seen, around_names)


def _often(names: Sequence[str], seen: NDArray[np.float32]) -> list[str]:
    told = (seen != 0).any(axis=1).sum(axis=0) >= SEEN_IN
    return [name for name, often in zip(names, told, strict=True) if often]


def _columns(names: Sequence[str], table: NDArray[np.float32], wanted: Sequence[str]) -> NDArray[np.float32]:
    """The columns with some names, in their order; 0 where there is none."""
    at = {name: column for column, name in enumerate(names)}
    out = np.zeros((*table.shape[:-1], len(wanted)), np.float32)
    have = [column for column, name in enumerate(wanted) if name in at]
    out[..., have] = table[..., [at[wanted[column]] for column in have]]
    return out


def fitted(rows: NDArray[np.float32], data: Data, which: NDArray[np.bool_]) -> Booster:
    """Trees that have learned from findings whether each is each party's.

    Args:
        rows: What is looked at, shape (findings, parties, columns).
        data: Whose the findings are.
        which: Those to learn from.
    """
    some = which & data.teaches
    weights = np.clip(data.seconds[some].max(axis=1), LEAST_WEIGHT, MOST_WEIGHT)
    weights = weights * np.where(data.shown_with(NEAR)[some], NEAR_WEIGHT, 1.0)
    right = data.seconds[some].argmax(axis=1)[:, None] == np.arange(NOBODY)
    flat = rows[some].reshape(-1, rows.shape[-1])
    return learn(flat, right.reshape(-1), np.repeat(weights, NOBODY), SHAPE)


def chances(trees: Booster, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """How probably each finding is each known party's, shape (findings, parties).

    Args:
        trees: From ``fitted``.
        rows: Shape (findings, parties, columns).
    """
    each = np.exp(log_odds(trees, rows.reshape(-1, rows.shape[-1])).reshape(rows.shape[:-1]))
    # Against nobody, whose log odds are 0.
    return np.asarray(each / (1 + each.sum(axis=1, keepdims=True)), np.float32)


def _report(judged: NDArray[np.float32], data: Data) -> list[str]:
    """What is given to its owner, and to others, from each bound on."""
    told, seconds = data.teaches, data.seconds
    own = data.shown_with(OWN)
    right = np.where(told, seconds.argmax(axis=1), NOBODY)
    whole = np.concatenate([judged, 1 - judged.sum(axis=1, keepdims=True)], axis=1)
    lost = -np.log(np.clip(whole[np.arange(len(right)), right], 1e-6, 1))[told].mean()
    lines = [f"{told.sum()} findings, log loss {lost:.4f}"]
    for bound in BOUNDS:
        given = np.where(judged.max(axis=1) >= bound, judged.argmax(axis=1), NOBODY)
        kept = [
            f"{party} {seconds[own & (given == at), at].sum():.1f} of {seconds[own, at].sum():.1f}"
            for at, party in enumerate(KNOWN_PARTIES)
        ]
        third = seconds[own & (given < NOBODY), NOBODY].sum()
        strange = ~own & told
        lines.append(
            f"from {bound}: seconds kept of {', '.join(kept)}; of {seconds[own, NOBODY].sum():.0f} of others "
            f"{third:.2f}; of {strange.sum()} findings strangers' {(strange & (given < NOBODY)).sum()}"
        )
    return lines


if __name__ == "__main__":
    raise SystemExit(main())
