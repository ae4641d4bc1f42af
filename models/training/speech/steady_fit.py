"""How the networks that listen learn: one-cycle schedule, and the mean of the weights on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import nn

__all__ = ["GOING_ON", "RATE", "fit"]

RATE = 2e-3
"""Highest rate of learning."""

GOING_ON = RATE / 3
"""The same from a network that has learned before."""

STEADY = 0.995
"""Share of the running mean of the weights that each step keeps: the network is that mean."""

Example = TypeVar("Example")


def fit(  # noqa: PLR0913 - what a training is
    model: nn.Module,
    examples: Sequence[Example],
    loss: Callable[[Sequence[Example]], torch.Tensor],
    *,
    length: Callable[[Example], int],
    batch: int,
    epochs: int,
    rng: np.random.Generator,
    rate: float = RATE,
) -> None:
    """Train a network in place, and print the loss of each epoch.

    Args:
        model: The network.
        examples: What it learns from.
        loss: Of a batch of them, by the network as it is.
        length: Steps of one: those of about the same length make a batch, so that little of it is filling.
        batch: Examples a step.
        epochs: How often each example is seen.
        rng: Decides the order.
        rate: Highest rate of learning; ``GOING_ON`` for a network that has learned before.
    """
    batches = -(-len(examples) // batch)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rate, total_steps=epochs * batches, pct_start=0.15
    )
    mean = {name: value.detach().clone() for name, value in model.state_dict().items()}
    done = 0
    for epoch in range(epochs):
        began, total = time.monotonic(), 0.0
        model.train()
        order = np.argsort([length(each) * (1 + 0.2 * rng.random()) for each in examples], kind="stable")
        for group in rng.permutation(batches):
            value = loss([examples[at] for at in order[group * batch : (group + 1) * batch]])
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            with torch.no_grad():
                for name, weights in model.state_dict().items():
                    mean[name].lerp_(weights, 1 - min(STEADY, done / (done + 9)))
            total += value.item()
        print(f"epoch {epoch + 1}: loss {total / batches:.4f}, {time.monotonic() - began:.0f} s", flush=True)
    model.load_state_dict(mean)
