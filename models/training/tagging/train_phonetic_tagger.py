"""Train the phonetic tagger on a CPU and write it as ONNX.

    python -m models.training.tagging.train_phonetic_tagger DATA.npz... --out \
        models/weighing/phonetic_tagger/tagger.onnx [--test OTHER.npz...]

Needs torch and onnx, as ``models.training.tagging.train``; the program that masks calls needs neither.  The
same data and seed give the same network.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.training.tagging.train import CONFIDENTIAL, KIND_WEIGHTS, STEADY, Block, go_on_from, write_network
from models.weighing.phonetic_tagger.features import SIZES

WIDTHS = (96, 8, 8, 16, 16, 16, 16)
"""Embedding width of each column of ``models.weighing.phonetic_tagger.features``."""

WIDTH = 192
"""Channels inside."""

DILATIONS = (1, 2, 4, 8, 16, 32, 64, 1, 2)
"""Of the convolutions, kernel 3: a mora sees 130 to each side, half a minute of talk."""

HIDDEN = 0.06
"""Share of morae that are hidden: others have to tell."""

BATCH, RATE = 8, 3e-3

Call = tuple[torch.Tensor, torch.Tensor, float]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How long it learns, how fast at the most, from which beginning, and what it is reported on."""

    epochs: int
    rate: float
    seed: int
    tests: tuple[Path, ...]


class PhoneticTagger(nn.Module):
    """Embeddings of every column, dilated convolutions, one head."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(n, w) for n, w in zip(SIZES, WIDTHS, strict=True))
        self.dropout = nn.Dropout(0.1)
        self.enter = nn.Conv1d(sum(WIDTHS), WIDTH, 3, padding=1)
        self.blocks = nn.ModuleList(Block(WIDTH, d) for d in DILATIONS)
        self.kinds = nn.Conv1d(WIDTH, 4, 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows (batch, morae, columns) to logits of kinds (batch, morae, 4)."""
        joined = torch.cat([e(rows[..., i]) for i, e in enumerate(self.embeddings)], dim=-1)
        states = self.enter(self.dropout(joined).transpose(1, 2))
        for block in self.blocks:
            states = block(states)
        return self.kinds(states).transpose(1, 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--start", type=Path, help="go on from this network, at a sixth of the rate")
    parser.add_argument("--test", type=Path, nargs="*", default=(), help="to report on, not to learn")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    calls = [call for path in options.data for call in _calls(path)]
    print(f"{len(calls)} calls", flush=True)
    model = PhoneticTagger()
    rate = RATE
    if options.start:
        go_on_from(model, options.start)
        rate /= 6
    plan = _Plan(options.epochs, rate, options.seed, tuple(options.test))
    _fit(model, calls, plan)
    example = torch.zeros(1, 40, len(SIZES), dtype=torch.long)
    write_network(model, example, options.out, "rows", ("kinds",))
    return 0


def _calls(path: Path) -> list[Call]:
    data, start, calls = np.load(path), 0, []
    rows, kinds = data["rows"].astype(np.int64), data["kinds"].astype(np.int64)
    kinds[kinds == CONFIDENTIAL] = -1
    weight = 2.0 if "heard" in path.stem else 1.0
    for end in map(int, data["ends"]):
        if end > start:
            calls.append((torch.from_numpy(rows[start:end]), torch.from_numpy(kinds[start:end]), weight))
        start = end
    return calls


def _fit(model: PhoneticTagger, calls: list[Call], plan: _Plan) -> None:
    rng, rate, epochs = random.Random(plan.seed), plan.rate, plan.epochs
    steps = epochs * (-(-len(calls) // BATCH))
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.15)
    loss_of = nn.CrossEntropyLoss(torch.tensor(KIND_WEIGHTS), reduction="none", ignore_index=-1)
    mean = {name: value.detach().clone() for name, value in model.state_dict().items()}
    done = 0
    for epoch in range(epochs):
        began, total = time.monotonic(), 0.0
        model.train()
        order = sorted(calls, key=lambda c: len(c[0]) + rng.random() * 60)
        groups = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        rng.shuffle(groups)
        for group in groups:
            rows = nn.utils.rnn.pad_sequence([r for r, _, _ in group], batch_first=True)
            kinds = nn.utils.rnn.pad_sequence([k for _, k, _ in group], batch_first=True, padding_value=-1)
            weight = torch.tensor([w for _, _, w in group])[:, None] * (kinds >= 0)
            rows[..., 0] = torch.where(torch.rand(rows.shape[:2]) < HIDDEN, 0, rows[..., 0])
            for column in range(1, rows.shape[2]):
                dropped = torch.rand(rows.shape[0], 1) < 0.08
                rows[..., column] = torch.where(dropped, 0, rows[..., column])
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(rows).float()
            loss = (loss_of(logits.transpose(1, 2), kinds) * weight).sum() / weight.sum()
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            with torch.no_grad():
                for name, weights in model.state_dict().items():
                    mean[name].lerp_(weights, 1 - min(STEADY, done / (done + 9)))
            total += loss.item()
        print(
            f"epoch {epoch + 1}: loss {total / len(groups):.4f}, {time.monotonic() - began:.0f} s", flush=True
        )
        own = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict(mean)
        for path in plan.tests:
            print(f"  {path.stem}: average precision {_precision(model, _calls(path)):.3f}", flush=True)
        model.load_state_dict(own)
    model.load_state_dict(mean)


def _precision(model: PhoneticTagger, calls: list[Call]) -> float:
    """Average precision of the morae's probability of being anybody's data."""
    model.eval()
    with torch.no_grad():
        chance = torch.cat([1 - model(rows[None])[0].softmax(-1)[:, 0] for rows, _, _ in calls]).numpy()
    kinds = torch.cat([kinds for _, kinds, _ in calls]).numpy()
    right = kinds[kinds >= 0][np.argsort(-chance[kinds >= 0], kind="stable")] > 0
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())


if __name__ == "__main__":
    raise SystemExit(main())
