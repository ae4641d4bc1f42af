"""Train the judge of owners: boosted trees, twice, whose shape holds each feature to its role.

    python -m models.training.weighing.train_owner DATA.npz... --out FOLDER [--judge-by 5] [--test DATA...]

writes ``content.onnx``, which sees what was said beside what the case has, and ``context.onnx``, which also
sees the talk and what the first say of the findings around.  A feature that agrees or speaks for a claimant
may only raise the log odds, one that disagrees or speaks against them only lower them (``Role``).  Needs
LightGBM and onnx; the program that masks calls needs neither.  The same data give the same trees.  With
``--judge-by N`` it is first learned N times without every N-th group of calls (all whose names begin alike: a
set of scripts) and judged on those.
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

from models.training.weighing.shown import NOBODY, Shown
from models.training.weighing.trees import Shape, learn, log_odds, write_trees
from pipeline.ownership.evidence.disagreement import CLEAR
from pipeline.ownership.evidence.feature import LEARNED, Feature
from pipeline.ownership.evidence.neighbours import Neighbour, PairValues, neighbour_features
from pipeline.ownership.evidence.talk import MIN_IN_GROUP, MIN_IN_GROUP_WITH_HONORIFIC
from pipeline.ownership.known.claimant import Claimant
from pipeline.types import CharSpan, EntitySpan

SHAPE = Shape(trees=200, rate=0.08, leaves=31, least=20, columns=0.3, rows=0.7, ridge=5.0)
"""How the trees learn."""

FOLDS = 5
"""Parts of the calls; what the first trees say of one for the second to learn from, they say without it."""

SOMETHING = 0.05
"""Seconds of somebody's data in a finding, below which it teaches nothing."""

LEAST_WEIGHT, MOST_WEIGHT = 0.2, 1.5
"""A finding weighs as many as it has seconds of somebody's data, between these."""

MADE = (Shown.PLAIN, Shown.CROWDED, Shown.NAMESAKE, Shown.NEAR)
STRANGERS = tuple(shown for shown in Shown if not shown.is_own)
"""Cases that were made hard, and those in which nothing is anybody's."""

PLACES_AND_NUMBERS = frozenset({"ADDRESS", "PHONE_NUMBER"})

MADE_WEIGHT = 0.5
"""What a finding beside a case that was made hard weighs, of one beside another: so alike as often as they
are collected, people are not."""

MOSTLY = 0.9
"""Share of the seconds of data in a finding from which it is all a claimant's: a line that begins with theirs
and goes on with somebody else's is not."""

CONTENT_BOUNDS, BOUNDS = (0.1, 0.25, 0.5), (0.5, 0.65, 0.8)
"""Probabilities by content, and by all, for which it is printed what is given from there."""


