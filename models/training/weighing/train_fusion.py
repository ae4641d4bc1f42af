"""Train the fusing network on a CPU and write it as ONNX.

    python -m models.training.weighing.train_fusion DATA.npz... --out models/weighing/fusion/fusion.onnx \
        [--judge-by 3] [--start FUSION.onnx] [--test OTHER.npz...]

Needs torch and onnx, as ``models.training.tagging.train``; the program that masks calls needs neither.  The
same data and seed give the same network.  With ``--judge-by N`` it is first learned N times without every
N-th group of calls (all whose names begin alike: a set of scripts) and judged on those: how much of the
other talk is taken for somebody's data with so much of third parties' speech.  ``--test`` says the same of
other data, of what it started from and of what it has become.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.training.tagging.train import go_on_from, write_network

WIDTH = 32
"""Channels inside."""

DILATIONS = (1, 2, 4)
"""Of the convolutions, kernel 3: a character sees seven to each side."""

CLASSES = 4
"""Nobody's data, a name, an address, a number."""

RATE, DECAY, DROPPED = 3e-3, 0.02, 0.25
"""Highest rate of learning, of the one-cycle schedule; decay of weights; inputs and states left out."""

GOING_ON = 5e-4
"""Highest rate of a network that has learned before."""

TOGETHER = 3
"""Networks of other beginnings, of which the mean is taken."""

RECALL = (0.8, 0.9, 0.95, 0.97, 0.98)
"""Shares of third parties' speech for which it is printed what else is taken."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One hearing of a call, as ``models.training.weighing.collect_fusion`` writes it."""

    call: str
    seen: NDArray[np.float32] = field(repr=False)
    kinds: NDArray[np.int64] = field(repr=False)
    third: NDArray[np.bool_] = field(repr=False)
    lasts: NDArray[np.float32] = field(repr=False)


class Network(nn.Module):
    """Residual convolutions over characters, and a line beside them."""

    def __init__(self, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.enter = nn.Linear(len(mean), WIDTH)
        self.blocks = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, 3, padding=dilation, dilation=dilation) for dilation in DILATIONS
        )
        self.leave = nn.Linear(WIDTH, CLASSES)
        self.line = nn.Linear(len(mean), CLASSES)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """(batch, characters, columns) to logits (batch, characters, ``CLASSES``)."""
        x = (rows - self.mean) / self.scale
        y = torch.relu(self.enter(self.drop(x))).transpose(1, 2)
        for block in self.blocks:
            y = y + torch.relu(block(self.drop(y)))
        return self.leave(self.drop(y).transpose(1, 2)) + self.line(x)


