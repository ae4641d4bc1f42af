"""Learn what staff and callers say, from scripts and from calls as they were heard.

    .venv-train/bin/python -m models.training.voices.train_roles LINES.jsonl --out roles.npz

``LINES`` is from ``models.training.voices.collect_roles``.  Logistic regression on runs of characters.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from models.voices.roles import BUCKETS, buckets


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    read = [json.loads(line) for line in options.lines.read_text(encoding="utf-8").splitlines()]
    found = [buckets(each["text"]) for each in read]
    sides = torch.tensor([float(each["speaker"] == "op") for each in read])
    values = torch.tensor([value for each in found for value in each])
    sizes = np.array([len(each) for each in found])
    starts = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    bag = torch.nn.EmbeddingBag(BUCKETS, 1, mode="sum")
    bias = torch.zeros(1, requires_grad=True)
    torch.nn.init.zeros_(bag.weight)
    fit = torch.optim.Adam([*bag.parameters(), bias], lr=0.05)
    for _ in range(options.epochs):
        for batch in torch.randperm(len(read)).split(256):
            rows = torch.cat([values[starts[n] : starts[n] + sizes[n]] for n in batch.tolist()])
            own = torch.from_numpy(sizes[batch.numpy()])
            offsets = torch.cat([torch.zeros(1, dtype=torch.long), own.cumsum(0)[:-1]])
            said = bag(rows, offsets)[:, 0] / own.clamp(min=1).sqrt() + bias
            loss = torch.nn.functional.binary_cross_entropy_with_logits(said, sides[batch])
            loss = loss + 2e-4 * bag.weight.square().sum()
            fit.zero_grad()
            loss.backward()
            fit.step()
        print(f"{loss.item():.3f}", flush=True)
    weights = bag.weight.detach().numpy()[:, 0]
    scale = float(np.abs(weights).max()) / 127
    whole = np.round(weights / scale).astype(np.int8)
    np.savez_compressed(options.out, weights=whole, scale=np.float32(scale), bias=np.float32(bias.item()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
