"""Train the network that tells voices apart.

    .venv-train/bin/python -m models.training.voices.train_voice NPZ --out voice.onnx [--judge-by NPZ]

``NPZ`` is from ``models.training.voices.collect_voices``.  The network learns to name the voices of its data
by the direction of 48 numbers; of voices that it has never heard the same direction means the same voice.
What a line does to a sound (colour, noise, where it ends above) is drawn anew for each crop.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.voices.spectra import COLUMNS

WIDTH: Final = 96
SAYS: Final = 48
"""Numbers that tell a voice."""

CROPS: Final = (60, 260)
"""Rows of a crop, least and most."""

BATCH: Final = 64
MARGIN, SCALE = 0.15, 24.0


class VoiceNetwork(nn.Module):
    """Rows of a sound, shape (sounds, rows, columns), to directions, shape (sounds, ``SAYS``)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inside, size, stride, dilation in ((COLUMNS, 5, 2, 1), (WIDTH, 3, 1, 2), (WIDTH, 3, 1, 3)):
            reach = dilation * (size // 2)
            layers += [
                nn.Conv1d(inside, WIDTH, size, stride, reach, dilation),
                nn.ReLU(),
                nn.BatchNorm1d(WIDTH),
            ]
        self.listens = nn.Sequential(*layers)
        self.weighs = nn.Sequential(nn.Conv1d(WIDTH, 32, 1), nn.Tanh(), nn.Conv1d(32, WIDTH, 1))
        self.says = nn.Sequential(nn.BatchNorm1d(2 * WIDTH), nn.Linear(2 * WIDTH, SAYS))
        self.register_buffer("middle", torch.zeros(COLUMNS))
        self.register_buffer("spread", torch.ones(COLUMNS))

    def forward(self, rows: Tensor) -> Tensor:
        """Say which way each sound points; unit length."""
        bands = rows[:, :, :-2] - rows[:, :, :-2].mean(dim=(1, 2), keepdim=True)
        read = (torch.cat([bands, rows[:, :, -2:]], dim=2) - self.middle) / self.spread
        heard = self.listens(read.transpose(1, 2))
        weights = torch.softmax(self.weighs(heard), dim=2)
        mean = (weights * heard).sum(dim=2)
        spread = ((weights * heard * heard).sum(dim=2) - mean * mean).clamp(min=1e-5).sqrt()
        says = self.says(torch.cat([mean, spread], dim=1))
        return says / says.norm(dim=1, keepdim=True).clamp(min=1e-6)


@dataclass(frozen=True, slots=True)
class Data:
    """Utterances, one after another, as ``collect_voices`` writes them."""

    rows: NDArray[np.float16]
    starts: NDArray[np.int64]
    voices: NDArray[np.int32]
    count: int

    @classmethod
    def read(cls, path: Path) -> Data:
        """Read a file."""
        with np.load(path) as stored:
            return cls(stored["rows"], stored["starts"], stored["voices"], len(stored["names"]))

    def crop(self, which: int, length: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """A stretch of an utterance; one that is shorter starts again."""
        first, last = self.starts[which : which + 2]
        if last - first <= length:
            rows = np.resize(self.rows[first:last], (length, self.rows.shape[1]))
        else:
            at = rng.integers(first, last - length)
            rows = self.rows[at : at + length]
        return rows.astype(np.float32)


def on_another_line(rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """What another line would make of a crop: shape (rows, columns), changed in place."""
    bands = rows.shape[1] - 2
    knots = rng.normal(0.0, 0.5, 5)
    rows[:, :bands] += np.interp(np.linspace(0, 4, bands), np.arange(5), knots)
    if rng.random() < 0.5:
        edge = rng.integers(bands - 6, bands)
        rows[:, edge:bands] -= rng.uniform(1.0, 5.0)
    if rng.random() < 0.6:
        loud = float(np.percentile(rows[:, :bands], 90))
        colour = np.interp(np.linspace(0, 4, bands), np.arange(5), rng.normal(0.0, 0.7, 5))
        floor = loud - rng.uniform(2.0, 6.0) + colour
        rows[:, :bands] = np.logaddexp(rows[:, :bands], floor + rng.normal(0, 0.4, (len(rows), bands)))
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--judge-by", type=Path)
    parser.add_argument("--epochs", type=int, default=1800, help="batches")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    network = _trained(Data.read(options.data), options.epochs, options.seed, options.judge_by)
    torch.onnx.export(
        network.eval(),
        (torch.zeros(1, 100, COLUMNS),),
        str(options.out),
        input_names=["rows"],
        output_names=["voice"],
        dynamic_axes={"rows": {1: "rows"}},
        opset_version=17,
        dynamo=False,
    )
    return 0


def _trained(data: Data, batches: int, seed: int, judge_by: Path | None) -> VoiceNetwork:
    rng = np.random.default_rng(seed)
    judged = Data.read(judge_by) if judge_by else None
    network = VoiceNetwork()
    sample = data.rows[:: max(1, len(data.rows) // 20000)].astype(np.float32)
    sample[:, :-2] -= sample[:, :-2].mean(axis=1, keepdims=True)
    network.middle.copy_(torch.from_numpy(sample.mean(axis=0)))
    network.spread.copy_(torch.from_numpy(sample.std(axis=0) + 1e-3))
    named = nn.Parameter(torch.randn(SAYS, data.count) * 0.1)
    fit = torch.optim.AdamW([*network.parameters(), named], lr=2e-3, weight_decay=1e-4)
    slower = torch.optim.lr_scheduler.LambdaLR(
        fit, lambda n: min(1.0, (n + 1) / 100) * 0.5 * (1 + math.cos(math.pi * min(1.0, n / batches)))
    )
    by_voice = [np.flatnonzero(data.voices == voice) for voice in range(data.count)]
    began = time.process_time()
    for number in range(batches):
        voices = rng.choice(data.count, BATCH, replace=data.count < BATCH)
        length = int(rng.integers(*CROPS))
        crops = np.stack(
            [on_another_line(data.crop(rng.choice(by_voice[v]), length, rng), rng) for v in voices]
        )
        said = network(torch.from_numpy(crops)) @ (named / named.norm(dim=0, keepdim=True))
        margin = MARGIN * min(1.0, number / (0.3 * batches))
        target = torch.from_numpy(voices)
        said = SCALE * (said - margin * nn.functional.one_hot(target, data.count))
        loss = nn.functional.cross_entropy(said, target)
        fit.zero_grad()
        loss.backward()
        fit.step()
        slower.step()
        if number % 150 == 149:
            right = (said.argmax(dim=1) == target).float().mean().item()
            judge = _equal_error(network, judged) if judged else math.nan
            print(
                f"{number + 1} loss {loss.item():.2f} right {right:.2f} "
                f"equal error {judge:.3f} {time.process_time() - began:.0f} s",
                flush=True,
            )
    return network


def _equal_error(network: VoiceNetwork, data: Data, length: int = 200) -> float:
    """Share of pairs of two seconds told wrongly, where as many same as different ones are."""
    rng = np.random.default_rng(3)
    which = [n for n in range(len(data.voices)) if data.starts[n + 1] - data.starts[n] >= length]
    which = rng.permutation(which)[:400].tolist()
    crops = np.stack([data.crop(n, length, rng) for n in which])
    network.eval()
    with torch.no_grad():
        says = network(torch.from_numpy(crops))
    network.train()
    likeness = (says @ says.T).numpy()
    voices = data.voices[which]
    same = voices[:, None] == voices[None, :]
    above = np.triu_indices(len(which), 1)
    likeness, same = likeness[above], same[above]
    order = np.argsort(likeness)
    missed = np.cumsum(same[order]) / same.sum()
    taken = 1 - np.cumsum(~same[order]) / (~same).sum()
    at = int(np.argmin(np.abs(missed - taken)))
    return float((missed[at] + taken[at]) / 2)


if __name__ == "__main__":
    sys.exit(main())