class Mean(nn.Module):
    """The mean of what some networks say."""

    def __init__(self, networks: Sequence[nn.Module]) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """As each of them."""
        return torch.stack([network(rows) for network in self.networks]).mean(dim=0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--judge-by", type=int, default=0)
    parser.add_argument("--start", type=Path, help="go on from this network, at a lower rate")
    parser.add_argument("--test", type=Path, nargs="*", default=(), help="to report on, not to learn")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    calls = [heard for path in options.data for heard in _read(path)]
    groups = sorted({_group(heard) for heard in calls})
    judged: dict[str, NDArray[np.float32]] = {}
    for part in range(options.judge_by):
        out = set(groups[part :: options.judge_by])
        network = fitted([heard for heard in calls if _group(heard) not in out], options.epochs)
        for heard in _first(calls):
            if _group(heard) in out:
                judged[heard.call] = _odds(network, heard)
    if judged:
        for group in (*groups, ""):
            some = [heard for heard in _first(calls) if heard.call.startswith(group)]
            print(f"{group or 'all'}: {_taken([judged[heard.call] for heard in some], some)}", flush=True)
    network = fitted(calls, options.epochs, options.start)
    for path in options.test:
        test = _first(_read(path))
        for name, each in (("before", options.start and _started(options.start, calls)), ("after", network)):
            if each is not None:
                print(f"{path.stem} {name}: {_taken([_odds(each, h) for h in test], test)}", flush=True)
    write_network(network, torch.zeros(1, 40, calls[0].seen.shape[1]), options.out, "rows", ("kinds",))
    return 0


def _read(path: Path) -> list[Heard]:
    with np.load(path) as file:
        data = {name: file[name] for name in file.files}
    edges = [0, *data["ends"].tolist()]
    parts = [slice(start, end) for start, end in itertools.pairwise(edges)]
    rows = [[data[name][part] for part in parts] for name in ("seen", "kinds", "third", "lasts")]
    return [Heard(str(call), *each) for call, *each in zip(data["calls"], *rows, strict=True)]


def _group(heard: Heard) -> str:
    return heard.call.split("-")[0]


def _first(calls: Sequence[Heard]) -> list[Heard]:
    """The first hearing of each call that is given: as kaiji hears it, twice."""
    return list({heard.call: heard for heard in reversed(calls)}.values())


def fitted(calls: Sequence[Heard], epochs: int, start: Path | None = None) -> Mean:
    """Networks that have learned from calls.

    Args:
        calls: What they learn from.
        epochs: How often each is seen.
        start: Networks that they go on from.
    """
    mean = _fresh(calls) if start is None else _started(start, calls)
    for seed, network in enumerate(mean.networks):
        _fit(network, calls, epochs, seed, RATE if start is None else GOING_ON)
    mean.eval()
    return mean


def _fresh(calls: Sequence[Heard]) -> Mean:
    every = np.concatenate([heard.seen for heard in calls])
    networks = []
    for seed in range(TOGETHER):
        torch.manual_seed(seed)
        networks.append(Network(every.mean(axis=0), every.std(axis=0) + np.float32(1e-3)))
    return Mean(networks)


def _started(start: Path, calls: Sequence[Heard]) -> Mean:
    mean = _fresh(calls)
    go_on_from(mean, start)
    mean.eval()
    return mean


def _fit(network: nn.Module, calls: Sequence[Heard], epochs: int, seed: int, rate: float) -> None:
    torch.manual_seed(seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * len(calls))
    rng = np.random.default_rng(seed)
    network.train()
    for _ in range(epochs):
        for which in rng.permutation(len(calls)):
            heard = calls[which]
            logits = network(torch.from_numpy(heard.seen)[None])[0]
            lost = nn.functional.cross_entropy(logits, torch.from_numpy(heard.kinds), reduction="none")
            lasts = torch.from_numpy(heard.lasts)
            loss = (lost * lasts).sum() / lasts.sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    network.eval()


def _odds(network: Mean, heard: Heard) -> NDArray[np.float32]:
    with torch.no_grad():
        chances = network(torch.from_numpy(heard.seen)[None])[0].softmax(1)[:, 0].numpy()
    return np.asarray(np.log((1 - chances + 1e-6) / (chances + 1e-6)))


def _taken(odds: Sequence[NDArray[np.float32]], calls: Sequence[Heard]) -> str:
    values = np.concatenate(odds)
    third, lasts = (np.concatenate([getattr(h, name) for h in calls]) for name in ("third", "lasts"))
    other = np.concatenate([h.kinds for h in calls]) == 0
    order = np.argsort(-values[third])
    reached = np.cumsum(lasts[third][order]) / lasts[third].sum()
    bounds = [values[third][order][min(np.searchsorted(reached, r), len(order) - 1)] for r in RECALL]
    shares = [lasts[other & (values >= bound)].sum() / lasts[other].sum() for bound in bounds]
    taken = ", ".join(f"{100 * share:.1f}" for share in shares)
    return f"{taken} % of other talk besides {', '.join(f'{r:.0%}' for r in RECALL)} of third parties'"


if __name__ == "__main__":
    raise SystemExit(main())
