"""Train the telephone adapter on a CPU: what is added to the weights of the recogniser.

    python -m models.training.speech.train_adapter DATA... --base base.npz --out telephone.npz
        [--start telephone.npz] [--rate R] [--katakana W] [--test DATA...] [--epochs N] [--seed N]

DATA is the path of a set of spectrograms of ``models.training.speech.collect_text`` without its ending;
``PATH:3`` takes it three times an epoch.  Every matrix W of encoder and decoder becomes W + U D, with U and D
of low rank (Hu et al. 2021, LoRA, arXiv 2106.09685); convolutions, embedding, norms and biases stay.  U and D
are stored as int8 with a scale for each row: a file of 8 MB.  The same data and seed give the same file.
With ``--start`` an adapter goes on learning, also one of the decoder alone.  People's names stand in the data
as they sound; with ``--katakana`` a token of katakana counts W times as much as another, because a name that
is written as other words is hardly found again.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from models.speech.whisper.adapter import Adapter, read_adapter, write_adapter
from models.speech.whisper.frames import FRAMES_A_SECOND, SPARE
from models.training.calls.throats import another_voice
from models.training.speech.adapted_whisper import Whisper
from models.training.speech.text_sets import read_set

RATE = 6e-4
"""Highest rate of learning, of the one-cycle schedule, for an adapter that begins as nothing."""

BATCH = 8
"""Windows a step."""

NOISE = 0.05
"""Standard deviation of what is added to a spectrogram, whose values lie in a range of two."""

TIMED = 0.8
"""Share of long windows that are written with times; the first hearing writes them, the second does not."""

STEADY = 0.99
"""Share of the running mean of the weights that each step keeps: the adapter is that mean."""

TICK = 0.02
"""Seconds between two tokens of time."""

LONG = 2000
"""Frames: in a set the first hearing's windows are filled up to 3000, the second's to half as many."""

EVERY = 250
"""Steps after which the adapter is written, as it is then, and reported on."""

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Window:
    """The spectrogram of a window, on disk, the frames that hold something, and what is written of it."""

    file: NDArray[np.float16] = field(repr=False)
    frames: int
    long: bool
    lines: tuple[tuple[float, float, tuple[int, ...]], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How long is learned, the highest rate of the one-cycle schedule, what a token of katakana counts."""

    epochs: int
    rate: float
    worth: float
    katakana: torch.Tensor = field(repr=False)


@dataclass(frozen=True, slots=True)
class Special:
    """Numbers of the tokens that are no text, in the narrow vocabulary."""

    end: int
    prompt: tuple[int, int, int]
    untimed: int

    @property
    def zero(self) -> int:
        """Of the time 0."""
        return self.untimed + 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--test", nargs="*", default=(), help="to report on, not to learn")
    parser.add_argument("--start", type=Path, help="an adapter that goes on learning")
    parser.add_argument("--rate", type=float, default=RATE, help="highest rate of learning")
    parser.add_argument("--katakana", type=float, default=1.0, help="how much a token of katakana counts")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    with np.load(options.base) as stored:
        kept, special = stored["kept"].tolist(), stored["special"].tolist()
        sha256 = str(stored["sha256"])
        katakana = torch.from_numpy(stored["katakana"])
        arrays = {
            name: torch.from_numpy(stored[name].astype(np.float32)) for name in stored.files if "/" in name
        }
    new = {old: n for n, old in enumerate(kept)}
    numbers = [new[token] for token in special]
    marks = Special(numbers[0], (numbers[1], numbers[2], numbers[3]), numbers[4])
    windows = [w for entry in options.data for w in _windows(entry, new)]
    tests = {Path(entry).name: list(_windows(entry, new)) for entry in options.test}
    print(
        f"{len(windows)} windows; to test: { {name: len(each) for name, each in tests.items()} }", flush=True
    )
    model = Whisper(arrays)
    if options.start:
        _begin_with(model, options.start)
    plan = _Plan(options.epochs, options.rate, options.katakana, katakana)
    _report(model, tests, marks, plan, 0)
    for _ in _fit(model, windows, tests, marks, plan, np.random.default_rng(options.seed)):
        _write(model, options.out, sha256)
    return 0


def _begin_with(model: Whisper, path: Path) -> None:
    """Take U and D of every matrix that an adapter changes."""
    changes = read_adapter(path.read_bytes()).changes
    with torch.no_grad():
        for name, adapter in model.adapters():
            if name not in changes:
                continue
            up, down = changes[name]
            adapter.up.copy_(torch.from_numpy(up))
            adapter.down.copy_(torch.from_numpy(down))


def _windows(entry: str, new: dict[int, int]) -> Iterator[Window]:
    """The windows of a set; one whose text has a token that the narrow vocabulary lacks is left out."""
    for each in read_set(entry):
        lines = tuple((x.start, x.end, tuple(new.get(t, -1) for t in x.tokens)) for x in each.lines)
        if not any(token < 0 for *_, tokens in lines for token in tokens):
            yield Window(each.steps, _held(each.steps), len(each.steps) > LONG, lines)


