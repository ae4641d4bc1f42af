"""Train the phonetic recogniser on a CPU and write it as ONNX.

    python -m models.training.speech.train_phonetic DATA... --out models/speech/phonetic.onnx [--test DATA...]

DATA is the path of a set of ``models.training.speech.collect_text`` without its ending; ``PATH:3`` takes it
three times.

Needs torch and onnx, as ``models.training.tagging.train``; the program that masks calls needs neither.  The
same data and seed give the same network.

It learns by connectionist temporal classification (Graves et al., ICML 2006): of a turn only the order of its
morae is known, and every way of laying them out in its time counts.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.training.speech.steady_fit import GOING_ON, RATE, fit
from models.training.speech.text_sets import LineHeard, WindowHeard, read_set
from models.training.tagging.train import Block, go_on_from, write_network
from pipeline.sound.digits import edit_distance
from pipeline.sound.morae import morae
from pipeline.sound.posteriorgram import CLASSES, class_of

WIDTH = 256
"""Channels inside."""

DILATIONS = (1, 2, 4, 8, 1)
"""Of the convolutions, kernel 3: a step hears .64 s to each side, a few morae, and learns no words."""

POOL, STEP = 2, 0.04
"""As ``models.speech.phonetic``, which this environment cannot load."""

MARGIN = 0.1
"""Seconds before and after a line that are its own."""

AROUND = 16
"""Steps before and after a turn that are heard with it."""

BATCH = 24
"""Turns a step."""

NOISE, HIDDEN, DROPPED = 0.3, 0.2, 0.3
"""What keeps it from learning turns by heart: noise on its input, input hidden, and states inside."""

MASKED = (2, 9)
"""Steps of a stretch, one in every 60, of which nothing is heard."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What is heard of a turn and around it, where in it the turn is, and its morae's classes."""

    encoded: torch.Tensor
    first: int
    steps: int
    classes: torch.Tensor = field(repr=False)


class Phonetic(nn.Module):
    """Dilated convolutions over what a speech encoder gives."""

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(wide)
        self.enter = nn.Linear(wide, WIDTH)
        self.blocks = nn.ModuleList(Block(WIDTH, dilation, DROPPED) for dilation in DILATIONS)
        self.leave = nn.Linear(WIDTH, len(CLASSES) + 1)

    def forward(self, encoded: torch.Tensor) -> torch.Tensor:
        """(batch, steps, wide) to logits (batch, steps, classes)."""
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
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--test", nargs="*", default=(), help="to report on, not to learn")
    parser.add_argument("--start", type=Path, help="go on from this network, at a lower rate")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    torch.set_num_threads(1)
    turns = [turn for entry in options.data for turn in _turns(entry)]
    print(f"{len(turns)} turns, {sum(len(t.classes) for t in turns)} morae", flush=True)
    model = Phonetic(turns[0].encoded.shape[1])
    if options.start:
        go_on_from(model, options.start)
    rng = np.random.default_rng(options.seed)
    fit(
        model,
        turns,
        lambda chosen: _loss(model, chosen, rng),
        length=lambda turn: len(turn.encoded),
        batch=BATCH,
        epochs=options.epochs,
        rng=rng,
        rate=GOING_ON if options.start else RATE,
    )
    for entry in options.test:
        print(f"{Path(entry).name}: {_errors(model, _turns(entry)):.4f} of the morae wrong", flush=True)
    write_network(model, torch.zeros(1, 40, model.enter.in_features), options.out, "encoded", ("morae",))
    return 0


def _turns(entry: str) -> list[_Turn]:
    """The lines of a set whose kana are known; one with more morae than steps is left out."""
    return [
        turn
        for window in read_set(entry)
        for line in window.lines
        if (turn := _turn(window, line)) is not None
    ]


def _turn(window: WindowHeard, line: LineHeard) -> _Turn | None:
    classes = [class_of(mora) for mora in morae(line.kana)]
    blanks = sum(one == other for one, other in itertools.pairwise(classes))
    last = min(len(window.steps) // POOL, round((window.lines[-1].end + MARGIN) / STEP) + 1)
    start, end = max(0, round((line.start - MARGIN) / STEP)), min(last, round((line.end + MARGIN) / STEP) + 1)
    if not classes or len(classes) + blanks > end - start:
        return None
    low, high = max(0, start - AROUND), min(last, end + AROUND)
    # On disk until here, half as many of them from here on.
    steps = window.steps[low * POOL : high * POOL].astype(np.float32)
    pooled = steps.reshape(high - low, POOL, -1).mean(axis=1).astype(np.float16)
    return _Turn(torch.from_numpy(pooled), start - low, end - start, torch.tensor(classes))


def _loss(model: Phonetic, turns: Sequence[_Turn], rng: np.random.Generator) -> torch.Tensor:
    """Of a batch, for each mora."""
    encoded = nn.utils.rnn.pad_sequence([t.encoded.float() for t in turns], batch_first=True)
    mask = torch.ones(*encoded.shape[:2], 1)
    for row in mask:
        for _ in range(max(1, len(row) // 60)):
            width = int(rng.integers(*MASKED))
            at = int(rng.integers(0, max(1, len(row) - width)))
            row[at : at + width] = 0
    # Half the time of float32; the weights themselves stay float32.
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(encoded * mask).float()
    logs = logits.log_softmax(-1)
    own = nn.utils.rnn.pad_sequence(
        [row[t.first : t.first + t.steps] for row, t in zip(logs, turns, strict=True)]
    )
    lengths = torch.tensor([len(t.classes) for t in turns])
    loss: torch.Tensor = nn.functional.ctc_loss(
        own,
        torch.cat([t.classes for t in turns]),
        torch.tensor([t.steps for t in turns]),
        lengths,
        reduction="sum",
        zero_infinity=True,
    )
    return loss / lengths.sum()


def _errors(model: Phonetic, turns: Sequence[_Turn]) -> float:
    """Morae to be changed, added or left out, over those said."""
    model.eval()
    wrong = said = 0
    with torch.no_grad():
        for turn in turns:
            best = (
                model(turn.encoded.float()[None])[0][turn.first : turn.first + turn.steps].argmax(-1).tolist()
            )
            heard = [c for at, c in enumerate(best) if c and (at == 0 or best[at - 1] != c)]
            wrong += edit_distance(turn.classes.tolist(), heard)
            said += len(turn.classes)
    return wrong / said


if __name__ == "__main__":
    raise SystemExit(main())
