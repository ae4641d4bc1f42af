"""Train the tagger on a CPU and write it as ONNX.

    python -m models.training.tagging.train DATA.npz --out models/weighing/tagger/tagger.onnx

Needs torch and onnx (``make train`` brings them into a place of their own); the program that
masks calls needs neither.  The same data and seed give the same model.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from models.training.written import say_written

WIDTHS = (64, 16, 8, 24, 24, 4, 4, 4)
"""Embedding width of each feature column; see ``models.weighing.tagger.features.FEATURES``."""

CONFIDENTIAL = 4
"""Secrets are whatever the company says they are; the tagger neither learns nor unlearns them."""

Call = tuple[torch.Tensor, torch.Tensor, torch.Tensor, float]
"""One call: rows (characters, features), kinds and parties (characters,), and how much it counts."""

DILATIONS = (1, 2, 4, 8, 16, 32, 1)
"""Of the convolutions, kernel 3: a character sees 64 to each side, about three turns."""

HEARD = 3.0
"""How much a call that was really heard counts for more than what the noise channel made up."""

KIND_WEIGHTS = (1.0, 1.2, 1.6, 1.2)
"""Of none, names, addresses and numbers in the loss: a missed one costs more than one too many, and
addresses are the rarest."""

RATE = 3e-3
"""Highest rate of learning, of the one-cycle schedule."""

BATCH = 8
"""Calls a step."""

STEADY = 0.995
"""Share of the running mean of the weights that each step keeps: the model is that mean."""


class Block(nn.Module):
    """A gated dilated convolution with a residual path."""

    def __init__(self, width: int, dilation: int, dropped: float = 0.15) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.conv = nn.Conv1d(width, 2 * width, 3, padding=dilation, dilation=dilation)
        self.dropout = nn.Dropout(dropped)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, width, characters) to the same shape."""
        value, gate = self.conv(self.norm(x.transpose(1, 2)).transpose(1, 2)).chunk(2, dim=1)
        return x + self.dropout(value * torch.sigmoid(gate))