@dataclass(frozen=True, slots=True)
class Data:
    """Findings, as ``models.training.weighing.collect_owner`` writes them.

    Attributes:
        seen: Shape (findings, claimants, features), in the order of ``Feature``.
        seconds: Of each claimant's data, and then of anybody else's, shape (findings, claimants + 1).
        calls: Of each finding, the call and case that it is shown with.
        findings: As their neighbours see them.
    """

    seen: NDArray[np.float32] = field(repr=False)
    seconds: NDArray[np.float32] = field(repr=False)
    calls: NDArray[np.str_] = field(repr=False)
    findings: tuple[Neighbour, ...] = field(repr=False)

    @property
    def teaches(self) -> NDArray[np.bool_]:
        """Which findings teach."""
        return np.asarray(self.seconds.max(axis=1) >= SOMETHING)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether each finding is each claimant's, shape (findings, claimants)."""
        theirs, others = self.seconds[:, :NOBODY], self.seconds[:, NOBODY:]
        total = theirs.max(axis=1, keepdims=True) + others
        return np.asarray((theirs >= MOSTLY * total) & (theirs > 0))

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Which findings are not somebody else's that agree in all that is said: neighbours share a town.

        Content learns nothing from those; the talk tells whose they are.
        """
        agrees = self.seen[:, 0, [*Feature].index(Feature.CLEARLY_OTHER)] == 0
        places = np.array([each.entity.entity_type in PLACES_AND_NUMBERS for each in self.findings])
        return np.asarray(self.right.any(axis=1) | ~agrees | ~places | self.shown_with(*STRANGERS))

    def shown_with(self, *whose: Shown) -> NDArray[np.bool_]:
        """Which findings are shown with a case of these kinds."""
        return np.array([Shown(call.split("/")[1]) in whose for call in self.calls.tolist()])

    @property
    def groups(self) -> NDArray[np.str_]:
        """The set of scripts of each finding."""
        return np.array([call.split("-")[0] for call in self.calls.tolist()])

    def around(self, chances: NDArray[np.float32]) -> NDArray[np.float32]:
        """``seen``, with what the findings around each say of it."""
        out = self.seen.copy()
        columns = {feature: column for column, feature in enumerate(Feature)}
        for call in dict.fromkeys(self.calls.tolist()):
            here = np.flatnonzero(self.calls == call).tolist()
            found = neighbour_features([self.findings[at] for at in here], chances[here].astype(np.float64))
            _fill(out, here, found, columns)
        return out


def _fill(
    out: NDArray[np.float32], rows: Sequence[int], found: Sequence[PairValues], columns: dict[Feature, int]
) -> None:
    for row, values in zip(rows, found, strict=True):
        for at, claimant in enumerate(Claimant):
            for feature, value in values[claimant].items():
                out[row, at, columns[feature]] = value


@dataclass(frozen=True, slots=True)
class Judge:
    """Both ensembles."""

    content: Booster
    context: Booster

    def chances(self, data: Data) -> NDArray[np.float32]:
        """By content, and by all, the probability that each finding is each claimant's.

        Returns:
            Shape (2, findings, claimants).
        """
        content = chances(self.content, data.seen, CONTENT)
        return np.stack([content, chances(self.context, data.around(content), CONTEXT)])


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
        judged = np.zeros((2, len(data.seen), NOBODY), np.float32)
        for part in range(options.judge_by):
            out = np.isin(data.groups, groups[part :: options.judge_by])
            judged[:, out] = learned(data, ~out).chances(data)[:, out]
        print("\n".join(_report(judged, data)), flush=True)
    judge = learned(data, np.ones(len(data.seen), np.bool_))
    for path in options.test:
        test = read([path])
        print(path.stem, *_report(judge.chances(test), test), sep="\n", flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    write_trees(judge.content, CONTENT, options.out / "content.onnx")
    write_trees(judge.context, CONTEXT, options.out / "context.onnx")
    return 0


def read(paths: Sequence[Path]) -> Data:
    """The findings of all files."""
    files = [dict(np.load(path)) for path in paths]
    wrong = [path for path, file in zip(paths, files, strict=True) if [*file["names"]] != [*Feature]]
    if wrong:
        msg = f"collected with other features: {wrong[0]}"
        raise ValueError(msg)
    # The same call may be in several files: heard, only read, in its exact words.
    calls = np.array([f"{call}/{at}" for at, file in enumerate(files) for call in file["calls"]])
    places = [place for file in files for place in json.loads(str(file["places"]))]
    return Data(
        np.concatenate([file["seen"] for file in files]),
        np.concatenate([file["seconds"] for file in files]),
        calls,
        tuple(Neighbour(_entity(*each["place"]), each["kana"], each["explains"]) for each in places),
    )


def _entity(kind: str, start: int, end: int) -> EntitySpan:
    return EntitySpan(kind, CharSpan(start, end), 1.0, "learned from")


def learned(data: Data, which: NDArray[np.bool_]) -> Judge:
    """Both ensembles, learned from some of the findings.

    Args:
        data: All findings.
        which: Those to learn from: whole calls.
    """
    groups = sorted(set(data.groups[which].tolist()))
    first = np.zeros((len(data.seen), NOBODY), np.float32)
    for part in range(FOLDS):
        out = which & np.isin(data.groups, groups[part::FOLDS])
        if out.any():
            some = which & ~out & data.differs
            first[out] = chances(fitted(data.seen, data, some, CONTENT), data.seen[out], CONTENT)
    content = fitted(data.seen, data, which & data.differs, CONTENT)
    return Judge(content, fitted(data.around(first), data, which, CONTEXT))


CONTENT = tuple(feature for feature in Feature if feature.role.is_content)
CONTEXT = LEARNED
"""What each ensemble sees."""


def _columns(table: NDArray[np.float32], wanted: Sequence[Feature]) -> NDArray[np.float32]:
    order = list(Feature)
    return table[..., [order.index(feature) for feature in wanted]]


def fitted(
    table: NDArray[np.float32], data: Data, which: NDArray[np.bool_], features: Sequence[Feature]
) -> Booster:
    """Trees that have learned from findings whether each is each claimant's.

    Args:
        table: What is looked at, shape (findings, claimants, all features).
        data: Whose the findings are.
        which: Those to learn from.
        features: Those that the trees see.
    """
    some = which & data.teaches
    weights = np.clip(data.seconds[some].max(axis=1), LEAST_WEIGHT, MOST_WEIGHT)
    weights = weights * np.where(data.shown_with(*MADE)[some], MADE_WEIGHT, 1.0)
    rows = _columns(table[some], features).reshape(-1, len(features))
    signs = [feature.role.sign for feature in features]
    return learn(rows, data.right[some].reshape(-1), np.repeat(weights, NOBODY), SHAPE, signs)


def chances(trees: Booster, table: NDArray[np.float32], features: Sequence[Feature]) -> NDArray[np.float32]:
    """How probably each finding is each claimant's, shape (findings, claimants).

    Args:
        trees: From ``fitted``.
        table: Shape (findings, claimants, all features).
        features: Those that the trees see.
    """
    rows = _columns(table, features)
    odds = log_odds(trees, rows.reshape(-1, len(features))).reshape(rows.shape[:-1])
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


def allowed(seen: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which findings may be each claimant's at all (``pipeline.ownership.verdicts``)."""
    order = list(Feature)
    other = seen[..., order.index(Feature.CLEARLY_OTHER)] >= CLEAR
    honorific = seen[..., order.index(Feature.HONORIFIC)] > 0
    least = np.where(honorific, MIN_IN_GROUP_WITH_HONORIFIC, MIN_IN_GROUP)
    outside = seen[..., order.index(Feature.IN_GROUP)] < least
    outside[:, [at for at, claimant in enumerate(Claimant) if claimant is not Claimant.COLLEAGUES]] = False
    return np.asarray(~other & ~outside)


