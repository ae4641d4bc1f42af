"""What the ears learn from a batch that the adapted encoder reads, and how they err.

The phonetic recogniser learns by connectionist temporal classification (Graves et al., ICML 2006): of a line
only the order of its morae is known, and every way of laying them out in its time counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from models.speech.whisper.frames import FRAMES_PER_SECOND
from models.training.adapter.ear_networks import (
    ENCODED_SECONDS,
    IGNORED,
    MARGIN,
    Ear,
    Phonetic,
)
from models.training.adapter.windows import Window
from pipeline.sound.digits import edit_distance

MASKED = (2, 9)
"""Steps of a stretch, one in every 60, of which the phonetic network hears nothing."""


def mora_loss(
    network: Phonetic, encoded: torch.Tensor, windows: Sequence[Window], rng: np.random.Generator
) -> torch.Tensor:
    """Of a batch, for each mora.

    Args:
        network: The phonetic recogniser.
        encoded: What the encoder gives of the windows, shape (windows, steps, width).
        windows: The batch.
        rng: Decides of which stretches nothing is heard.
    """
    pooled = network.pooled(encoded)
    mask = torch.ones(*pooled.shape[:2], 1)
    for row in mask:
        for _ in range(max(1, len(row) // 60)):
            width = int(rng.integers(*MASKED))
            at = int(rng.integers(0, max(1, len(row) - width)))
            row[at : at + width] = 0
    # Half the time of float32; the weights themselves stay float32.
    with torch.autocast("cpu", torch.bfloat16):
        logs = network(pooled * mask).float().log_softmax(-1)
    said = list(_said(network, windows, logs.shape[1]))
    if not said:
        return torch.zeros(())
    lengths = torch.tensor([len(morae) for *_, morae in said])
    loss: torch.Tensor = nn.functional.ctc_loss(
        nn.utils.rnn.pad_sequence([logs[row, first:last] for row, first, last, _ in said]),
        torch.cat([morae for *_, morae in said]),
        torch.tensor([last - first for _, first, last, _ in said]),
        lengths,
        reduction="sum",
        zero_infinity=True,
    )
    return loss / lengths.sum()


def morae_wrong(network: Phonetic, encoded: torch.Tensor, windows: Sequence[Window]) -> tuple[int, int]:
    """Morae to be changed, added or left out on the likeliest path, and those said."""
    best = network(network.pooled(encoded)).argmax(-1)
    wrong = said = 0
    for row, first, last, morae in _said(network, windows, best.shape[1]):
        path = best[row, first:last].tolist()
        heard = [c for at, c in enumerate(path) if c and (at == 0 or path[at - 1] != c)]
        wrong += edit_distance(morae.tolist(), heard)
        said += len(morae)
    return wrong, said


def _said(
    network: Phonetic, windows: Sequence[Window], steps: int
) -> Iterator[tuple[int, int, int, torch.Tensor]]:
    """Of each line its window's row, first step and end, and the morae.

    A line whose morae nobody knows, or that has more of them than steps, is left out.
    """
    for row, window in enumerate(windows):
        own = min(steps, round(window.frames / FRAMES_PER_SECOND / ENCODED_SECONDS) // network.pool)
        for line in window.lines:
            first = max(0, round((line.start - MARGIN) / network.step_seconds))
            last = min(own, round((line.end + MARGIN) / network.step_seconds) + 1)
            blanks = sum(one == other for one, other in itertools.pairwise(line.morae.tolist()))
            if len(line.morae) > 0 and len(line.morae) + blanks <= last - first:
                yield row, first, last, line.morae


def ear_loss(network: Ear, encoded: torch.Tensor, windows: Sequence[Window]) -> torch.Tensor:
    """Of a batch, for each step of which somebody knows whose data is said."""
    pooled = network.pooled(encoded)
    kinds = _kinds(windows, pooled.shape[1])
    if not (kinds != IGNORED).any():
        return torch.zeros(())
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(pooled).float()
    return nn.functional.cross_entropy(logits.transpose(1, 2), kinds, ignore_index=IGNORED)


def kinds_heard(
    network: Ear, encoded: torch.Tensor, windows: Sequence[Window]
) -> tuple[torch.Tensor, torch.Tensor]:
    """How probable anybody's data is at each step that is known, and whether it is said; shape (n,) each."""
    pooled = network.pooled(encoded)
    kinds = _kinds(windows, pooled.shape[1])
    known = kinds != IGNORED
    return 1 - network(pooled).softmax(-1)[..., 0][known], kinds[known] > 0


def _kinds(windows: Sequence[Window], steps: int) -> torch.Tensor:
    """Of a batch, shape (windows, steps)."""
    out = torch.full((len(windows), steps), IGNORED)
    for row, window in zip(out, windows, strict=True):
        if window.kinds is not None:
            own = window.kinds[:steps]
            row[: len(own)] = own
    return out
