"""Train the telephone adapter on a CPU, and the ears that read its encoder.

    python -m models.training.adapter.train_adapter DATA... --base base.npz --out FOLDER
        [--start FOLDER...] [--rate R] [--katakana W] [--test DATA...] [--epochs N] [--seed N]

writes ``telephone.npz``, ``phonetic.onnx`` and ``ear.onnx``.  DATA is the path of a set of spectrograms of
``models.training.speech.collect_text`` without its ending; ``PATH:3`` takes it three times an epoch.  Every
matrix W of encoder and decoder becomes W + U D, with U and D of low rank (Hu et al. 2021, LoRA, arXiv
2106.09685); convolutions, embedding, norms and biases stay.  U and D are stored as int8 with a scale for each
row: a file of 8 MB.  The same data and seed give the same files.

The encoder learns from what the decoder writes and from the morae that the phonetic network hears in it
(hybrid CTC/attention, Watanabe et al. 2017): a decoder alone learns how people talk and rewrites names.  The
ear only reads.  With ``--start`` each goes on learning from the last of the folders that it lies in.  Names
of people stand in the data as they sound; with ``--katakana`` a token of katakana counts W times as much as
another, because a name that is written as other words is hardly found again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from models.speech.whisper.adapter import Adapter, read_adapter
from models.training.adapter import ear_networks
from models.training.adapter.adapted_whisper import Whisper
from models.training.adapter.adapter_file import write_adapter
from models.training.adapter.ears_beside import ear_loss, kinds_heard, mora_loss, morae_wrong
from models.training.adapter.windows import Window, batches, spectrograms, windows
from models.training.written import say_written

RATE = 6e-4
"""Highest rate of learning, of the one-cycle schedule, for an adapter that begins as nothing."""

EARS_RATE = 1.5e-3
"""The same for the ears."""

MORAE_WORTH = 0.3
"""What the loss of a mora counts for the encoder, beside the loss of a token."""

APART_STEPS = 60
"""Steps in which the phonetic network learns what the encoder gives before the encoder learns from it."""

TIMED = 0.8
"""Share of long windows that are written with times; the first hearing writes them, the second does not."""

STEADY = 0.99
"""Share of the running mean of the weights that each step keeps: what is written is that mean."""

TICK = 0.02
"""Seconds between two tokens of time."""

LONGEST = 448
"""Tokens that a decoder writes at most."""

EVERY = 250
"""Steps after which the files are written, as they are then, and reported on."""

IGNORED = -100

ADAPTER = "telephone.npz"


class _Learning(nn.Module):
    """All that learns."""

    def __init__(self, whisper: Whisper, phonetic: ear_networks.Phonetic, ear: ear_networks.Ear) -> None:
        super().__init__()
        self.whisper, self.phonetic, self.ear = whisper, phonetic, ear


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
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--test", nargs="*", default=(), help="to report on, not to learn")
    parser.add_argument(
        "--start", nargs="*", type=Path, default=(), metavar="FOLDER", help="of what goes on learning"
    )
    parser.add_argument("--rate", type=float, default=RATE, help="highest rate of learning of the adapter")
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
    data = [window for entry in options.data for window in windows(entry, new)]
    tests = {Path(entry).name: list(windows(entry, new)) for entry in options.test}
    print(f"{len(data)} windows; to test: { {name: len(each) for name, each in tests.items()} }", flush=True)
    learning = _Learning(Whisper(arrays), ear_networks.Phonetic(), ear_networks.Ear())
    for folder in options.start:
        if (folder / ADAPTER).is_file():
            _begin_with(learning.whisper, folder / ADAPTER)
        ear_networks.read(learning.phonetic, learning.ear, folder)
    plan = _Plan(options.epochs, options.rate, options.katakana, katakana)
    options.out.mkdir(parents=True, exist_ok=True)
    _report(learning, tests, marks, plan, 0)
    for _ in _fit(learning, data, tests, marks, plan, np.random.default_rng(options.seed)):
        _write(learning, options.out, sha256)
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


def _written(window: Window, special: Special, *, timed: bool) -> tuple[list[int], int]:
    """The tokens of a window, and how many of them are given."""
    if not timed:
        text = [token for line in window.lines for token in line.tokens]
        return [*special.prompt, special.untimed, *text, special.end], 4
    out = list(special.prompt)
    if not window.lines:
        out.append(special.zero)
    for line in window.lines:
        start, end = (special.zero + round(time / TICK) for time in (line.start, line.end))
        out += [start, *line.tokens, end]
    return [*out, special.end], 3


def _losses(
    model: Whisper,
    heard: torch.Tensor,
    batch: Sequence[Window],
    special: Special,
    rng: np.random.Generator | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss of each token of a batch, and which it is; both shape (n,).

    Without a generator all long windows are written with times.
    """
    rows = [_written(w, special, timed=w.long and (rng is None or bool(rng.random() < TIMED))) for w in batch]
    longest = min(LONGEST, max(len(tokens) for tokens, _ in rows)) - 1
    given = torch.full((len(rows), longest), special.end)
    wanted = torch.full((len(rows), longest), IGNORED)
    for row, (tokens, told) in enumerate(rows):
        cut = tokens[: longest + 1]
        given[row, : len(cut) - 1] = torch.tensor(cut[:-1])
        wanted[row, told - 1 : len(cut) - 1] = torch.tensor(cut[told:])
    logits = model(given, heard).float().flatten(0, 1)
    losses = functional.cross_entropy(logits, wanted.flatten(), ignore_index=IGNORED, reduction="none")
    there = wanted.flatten() != IGNORED
    return losses[there], wanted.flatten()[there]


