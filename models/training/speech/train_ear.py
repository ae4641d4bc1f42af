"""Train the ear on a CPU and write it as ONNX.

    python -m models.training.speech.train_ear DATA... --out models/speech/ear.onnx [--test DATA...]

DATA is the path of a set of ``models.training.speech.collect_text`` without its ending; ``PATH:3`` takes it
three times.  What people have read is left out: nobody has marked the names in it.

Needs torch and onnx, as ``models.training.tagging.train``; the program that masks calls needs neither.  The
same data and seed give the same network.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.training.speech.steady_fit import GOING_ON, RATE, fit
from models.training.speech.text_sets import WindowHeard, read_set
from models.training.tagging.train import Block, go_on_from, write_network

WIDTH = 160
"""Channels inside."""

DILATIONS = (1, 2, 4, 8, 16, 32, 1)
"""Of the convolutions, kernel 3: a step sees 5 s to each side."""

POOL, STEP = 4, 0.08
"""As ``models.speech.ear``, which this environment cannot load."""

MARGIN = 0.1
"""Seconds behind a line that are its own."""

CLASSES = 4
"""Nobody's data, a name, an address, a number."""

CONFIDENTIAL = 4
"""Secrets are whatever the company says they are; the ear neither learns nor unlearns them."""

BATCH = 12
"""Windows a step."""

NOISE, HIDDEN, DROPPED = 0.15, 0.1, 0.2
"""What keeps it from learning windows by heart: noise on its input, input hidden, and states inside."""


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
    parser.add_argument("data", nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--test", nargs="*", default=(), help="to report on, not to learn")
    parser.add_argument("--start", type=Path, help="go on from this network, at a lower rate")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    windows = [window for entry in options.data for window in _windows(entry)]
    steps = sum(len(window.kinds) for window in windows)
    print(f"{len(windows)} windows, {steps} steps", flush=True)
    model = Ear(windows[0].encoded.shape[1])
    if options.start:
        go_on_from(model, options.start)
    fit(
        model,
        windows,
        lambda chosen: _loss(model, chosen),
        length=lambda window: len(window.kinds),
        batch=BATCH,
        epochs=options.epochs,
        rng=np.random.default_rng(options.seed),
        rate=GOING_ON if options.start else RATE,
    )
    for entry in options.test:
        print(f"{Path(entry).name}: average precision {_precision(model, _windows(entry)):.3f}", flush=True)
    write_network(model, torch.zeros(1, 40, model.enter.in_features), options.out, "encoded", ("kinds",))
    return 0


def _windows(entry: str) -> list[_Window]:
    """The windows of a set in which somebody knows whose data is said."""
    return [
        _Window(*_labelled(window))
        for window in read_set(entry)
        if all(line.data is not None for line in window.lines)
    ]


def _labelled(window: WindowHeard) -> tuple[torch.Tensor, torch.Tensor]:
    """What is heard of a window up to the end of its last line, or of its silence, and what is said when."""
    steps = len(window.steps) // POOL
    if window.lines:
        steps = min(steps, round((window.lines[-1].end + MARGIN) / STEP) + 1)
    encoded = window.steps[: steps * POOL].astype(np.float32).reshape(steps, POOL, -1).mean(axis=1)
    spans = [span for line in window.lines for span in line.data or ()]
    kinds = labels((np.arange(steps) + 0.5) * STEP, spans)
    return torch.from_numpy(encoded.astype(np.float16)), torch.from_numpy(kinds)


def labels(times: NDArray[np.floating[Any]], spans: Iterable[tuple[float, float, int]]) -> NDArray[np.int64]:
    """What is being said at some times.

    Args:
        times: In seconds of the window.
        spans: Start and end of somebody's data, and the number of its kind, from 1.

    Returns:
        0 for nobody's data, -1 for what is left out of the loss, else the kind; shape (times,).
    """
    out = np.zeros(len(times), dtype=np.int64)
    for start, end, kind in spans:
        out[(times >= start) & (times < end)] = -1 if kind == CONFIDENTIAL else kind
    return out


def _loss(model: Ear, windows: Sequence[_Window]) -> torch.Tensor:
    """Of a batch, for each step."""
    encoded = nn.utils.rnn.pad_sequence([w.encoded.float() for w in windows], batch_first=True)
    kinds = nn.utils.rnn.pad_sequence([w.kinds for w in windows], batch_first=True, padding_value=-1)
    # Half the time of float32; the weights themselves stay float32.
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(encoded).float()
    return nn.functional.cross_entropy(logits.transpose(1, 2), kinds, ignore_index=-1)


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