def _held(frames: NDArray[np.float16]) -> int:
    """Frames until a window ends and ``SPARE``, as where it is used; an even number.

    What it is filled up with is zero.
    """
    there = np.flatnonzero(np.asarray(frames[:, 0]))
    last = int(there[-1]) + 1 if len(there) else 0
    return min(len(frames), (last + round(SPARE * FRAMES_A_SECOND)) // 2 * 2)


def _written(window: Window, special: Special, *, timed: bool) -> tuple[list[int], int]:
    """The tokens of a window, and how many of them are given."""
    if not timed:
        text = [token for *_, tokens in window.lines for token in tokens]
        return [*special.prompt, special.untimed, *text, special.end], 4
    out = list(special.prompt)
    if not window.lines:
        out.append(special.zero)
    for start, end, tokens in window.lines:
        out += [special.zero + round(start / TICK), *tokens, special.zero + round(end / TICK)]
    return [*out, special.end], 3


def _losses(
    model: Whisper, windows: Sequence[Window], special: Special, rng: np.random.Generator | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of each token of a batch, and which it is; both shape (n,).

    Without a generator the voices are those of the data, and long windows are written with times.
    """
    rows = [
        _written(w, special, timed=w.long and (rng is None or bool(rng.random() < TIMED))) for w in windows
    ]
    longest = min(448, max(len(tokens) for tokens, _ in rows)) - 1
    given = torch.full((len(rows), longest), special.end)
    wanted = torch.full((len(rows), longest), IGNORED)
    for row, (tokens, told) in enumerate(rows):
        cut = tokens[: longest + 1]
        given[row, : len(cut) - 1] = torch.tensor(cut[:-1])
        wanted[row, told - 1 : len(cut) - 1] = torch.tensor(cut[told:])
    width = max(w.frames for w in windows)
    sounds = [w.file[:width].astype(np.float32) for w in windows]
    if rng is not None:
        sounds = [another_voice(sound, rng) for sound in sounds]
    spectrograms = torch.from_numpy(np.stack(sounds)).bfloat16()
    if rng is not None:
        spectrograms = spectrograms + NOISE * torch.randn_like(spectrograms) * (spectrograms != 0)
    logits = model(given, spectrograms).float().flatten(0, 1)
    losses = functional.cross_entropy(logits, wanted.flatten(), ignore_index=IGNORED, reduction="none")
    there = wanted.flatten() != IGNORED
    return losses[there], wanted.flatten()[there]


def _batches(windows: Sequence[Window], rng: np.random.Generator) -> list[list[Window]]:
    """Windows of one width and about one length of text together, in random order."""
    out = []
    for long in (True, False):
        own = [w for w in windows if w.long is long]
        lengths = [sum(map(len, (t for *_, t in w.lines))) * (1 + 0.2 * rng.random()) for w in own]
        order = np.argsort(lengths, kind="stable")
        out += [[own[i] for i in order[at : at + BATCH]] for at in range(0, len(own), BATCH)]
    return [out[i] for i in rng.permutation(len(out))]


def _fit(  # noqa: PLR0913, PLR0917 - what learning is
    model: Whisper,
    windows: Sequence[Window],
    tests: dict[str, list[Window]],
    special: Special,
    plan: _Plan,
    rng: np.random.Generator,
) -> Iterator[int]:
    """Learn; yields now and then, when the model has the mean of its weights, and at the end."""
    own = dict(model.named_parameters())
    mean = {name: value.detach().clone() for name, value in own.items()}
    optimiser = torch.optim.AdamW(own.values(), lr=plan.rate, weight_decay=0.01, betas=(0.9, 0.98))
    batches = [batch for _ in range(plan.epochs) for batch in _batches(windows, rng)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, len(batches), pct_start=0.1)
    began, lost, count = time.monotonic(), 0.0, 0.0
    for done, batch in enumerate(batches, 1):
        model.train()
        losses, tokens = _losses(model, batch, special, rng)
        worth = torch.where(plan.katakana[tokens], plan.worth, 1.0)
        loss = (losses * worth).sum()
        optimiser.zero_grad()
        (loss / max(1.0, worth.sum().item())).backward()
        nn.utils.clip_grad_norm_(own.values(), 1.0)
        optimiser.step()
        schedule.step()
        lost, count = lost + loss.item(), count + worth.sum().item()
        with torch.no_grad():
            for name, value in own.items():
                mean[name].lerp_(value, 1 - min(STEADY, done / (done + 9)))
        if done % 50 == 0:
            seconds = time.monotonic() - began
            print(f"step {done} of {len(batches)}: loss {lost / count:.4f}, {seconds:.0f} s", flush=True)
            lost, count = 0.0, 0.0
        if done % EVERY == 0 or done == len(batches):
            now = {name: value.detach().clone() for name, value in own.items()}
            _take(own, mean)
            _report(model, tests, special, plan, done)
            yield done
            _take(own, now)


def _take(own: dict[str, nn.Parameter], values: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(values[name])


def _report(
    model: Whisper, tests: dict[str, list[Window]], special: Special, plan: _Plan, steps: int
) -> None:
    """The loss of a token in windows that are not learned from; of katakana, names among it, by itself."""
    model.eval()
    for name, windows in tests.items():
        batches = _batches(windows, np.random.default_rng(0))
        with torch.no_grad():
            found = [_losses(model, batch, special, None) for batch in batches]
        losses, tokens = (torch.cat(each) for each in zip(*found, strict=True))
        named, written = plan.katakana[tokens], tokens < special.untimed
        katakana, other = losses[named].mean().item(), losses[written & ~named].mean().item()
        print(
            f"after {steps} steps {name}: loss {losses.mean().item():.4f}; "
            f"katakana {katakana:.3f}, other text {other:.3f}",
            flush=True,
        )


def _write(model: Whisper, out: Path, sha256: str) -> None:
    changes = {
        name: (each.up.detach().numpy(), each.down.detach().numpy()) for name, each in model.adapters()
    }
    write_adapter(out, Adapter(changes), sha256)
    print(f"{out.name}: {out.stat().st_size} bytes, SHA-256 {hashlib.sha256(out.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    raise SystemExit(main())
