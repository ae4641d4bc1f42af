"""Train the ear on a CPU and write it as ONNX.

    python -m models.training.speech.train_ear DATA.npz... --out models/speech/ear.onnx [--test OTHER.npz]

Needs torch and onnx, as ``models.training.tagging.train``; the program that masks calls needs neither.  The
same data and seed give the same network.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.training.tagging.train import Block, write_network

WIDTH = 160
"""Channels inside."""

DILATIONS = (1, 2, 4, 8, 16, 32, 1)
"""Of the convolutions, kernel 3: a step sees 5 s to each side."""

CLASSES = 4
"""Nobody's data, a name, an address, a number."""

CONFIDENTIAL = 4
"""Secrets are whatever the company says they are; the ear neither learns nor unlearns them."""

RATE = 2e-3
"""Highest rate of learning, of the one-cycle schedule."""

BATCH = 12
"""Windows a step."""

NOISE, HIDDEN, DROPPED = 0.15, 0.1, 0.2
"""What keeps it from learning windows by heart: noise on its input, input hidden, and states inside."""

STEADY = 0.995
"""Share of the running mean of the weights that each step keeps: the network is that mean."""


@dataclass(frozen=True, slots=True)
class _Window:
    encoded: torch.Tensor
    kinds: torch.Tensor


class Ear(nn.Module):
    """Dilated convolutions over what a speech encoder gives."""

    def __init__(self, wide: int, width: int = WIDTH) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(wide)
        self.enter = nn.Linear(wide, width)
        self.blocks = nn.ModuleList(Block(width, dilation, DROPPED) for dilation in DILATIONS)
        self.leave = nn.Linear(width, CLASSES)

    def forward(self, encoded: torch.Tensor) -> torch.Tensor:
        """(batch, steps, wide) to logits (batch, steps, ``CLASSES``)."""
        x = self.norm(encoded)
        if self.training:
            x = nn.functional.dropout(x + NOISE * torch.randn_like(x), HIDDEN)
        x = self.enter(x).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.leave(x.transpose(1, 2))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--test", type=Path, nargs="*", default=(), help="to report on, not to learn")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    windows = [window for path in options.data for window in _windows(path)]
    steps = sum(len(window.kinds) for window in windows)
    print(f"{len(windows)} windows, {steps} steps", flush=True)
    model = Ear(windows[0].encoded.shape[1])
    _fit(model, windows, options.epochs, np.random.default_rng(options.seed))
    for path in options.test:
        print(f"{path.stem}: average precision {_precision(model, _windows(path)):.3f}", flush=True)
    write_network(model, torch.zeros(1, 40, model.enter.in_features), options.out, "encoded", ("kinds",))
    return 0


def _windows(path: Path) -> list[_Window]:
    data = np.load(path)
    encoded, kinds, start, out = data["encoded"], data["kinds"].astype(np.int64), 0, []
    kinds[kinds == CONFIDENTIAL] = -1
    for end in map(int, data["ends"]):
        if end > start:
            out.append(_Window(torch.from_numpy(encoded[start:end]), torch.from_numpy(kinds[start:end])))
        start = end
    return out


def _fit(model: Ear, windows: list[_Window], epochs: int, rng: np.random.Generator) -> None:
    batches = -(-len(windows) // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=epochs * batches, pct_start=0.15
    )
    mean = {name: value.detach().clone() for name, value in model.state_dict().items()}
    done = 0
    for epoch in range(epochs):
        began, total = time.monotonic(), 0.0
        model.train()
        # Windows of about the same length together: little of a batch is filling.
        order = np.argsort([len(w.kinds) * (1 + 0.2 * rng.random()) for w in windows], kind="stable")
        for group in rng.permutation(batches):
            chosen = [windows[i] for i in order[group * BATCH : (group + 1) * BATCH]]
            encoded = nn.utils.rnn.pad_sequence([w.encoded.float() for w in chosen], batch_first=True)
            kinds = nn.utils.rnn.pad_sequence([w.kinds for w in chosen], batch_first=True, padding_value=-1)
            # Half the time of float32; the weights themselves stay float32.
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(encoded).float()
            loss = nn.functional.cross_entropy(logits.transpose(1, 2), kinds, ignore_index=-1)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            keep = min(STEADY, done / (done + 9))
            with torch.no_grad():
                for name, weights in model.state_dict().items():
                    mean[name].lerp_(weights, 1 - keep)
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / batches:.4f}, {time.monotonic() - began:.0f} s", flush=True)
    model.load_state_dict(mean)


def _precision(model: Ear, windows: list[_Window]) -> float:
    """Average precision of the steps' probability of being anybody's data."""
    model.eval()
    with torch.no_grad():
        chance = torch.cat([1 - model(w.encoded.float()[None])[0].softmax(-1)[:, 0] for w in windows]).numpy()
    kinds = torch.cat([w.kinds for w in windows]).numpy()
    right = kinds[kinds >= 0][np.argsort(-chance[kinds >= 0], kind="stable")] > 0
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())


if __name__ == "__main__":
    raise SystemExit(main())
