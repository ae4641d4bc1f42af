"""Fit the weights of ``pipeline.masking.edge_network``; needs torch, as ``models.training.speech.train_ear``.

    PYTHONPATH=. TRAIN/bin/python -m models.training.weighing.train_edges DATA.npz... --out EDGES.npz

Data is what ``models.training.weighing.collect_edges`` wrote.  Every edge that was collected with an ear is
learned from once more without one: words from a file and other speech models have none.  Some are once more
as if somebody talked on through them.  The same data and seed give the same weights.

The registered weights were fitted on u21 to u26, heard by ears that had not learned from them, and on u13,
u19 and u20 without an ear and with the speech model's own word times (``--deaf``), each of all that is true
and once more of all that is detected (``--found``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from pipeline.masking.edge_network import DILATIONS, KERNEL, NAMES
from pipeline.masking.edges import EAR, HEARD

WIDTH = 32
"""Channels inside."""

NO_SIGN = (0.0, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The features of the sound, the first ones, where it goes on as loud and alike and tells nothing."""

UNBROKEN = 8
"""Of so many edges one is learned from as if its sound told nothing: then the word's times must do."""

RATE, BATCH, DROPPED, DECAY = 3e-3, 64, 0.2, 0.05
"""Highest rate of learning, of the one-cycle schedule; edges a step; states left out; decay of weights."""

BLUR = 1.5
"""Candidates by which the truth may be off, as a standard deviation: half of a frame of the voices' 25 ms."""


class Network(nn.Module):
    """As ``pipeline.masking.edge_network`` runs it."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.line = nn.Linear(features, 1, bias=False)
        widths = (features, *[WIDTH] * (len(DILATIONS) - 1), 1)
        self.layers = nn.ModuleList(
            nn.Conv1d(widths[n], widths[n + 1], KERNEL, padding=KERNEL // 2 * d, dilation=d)
            for n, d in enumerate(DILATIONS)
        )
        self.drop = nn.Dropout(DROPPED)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(edges, candidates, features) to scores (edges, candidates)."""
        y = x.transpose(1, 2)
        for n, layer in enumerate(self.layers):
            y = layer(self.drop(torch.relu(y)) if n else y)
        return self.line(x)[..., 0] + y[:, 0]


def main() -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(1)
    parts = [np.load(path) for path in options.data]
    features, aims, sides = (np.concatenate([p[k] for p in parts]) for k in ("features", "aims", "sides"))
    heard = features[:, :, -1].any(axis=1)
    deaf = features[heard].copy()
    deaf[:, :, -EAR - HEARD :] = 0
    unbroken = features[::UNBROKEN].copy()
    unbroken[:, :, : len(NO_SIGN)] = NO_SIGN
    unbroken[:, :, -EAR - HEARD :] = 0
    features = np.concatenate([features, deaf, unbroken])
    aims, sides = (np.concatenate([each, each[heard], each[::UNBROKEN]]) for each in (aims, sides))
    arrays: dict[str, NDArray[np.float32]] = {}
    for side, name in NAMES.items():
        own = sides == side
        print(f"{name}: {own.sum()} edges", flush=True)
        arrays |= {f"{name}.{key}": value for key, value in _fitted(features[own], aims[own], options.epochs)}
    np.savez(options.out, allow_pickle=False, **arrays)
    return 0


def _fitted(
    features: NDArray[np.float32], aims: NDArray[np.int64], epochs: int
) -> list[tuple[str, NDArray[np.float32]]]:
    torch.manual_seed(0)
    mean, scale = features.mean(axis=(0, 1)), features.std(axis=(0, 1)) + 1e-6
    x = torch.from_numpy((features - mean) / scale)
    near = np.exp(-0.5 * np.square((np.arange(features.shape[1]) - aims[:, None]) / BLUR))
    wanted = torch.tensor(near / near.sum(axis=1, keepdims=True), dtype=torch.float32)
    network = Network(features.shape[2])
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps = epochs * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(x)).split(BATCH):
            loss = -(wanted[chosen] * network(x[chosen]).log_softmax(1)).sum(1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1}: loss {total / len(x):.4f}", flush=True)
    arrays = [("mean", mean), ("scale", scale), ("line", network.line.weight.detach().numpy()[0])]
    for n, layer in enumerate(network.layers):
        arrays += [(f"weights{n}", layer.weight.detach().numpy()), (f"bias{n}", layer.bias.detach().numpy())]
    return arrays


if __name__ == "__main__":
    raise SystemExit(main())