def _report(judged: NDArray[np.float32], data: Data) -> list[str]:
    """What is given to its owner, and to others, from each pair of bounds on."""
    teaches, seconds, right = data.teaches, data.seconds, data.right
    content, all_together = judged * allowed(data.seen)
    lost = -np.log(np.clip(np.where(right, judged[1], 1 - judged[1]), 1e-6, 1))[teaches].mean()
    lines = [f"{teaches.sum()} findings, log loss {lost:.4f}"]
    for least in CONTENT_BOUNDS:
        for bound in BOUNDS:
            given = (content >= least) & (all_together >= bound)
            kept = given.any(axis=1)
            rows = []
            for shown in Shown:
                here = data.shown_with(shown)
                own = ", ".join(
                    f"{claimant.value} {seconds[here & kept & right[:, at], at].sum():.1f}"
                    f"/{seconds[here & (seconds[:, at] > 0), at].sum():.1f}"
                    for at, claimant in enumerate(Claimant)
                    if shown.is_own
                )
                third = seconds[here & kept, NOBODY].sum()
                rows.append(f"  {shown}: {own}; others {third:.2f} of {seconds[here, NOBODY].sum():.0f}")
            lines += [f"content {least}, all {bound}:", *rows]
    return lines


if __name__ == "__main__":
    raise SystemExit(main())