class Tagger(nn.Module):
    """Embeddings of every feature, dilated convolutions, two heads."""

    def __init__(self, sizes: Sequence[int], width: int = 160) -> None:
        super().__init__()
        self.embeddings = nn.ModuleList(nn.Embedding(n, w) for n, w in zip(sizes, WIDTHS, strict=True))
        self.dropout = nn.Dropout(0.2)
        self.enter = nn.Conv1d(sum(WIDTHS), width, 1)
        self.blocks = nn.ModuleList(Block(width, d) for d in DILATIONS)
        self.kinds = nn.Conv1d(width, 4, 1)
        self.parties = nn.Conv1d(width, 5, 1)

    def forward(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows (batch, characters, features) to logits of kinds and parties."""
        joined = torch.cat([e(rows[..., i]) for i, e in enumerate(self.embeddings)], dim=-1)
        states = self.enter(self.dropout(joined).transpose(1, 2))
        for block in self.blocks:
            states = block(states)
        return self.kinds(states).transpose(1, 2), self.parties(states).transpose(1, 2)


def main() -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--start", type=Path, help="go on from this network, at a sixth of the rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    data = np.load(options.data)
    calls = _calls(data)
    model = Tagger([int(n) for n in data["sizes"]], options.width)
    if options.start:
        go_on_from(model, options.start)
    rate = RATE / 6 if options.start else RATE
    _fit(model, calls, options.epochs, rate, random.Random(options.seed))
    _export(model, options.out, str(data["vocabulary"]))
    return 0


def go_on_from(model: nn.Module, path: Path) -> None:
    """Take the weights of a network that ``write_network`` wrote.

    Args:
        model: Of the same form; its vocabulary must be the data's.
        path: The network.

    Raises:
        KeyError: when a weight of the model is not in it.
    """
    graph = onnx.load(path).graph
    stored = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in graph.initializer}
    # What two parts of it share is written once.
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in stored:
            stored[node.output[0]] = stored[node.input[0]]
    # A linear layer is written as a product with its weights, turned, under no name, and a sum with its bias.
    products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    for node in graph.node:
        sums = [product for product in node.input if product in products]
        biases = [name for name in node.input if name.endswith(".bias")]
        if node.op_type == "Add" and sums and biases:
            stored[biases[0].removesuffix("bias") + "weight"] = stored[products[sums[0]]].T.contiguous()
    model.load_state_dict({name: stored[name] for name in model.state_dict()})


def _calls(data: np.lib.npyio.NpzFile) -> list[Call]:
    calls = []
    start = 0
    heard = data["heard"]
    rows, kinds, parties = data["rows"], data["kinds"], data["parties"]
    for number, end in enumerate(data["ends"]):
        piece = slice(start, int(end))
        calls.append(
            (
                torch.from_numpy(rows[piece].astype(np.int64)),
                torch.from_numpy(kinds[piece].astype(np.int64)),
                torch.from_numpy(parties[piece].astype(np.int64)),
                HEARD if heard[number] else 1.0,
            )
        )
        start = int(end)
    return calls


def _batches(calls: list[Call], rng: random.Random, size: int) -> list[list[Call]]:
    order = sorted(calls, key=lambda c: len(c[0]) + rng.random() * 60)
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    return groups


def _fit(model: Tagger, calls: list[Call], epochs: int, rate: float, rng: random.Random) -> None:
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    steps = epochs * (len(calls) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.15)
    kinds_loss = nn.CrossEntropyLoss(torch.tensor(KIND_WEIGHTS), reduction="none", ignore_index=-1)
    party_loss = nn.CrossEntropyLoss(reduction="none", ignore_index=-1)
    mean = {name: value.detach().clone() for name, value in model.state_dict().items()}
    for epoch in range(epochs):
        began, total, seen = time.monotonic(), 0.0, 0
        model.train()
        for group in _batches(calls, rng, BATCH):
            longest = max(len(c[0]) for c in group)
            rows = torch.zeros(len(group), longest, len(WIDTHS), dtype=torch.long)
            kinds = torch.full((len(group), longest), -1)
            parties = kinds.clone()
            weight = torch.zeros(len(group), longest)
            for i, (r, k, p, w) in enumerate(group):
                rows[i, : len(r)], weight[i, : len(r)] = r, w
                kinds[i, : len(r)] = torch.where(k == CONFIDENTIAL, -1, k)
                parties[i, : len(r)] = torch.where(k == CONFIDENTIAL, -1, p)
            # Unseen spellings must not surprise it: hide some characters, keep their sound.
            hidden = torch.rand(rows.shape[:2]) < 0.12
            rows[..., 0] = torch.where(hidden, 1, rows[..., 0])
            for column in (1, 2, 5, 6, 7):
                dropped = torch.rand(rows.shape[0], 1) < (0.25 if column == 5 else 0.08)
                rows[..., column] = torch.where(dropped, 0, rows[..., column])
            # Half the time of float32; the weights themselves stay float32.
            with torch.autocast("cpu", torch.bfloat16):
                out_kinds, out_parties = (out.float() for out in model(rows))
            loss = kinds_loss(out_kinds.transpose(1, 2), kinds) + 0.4 * party_loss(
                out_parties.transpose(1, 2), parties
            )
            value = (loss * weight).sum() / weight.sum()
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            with torch.no_grad():
                for name, weights in model.state_dict().items():
                    mean[name].lerp_(weights, 1 - STEADY)
            total, seen = total + value.item(), seen + 1
        print(f"epoch {epoch + 1}: loss {total / seen:.4f}, {time.monotonic() - began:.0f} s", flush=True)
    model.load_state_dict(mean)


def write_network(
    model: nn.Module, example: torch.Tensor, out: Path, entry: str, results: Sequence[str]
) -> None:
    """Write a trained network as ONNX, and say what bytes it is.

    Args:
        model: Takes and gives (batch, n, ...), whatever n is.
        example: What it takes.
        out: Where it goes.
        entry: What it calls what it takes.
        results: Likewise what it gives.
    """
    model.eval()
    torch.onnx.export(
        model,
        (example,),
        str(out),
        input_names=[entry],
        output_names=list(results),
        dynamic_axes={name: {1: "n"} for name in (entry, *results)},
        dynamo=False,
    )
    say_written(out)


def _export(model: Tagger, out: Path, vocabulary: str) -> None:
    example = torch.zeros(1, 40, len(WIDTHS), dtype=torch.long)
    write_network(model, example, out, "rows", ("kinds", "parties"))
    out.with_suffix(".vocabulary.json").write_text(
        json.dumps(json.loads(vocabulary), ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        encoding="utf-8",
    )


if __name__ == "__main__":
    raise SystemExit(main())
