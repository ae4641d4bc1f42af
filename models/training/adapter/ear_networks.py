"""The networks that read an encoder's output, in torch: the phonetic recogniser and the ear.

Both learn beside the telephone adapter (``models.training.adapter.train_adapter``), from what the encoder
gives while it learns.  What they are is in ``models/speech/phonetic.md`` and ``models/speech/ear.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.training.tagging.train import Block, go_on_from, write_network
from pipeline.sound.posteriorgram import CLASSES

ENCODED_WIDTH = 512
"""Values of each step of ``base``'s encoder."""

ENCODED_SECONDS = 0.02
"""Of each step."""

PHONETIC_POOL, EAR_POOL = 2, 4
"""Steps of the encoder that each network reads as one; as ``models.speech.phonetic`` and ``.ear`` have it,
which this environment cannot load."""

MARGIN = 0.1
"""Seconds before and behind a line that are its own."""

CONFIDENTIAL = 4
"""Secrets are whatever the company says they are; the ear neither learns nor unlearns them."""

KINDS = 4
"""Nobody's data, a name, an address, a number."""

IGNORED = -1
"""Kind of a step that is left out of the loss."""


class _Reader(nn.Module):
    """Dilated convolutions over what an encoder gives.

    Args:
        pool: Steps of the encoder that are read as one.
        width: Channels inside.
        dilations: Of the convolutions, kernel 3.
        classes: Of each step.
        noise: Standard deviation of what is added to the normalised input; with the next two it keeps the
            network from learning calls by heart.
        hidden: Share of the input that is hidden.
        dropped: Share of the states inside.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a network is
        self,
        pool: int,
        width: int,
        dilations: Sequence[int],
        classes: int,
        noise: float,
        hidden: float,
        dropped: float,
    ) -> None:
        super().__init__()
        self.pool, self.noise, self.hidden = pool, noise, hidden
        self.norm = nn.LayerNorm(ENCODED_WIDTH)
        self.enter = nn.Linear(ENCODED_WIDTH, width)
        self.blocks = nn.ModuleList(Block(width, dilation, dropped) for dilation in dilations)
        self.leave = nn.Linear(width, classes)

    @property
    def step_seconds(self) -> float:
        """Seconds of one of its steps."""
        return self.pool * ENCODED_SECONDS

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """(batch, steps, width of the encoder) to logits (batch, steps, classes)."""
        x = self.norm(pooled)
        if self.training:
            x = nn.functional.dropout(x + self.noise * torch.randn_like(x), self.hidden)
        x = self.enter(x).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        return self.leave(x.transpose(1, 2))

    def pooled(self, encoded: torch.Tensor) -> torch.Tensor:
        """What the encoder gives, (batch, steps, width), as this network reads it."""
        steps = encoded.shape[1] // self.pool
        return encoded[:, : steps * self.pool].float().unflatten(1, (steps, self.pool)).mean(2)


class Phonetic(_Reader):
    """Hears morae: a step hears .64 s to each side, a few of them, and learns no words."""

    def __init__(self) -> None:
        super().__init__(
            PHONETIC_POOL, 256, (1, 2, 4, 8, 1), len(CLASSES) + 1, noise=0.3, hidden=0.2, dropped=0.3
        )


class Ear(_Reader):
    """Hears that somebody's data is said: a step hears 5 s to each side."""

    def __init__(self) -> None:
        super().__init__(EAR_POOL, 160, (1, 2, 4, 8, 16, 32, 1), KINDS, noise=0.15, hidden=0.1, dropped=0.2)


def kinds_of(spans: Iterable[tuple[float, float, int]], end: float) -> torch.Tensor:
    """What the ear is to hear at each of its steps, shape (steps,), int64.

    Args:
        spans: Start and end of somebody's data, in seconds of the window, and the number of its kind, from 1.
        end: Of the last line, in seconds of the window; what lies behind is not learned.

    Returns:
        0 for nobody's data, ``IGNORED`` for what is left out of the loss, else the kind.
    """
    seconds = EAR_POOL * ENCODED_SECONDS
    times = (np.arange(round((end + MARGIN) / seconds) + 1) + 0.5) * seconds
    out = np.zeros(len(times), dtype=np.int64)
    for start, stop, kind in spans:
        out[(times >= start) & (times < stop)] = IGNORED if kind == CONFIDENTIAL else kind
    return torch.from_numpy(out)


def read(phonetic: Phonetic, ear: Ear, folder: Path) -> None:
    """Take the weights of those that lie in a folder, as ``write`` wrote them."""
    for network, name in ((phonetic, "phonetic"), (ear, "ear")):
        if (path := folder / f"{name}.onnx").is_file():
            go_on_from(network, path)


def write(phonetic: Phonetic, ear: Ear, folder: Path) -> None:
    """Write ``phonetic.onnx`` and ``ear.onnx``."""
    example = torch.zeros(1, 40, ENCODED_WIDTH)
    write_network(phonetic, example, folder / "phonetic.onnx", "encoded", ("morae",))
    write_network(ear, example, folder / "ear.onnx", "encoded", ("kinds",))
