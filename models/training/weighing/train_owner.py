"""Train the judge of owners on a CPU: two networks, of which the second also sees what the first says around.

    python -m models.training.weighing.train_owner DATA.npz... --out FOLDER [--judge-by 5]

writes ``alone.onnx`` and ``around.onnx``, with the names of what each looks at.  Needs torch and onnx, as
``models.training.tagging.train``; the program that masks calls needs neither.  The same data give the same
networks.  With ``--judge-by N`` it is first learned N times without every N-th group of calls (all whose
names begin alike: a set of scripts) and judged on those.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.training.tagging.train import write_network
from models.training.weighing.shown import NEAR, OWN
from models.training.weighing.train_fusion import Mean
from pipeline.ownership.evidence.beside import PairValues, Told, beside
from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.types import CharSpan, EntitySpan

WIDTH = 96
"""Channels inside."""

RATE, DECAY, DROPPED = 4e-3, 0.3, 0.3
"""Highest rate of learning, of the one-cycle schedule; decay of weights; states left out."""

HIDDEN = 0.1
"""Share of what is looked at that is left out."""

BATCH, EPOCHS = 64, 20
"""Findings a step, and times that each is seen."""

TOGETHER = 6
"""Networks of other beginnings, of which the mean is taken."""

FOLDS = 5
"""Parts of the calls; what the first network says of one for the second to learn from, it says without it."""

SEEN_IN = 12
"""Findings that have a value other than none, below which it is left out."""

SOMETHING = 0.05
"""Seconds of somebody's data in a finding, below which it teaches nothing."""

LEAST_WEIGHT, MOST_WEIGHT = 0.2, 1.5
"""A finding weighs as many as it has seconds of somebody's data, between these."""

NEAR_WEIGHT = 0.2
"""What a finding beside a case that was made near to it weighs, of one beside another: so alike as often as
they are collected, people are not."""

FARTHEST = 4.0
"""Standard deviations from the mean beyond which a value tells no more."""

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


class Network(nn.Module):
    """One hidden layer, and a line beside it."""

    def __init__(self, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.hide = nn.Dropout(HIDDEN)
        self.enter = nn.Linear(len(mean), WIDTH)
        self.drop = nn.Dropout(DROPPED)
        self.leave = nn.Linear(WIDTH, 1)
        self.line = nn.Linear(len(mean), 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """(..., columns) to the log odds of a party against nobody (...)."""
        x = ((rows - self.mean) / self.scale).clamp(-FARTHEST, FARTHEST)
        y = self.leave(self.drop(torch.relu(self.enter(self.hide(x)))))
        return (y + self.line(x))[..., 0]


@dataclass(frozen=True, slots=True)
class Judge:
    """Both networks, with the names of what each looks at."""

    alone: Mean
    around: Mean
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
    torch.set_num_threads(1)
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
    for name, network, columns in (
        ("alone", judge.alone, judge.alone_names),
        ("around", judge.around, judge.around_names),
    ):
        path = options.out / f"{name}.onnx"
        write_network(network, torch.zeros(NOBODY, 7, len(columns)), path, "rows", ("odds",))
        path.with_suffix(".names.json").write_text(
            json.dumps(columns, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
        )
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
    """Both networks, learned from some of the findings.

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
            first[out] = chances(fitted(rows, data, which & ~out, networks=2), rows[out])
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


def fitted(rows: NDArray[np.float32], data: Data, which: NDArray[np.bool_], networks: int = TOGETHER) -> Mean:
    """Networks that have learned from findings.

    Args:
        rows: What is looked at, shape (findings, parties, columns).
        data: Whose the findings are.
        which: Those to learn from.
        networks: How many, of which the mean is taken.
    """
    some = which & data.teaches
    weights = np.clip(data.seconds[some].max(axis=1), LEAST_WEIGHT, MOST_WEIGHT)
    weights = weights * np.where(data.shown_with(NEAR)[some], NEAR_WEIGHT, 1.0).astype(np.float32)
    right = data.seconds[some].argmax(axis=1)
    mean = Mean([_fitted(rows[some], right, weights, seed) for seed in range(networks)])
    mean.eval()
    return mean


def _fitted(
    rows: NDArray[np.float32], right: NDArray[np.int64], weights: NDArray[np.float32], seed: int
) -> Network:
    torch.manual_seed(seed)
    flat = rows.reshape(-1, rows.shape[-1])
    network = Network(flat.mean(axis=0), flat.std(axis=0) + np.float32(0.05))
    seen, owner, weight = torch.from_numpy(rows), torch.from_numpy(right), torch.from_numpy(weights)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * -(-len(seen) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for some in torch.randperm(len(seen)).split(BATCH):
            lost = nn.functional.cross_entropy(
                _with_nobody(network(seen[some])), owner[some], reduction="none"
            )
            loss = (lost * weight[some]).sum() / weight[some].sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network


def _with_nobody(odds: torch.Tensor) -> torch.Tensor:
    """Log odds against nobody, with nobody's own as a last column."""
    return torch.cat([odds, torch.zeros_like(odds[..., :1])], dim=-1)


def chances(network: Mean, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """How probably each row is each known party's, shape (findings, parties)."""
    with torch.no_grad():
        odds = _with_nobody(network(torch.from_numpy(rows)))
        return np.asarray(odds.softmax(dim=-1).numpy()[:, :NOBODY])


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
