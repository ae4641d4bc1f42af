"""Train the judge of parties on a CPU and write it as ONNX, with the names of what it looks at.

    python -m models.training.weighing.train_owner DATA.npz... \
        --out models/weighing/owner/owner_u21_u36.onnx [--judge-by 5]

Needs torch and onnx, as ``models.training.tagging.train``; the program that masks calls needs neither.  The
same data give the same network.  With ``--judge-by N`` it is first learned N times without every N-th group
of calls (all whose names begin alike: a set of scripts) and judged on those: how much of the requester's own
it gives back of what was to be masked, and how much of others' besides.
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
from models.training.weighing.train_fusion import Mean

WIDTH = 48
"""Channels inside."""

RATE, DECAY, DROPPED = 4e-3, 2.0, 0.3
"""Highest rate of learning, of the one-cycle schedule; decay of weights; states left out."""

HIDDEN = 0.1
"""Share of what is looked at that is left out."""

BATCH = 64
"""Findings a step."""

TOGETHER = 6
"""Networks of other beginnings, of which the mean is taken."""

SEEN_IN = 12
"""Findings that have a value other than none, below which it is left out."""

SOMETHING = 0.05
"""Seconds of somebody's data in a finding, below which it teaches nothing."""

FARTHEST = 4.0
"""Standard deviations from the mean beyond which a value tells no more."""

BOUNDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Probabilities for which it is printed what is given back from there."""


@dataclass(frozen=True, slots=True)
class Data:
    """Findings, as ``models.training.weighing.collect_owner`` writes them: a row each."""

    seen: NDArray[np.float32] = field(repr=False)
    own: NDArray[np.float32] = field(repr=False)
    third: NDArray[np.float32] = field(repr=False)
    groups: NDArray[np.str_] = field(repr=False)

    def some(self, which: NDArray[np.bool_]) -> Data:
        """Some of the rows."""
        return Data(self.seen[which], self.own[which], self.third[which], self.groups[which])


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
        """(batch, findings, columns) to log odds (batch, findings)."""
        x = ((rows - self.mean) / self.scale).clamp(-FARTHEST, FARTHEST)
        y = self.leave(self.drop(torch.relu(self.enter(self.hide(x)))))
        return (y + self.line(x))[..., 0]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--judge-by", type=int, default=0)
    parser.add_argument("--half", default="0/1", help="i/n: from every n-th group of calls from the i-th")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    names, data = read(options.data)
    which, parts = map(int, options.half.split("/"))
    data = data.some(np.isin(data.groups, sorted(set(data.groups.tolist()))[which::parts]))
    groups = sorted(set(data.groups.tolist()))
    if options.judge_by:
        judged = np.zeros(len(data.own))
        for part in range(options.judge_by):
            out = np.isin(data.groups, groups[part :: options.judge_by])
            judged[out] = chances(fitted(data.some(~out), options.epochs), data.seen[out])
        print("\n".join(_given_back(judged, data)), flush=True)
    example = torch.zeros(1, 7, len(names))
    write_network(fitted(data, options.epochs), example, options.out, "rows", ("odds",))
    options.out.with_suffix(".names.json").write_text(
        json.dumps(names, ensure_ascii=False, indent=0) + "\n", encoding="utf-8"
    )
    return 0


def read(paths: Sequence[Path]) -> tuple[list[str], Data]:
    """The names of what is looked at, and the findings of all files."""
    files = [dict(np.load(path)) for path in paths]
    every = sorted({str(name) for file in files for name in file["names"]})
    tables = []
    for file in files:
        table = np.zeros((len(file["own"]), len(every)), dtype=np.float32)
        table[:, [every.index(str(name)) for name in file["names"]]] = file["seen"]
        tables.append(table)
    seen = np.concatenate(tables)
    kept = np.flatnonzero((seen != 0).sum(axis=0) >= SEEN_IN)
    own, third = (np.concatenate([file[name] for file in files]) for name in ("own", "third"))
    groups = np.array([str(call).split("-")[0] for file in files for call in file["calls"]])
    return [every[at] for at in kept], Data(seen[:, kept], own, third, groups)


def fitted(data: Data, epochs: int) -> Mean:
    """Networks that have learned from findings."""
    told = data.some((data.own >= SOMETHING) | (data.third >= SOMETHING))
    mean = Mean([_fitted(told, epochs, seed) for seed in range(TOGETHER)])
    mean.eval()
    return mean


def _fitted(data: Data, epochs: int, seed: int) -> Network:
    torch.manual_seed(seed)
    network = Network(data.seen.mean(axis=0), data.seen.std(axis=0) + np.float32(0.05))
    rows, right = torch.from_numpy(data.seen), torch.from_numpy((data.own > data.third).astype(np.float32))
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = epochs * -(-len(rows) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(epochs):
        for some in torch.randperm(len(rows)).split(BATCH):
            loss = nn.functional.binary_cross_entropy_with_logits(network(rows[None, some])[0], right[some])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return network


def chances(network: Mean, seen: NDArray[np.float32]) -> NDArray[np.float32]:
    """How probably each row is the requester's."""
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(seen)[None])[0].sigmoid().numpy())


def _given_back(judged: NDArray[np.float64], data: Data) -> list[str]:
    told = (data.own >= SOMETHING) | (data.third >= SOMETHING)
    right = data.own > data.third
    lost = -np.log(np.clip(np.where(right, judged, 1 - judged)[told], 1e-6, 1)).mean()
    lines = [f"{told.sum()} findings, log loss {lost:.4f}"]
    for bound in BOUNDS:
        back = judged >= bound
        own, third = data.own[back].sum(), data.third[back].sum()
        lines.append(
            f"from {bound}: {own:.1f} s of {data.own.sum():.1f} of the requester's own, "
            f"{third:.1f} s of {data.third.sum():.1f} of others'"
        )
    return lines


if __name__ == "__main__":
    raise SystemExit(main())