def _fit(  # noqa: PLR0913, PLR0917 - what learning is
    learning: _Learning,
    data: Sequence[Window],
    tests: dict[str, list[Window]],
    special: Special,
    plan: _Plan,
    rng: np.random.Generator,
) -> Iterator[int]:
    """Learn; yields now and then, when everything has the mean of its weights, and at the end."""
    own = dict(learning.named_parameters())
    mean = {name: value.detach().clone() for name, value in own.items()}
    adapter = list(learning.whisper.parameters())
    ears = [*learning.phonetic.parameters(), *learning.ear.parameters()]
    optimiser = torch.optim.AdamW(
        [
            {"params": adapter, "lr": plan.rate, "weight_decay": 0.01, "betas": (0.9, 0.98)},
            {"params": ears, "lr": EARS_RATE, "weight_decay": 0.02},
        ]
    )
    todo = [batch for _ in range(plan.epochs) for batch in batches(data, rng)]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [plan.rate, EARS_RATE], len(todo), pct_start=0.1
    )
    began, lost = time.monotonic(), np.zeros(3)
    for done, batch in enumerate(todo, 1):
        learning.train()
        each = _step_losses(learning, batch, special, plan, rng, apart=done <= APART_STEPS)
        optimiser.zero_grad()
        sum(each).backward()
        for group in (adapter, ears):
            nn.utils.clip_grad_norm_(group, 1.0)
        optimiser.step()
        schedule.step()
        lost += [loss.item() for loss in each]
        with torch.no_grad():
            for name, value in own.items():
                mean[name].lerp_(value, 1 - min(STEADY, done / (done + 9)))
        if done % 50 == 0:
            told = ", ".join(
                f"{name} {loss:.4f}" for name, loss in zip(("token", "mora", "ear"), lost / 50, strict=True)
            )
            print(f"step {done} of {len(todo)}: {told}, {time.monotonic() - began:.0f} s", flush=True)
            lost[:] = 0
        if done % EVERY == 0 or done == len(todo):
            now = {name: value.detach().clone() for name, value in own.items()}
            _take(own, mean)
            _report(learning, tests, special, plan, done)
            yield done
            _take(own, now)


def _step_losses(  # noqa: PLR0913 - what learning is
    learning: _Learning,
    batch: Sequence[Window],
    special: Special,
    plan: _Plan,
    rng: np.random.Generator,
    *,
    apart: bool,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of a token, of a mora and of the ear, as they count."""
    heard = learning.whisper.heard(spectrograms(batch, rng))
    losses, tokens = _losses(learning.whisper, heard, batch, special, rng)
    worth = torch.where(plan.katakana[tokens], plan.worth, 1.0)
    token = (losses * worth).sum() / max(1.0, worth.sum().item())
    mora = mora_loss(learning.phonetic, heard.detach() if apart else heard, batch, rng)
    return token, mora if apart else MORAE_WORTH * mora, ear_loss(learning.ear, heard.detach(), batch)


def _take(own: dict[str, nn.Parameter], values: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(values[name])


def _report(
    learning: _Learning, tests: dict[str, list[Window]], special: Special, plan: _Plan, steps: int
) -> None:
    """How what was learned errs in windows that are not learned from.

    Of katakana, names among it, by itself; morae that are wrong; average precision of the ear's steps.
    """
    learning.eval()
    for name, test in tests.items():
        with torch.no_grad():
            found = [_probed(learning, batch, special) for batch in batches(test, np.random.default_rng(0))]
        loss, token, chance, data, morae = (torch.cat(each) for each in zip(*found, strict=True))
        named, text = plan.katakana[token], token < special.untimed
        wrong, said = morae.view(-1, 2).sum(0).tolist()
        print(
            f"after {steps} steps {name}: loss {loss.mean().item():.4f}; "
            f"katakana {loss[named].mean().item():.3f}, other text {loss[text & ~named].mean().item():.3f}; "
            f"morae wrong {wrong / max(1, said):.4f}; ear {_precision(chance, data):.3f}",
            flush=True,
        )


def _probed(learning: _Learning, batch: Sequence[Window], special: Special) -> tuple[torch.Tensor, ...]:
    """Losses and tokens, what the ear hears and what is so, morae that are wrong and that are said."""
    heard = learning.whisper.heard(spectrograms(batch, None))
    morae = torch.tensor(morae_wrong(learning.phonetic, heard, batch))
    losses, tokens = _losses(learning.whisper, heard, batch, special, None)
    return losses, tokens, *kinds_heard(learning.ear, heard, batch), morae


def _precision(chances: torch.Tensor, data: torch.Tensor) -> float:
    """Average precision of steps by how probable they are; nan where none is anybody's data."""
    right = data[chances.argsort(descending=True, stable=True)].numpy()
    return float((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean()) if right.any() else np.nan


def _write(learning: _Learning, out: Path, sha256: str) -> None:
    changes = {
        name: (each.up.detach().numpy(), each.down.detach().numpy())
        for name, each in learning.whisper.adapters()
    }
    path = out / ADAPTER
    write_adapter(path, Adapter(changes), sha256)
    say_written(path)
    ear_networks.write(learning.phonetic, learning.ear, out)


if __name__ == "__main__":
    raise SystemExit(main())
