"""Train the telephone adapter on a CPU: what is added to the weights of the recogniser.

    python -m models.training.speech.train_adapter DATA... --base base.npz --out telephone.npz
        [--phonetic phonetic.onnx] [--start telephone.npz] [--test DATA...] [--epochs N] [--seed N]

DATA is the path of a set of ``models.training.speech.collect_mels`` without its ending; ``PATH:3`` takes it
three times an epoch.  Every matrix W of encoder and decoder becomes W + U D, with U and D of low rank (Hu et
al. 2021, LoRA, arXiv 2106.09685); embedding, convolutions, norms and biases stay.  It learns to write what is
said and, where the phonetic network is given, which stays as it is, to let that hear its morae: so what the
encoder gives stays what listens to it can read.  U and D are stored as int8 with a scale for each row: a file
of 8 MB.  The same data and seed give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from models.training.speech.adapted_decoder import Adapted, Decoder
from models.training.speech.adapted_encoder import Encoder
from models.training.speech.text_sets import read_mels
from models.training.speech.train_phonetic import MARGIN, POOL, STEP, Phonetic
from models.training.tagging.train import go_on_from
from pipeline.sound.morae import morae
from pipeline.sound.posteriorgram import class_of

RATE = 6e-4
"""Highest rate of learning, of the one-cycle schedule."""

BATCH = 8
"""Windows a step."""

BANDS, STRETCH, EVERY = 8, 16, 200
"""Most mel bands, and most frames of a stretch in every so many, of which nothing is heard: it shall not
learn windows by heart (Park et al. 2019, SpecAugment, arXiv 1904.08779)."""

FILLED = 0.3
"""Share of the batches that are filled up to thirty seconds, as a hearing fills them; the others are filled
up to the longest window and ``SPARE``, in less time."""

SPARE, WIDEST = 100, 3000
"""Frames."""

FRAMES = 4
"""Of a step of the phonetic network."""

HEARD = 0.3
"""What a mora that the phonetic network does not hear costs, where a token that is not written costs 1."""

TIMED = 0.9
"""Share of windows that are written with times, as the first hearing writes them."""

STEADY = 0.99
"""Share of the running mean of the weights that each step keeps: the adapter is that mean."""

TICK = 0.02
"""Seconds between two tokens of time."""

IGNORED = -100


@dataclass(frozen=True, slots=True)
class Window:
    """What the encoder reads of a window, on disk; what is written of it; classes of its morae.

    Attributes:
        mel: Shape (mels, frames).
        lines: Start and end in seconds, and tokens.
        classes: Of all morae in order; empty where those of a line are not known.
        seconds: End of the last line.
    """

    mel: NDArray[np.float16] = field(repr=False)
    lines: tuple[tuple[float, float, tuple[int, ...]], ...] = field(repr=False)
    classes: tuple[int, ...] = field(repr=False)
    seconds: float


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


class Telephone(nn.Module):
    """Encoder and decoder with what is added to them, and the phonetic network, which stays."""

    def __init__(self, arrays: dict[str, torch.Tensor], phonetic: Path | None) -> None:
        super().__init__()
        self.encoder, self.decoder = Encoder(arrays), Decoder(arrays)
        self.ears: Phonetic | None = None
        if phonetic is not None:
            self.ears = Phonetic(arrays["encoder/layer_norm/gamma"].shape[0])
            go_on_from(self.ears, phonetic)
            self.ears.requires_grad_(requires_grad=False)

    def adapters(self) -> Iterator[tuple[str, Adapted]]:
        """The name of every adapted matrix, as the model's file has it."""
        yield from self.encoder.adapters()
        yield from self.decoder.adapters()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--phonetic", type=Path, help="the network that listens to the encoder")
    parser.add_argument("--start", type=Path, help="go on from this adapter")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--test", nargs="*", default=(), help="to report on, not to learn")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    with np.load(options.base) as stored:
        kept, special = stored["kept"].tolist(), stored["special"].tolist()
        sha256 = str(stored["sha256"])
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
    model = Telephone(arrays, options.phonetic)
    if options.start:
        _read(model, options.start)
    _report(model, tests, marks, 0.0)
    for _ in _fit(model, windows, tests, marks, options.epochs, np.random.default_rng(options.seed)):
        _write(model, options.out, sha256)
    return 0


def _windows(entry: str, new: dict[int, int]) -> Iterator[Window]:
    """The windows of a set; one whose text has a token that the narrow vocabulary lacks is left out."""
    for each in read_mels(entry):
        lines = tuple((x.start, x.end, tuple(new.get(t, -1) for t in x.tokens)) for x in each.lines)
        classes = tuple(class_of(mora) for line in each.lines for mora in morae(line.kana))
        known = all(line.kana for line in each.lines)
        if not any(token < 0 for *_, tokens in lines for token in tokens):
            end = each.lines[-1].end if each.lines else 0.0
            yield Window(each.steps, lines, classes if known else (), end)


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


def _loss(
    model: Telephone, windows: Sequence[Window], special: Special, rng: np.random.Generator | None
) -> tuple[torch.Tensor, int, torch.Tensor, int]:
    """Sum over the tokens of a batch and their number, sum over the morae and theirs.

    Without a generator nothing is hidden, and windows are written with times.
    """
    rows = [_written(w, special, timed=rng is None or bool(rng.random() < TIMED)) for w in windows]
    longest = min(448, max(len(tokens) for tokens, _ in rows)) - 1
    given = torch.full((len(rows), longest), special.end)
    wanted = torch.full((len(rows), longest), IGNORED)
    for row, (tokens, told) in enumerate(rows):
        cut = tokens[: longest + 1]
        given[row, : len(cut) - 1] = torch.tensor(cut[:-1])
        wanted[row, told - 1 : len(cut) - 1] = torch.tensor(cut[told:])
    encoded = model.encoder(_mels(windows, rng))
    logits = model.decoder(given, encoded)
    loss = functional.cross_entropy(
        logits.float().flatten(0, 1), wanted.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    unheard, count = _unheard(model, encoded, windows)
    return loss, int((wanted != IGNORED).sum()), unheard, count


def _mels(windows: Sequence[Window], rng: np.random.Generator | None) -> torch.Tensor:
    """What the encoder reads, filled up behind each window."""
    width = WIDEST
    if rng is None or rng.random() > FILLED:
        width = min(WIDEST, max(w.mel.shape[1] for w in windows) // FRAMES * FRAMES + SPARE)
    mels = np.zeros((len(windows), windows[0].mel.shape[0], width), np.float32)
    for row, window in zip(mels, windows, strict=True):
        part = window.mel[:, :width]
        row[:, : part.shape[1]] = part
        if rng is None:
            continue
        low = int(rng.integers(0, len(row)))
        row[low : low + int(rng.integers(0, BANDS + 1))] = part.mean()
        for _ in range(part.shape[1] // EVERY):
            at = int(rng.integers(0, part.shape[1]))
            row[:, at : at + int(rng.integers(0, STRETCH + 1))] = part.mean()
    return torch.from_numpy(mels).bfloat16()


def _unheard(model: Telephone, encoded: torch.Tensor, windows: Sequence[Window]) -> tuple[torch.Tensor, int]:
    """What of the morae the phonetic network does not hear (Graves et al., ICML 2006), and their number."""
    told = [row for row, window in enumerate(windows) if window.classes]
    if model.ears is None or not told:
        return encoded.new_zeros(()).float(), 0
    pooled = encoded[told].unflatten(1, (-1, POOL)).mean(dim=2)
    model.ears.eval()
    with torch.autocast("cpu", torch.bfloat16):
        logs = model.ears(pooled.float()).float().log_softmax(-1)
    ends = [min(pooled.shape[1], round((windows[row].seconds + MARGIN) / STEP) + 1) for row in told]
    classes = [windows[row].classes for row in told]
    loss: torch.Tensor = functional.ctc_loss(
        logs.transpose(0, 1),
        torch.tensor([each for one in classes for each in one]),
        torch.tensor(ends),
        torch.tensor(list(map(len, classes))),
        reduction="sum",
        zero_infinity=True,
    )
    return loss, sum(map(len, classes))


def _batches(windows: Sequence[Window], rng: np.random.Generator) -> list[list[Window]]:
    """Windows of about one width together, in random order."""
    lengths = [window.mel.shape[1] * (1 + 0.1 * rng.random()) for window in windows]
    order = np.argsort(lengths, kind="stable")
    out = [[windows[i] for i in order[at : at + BATCH]] for at in range(0, len(windows), BATCH)]
    return [out[i] for i in rng.permutation(len(out))]


def _fit(  # noqa: PLR0913, PLR0917 - what learning is
    model: Telephone,
    windows: Sequence[Window],
    tests: dict[str, list[Window]],
    special: Special,
    epochs: int,
    rng: np.random.Generator,
) -> Iterator[int]:
    """Learn; yields after each round, when the model has the mean of its weights."""
    own = {name: value for name, value in model.named_parameters() if value.requires_grad}
    mean = {name: value.detach().clone() for name, value in own.items()}
    optimiser = torch.optim.AdamW(own.values(), lr=RATE, weight_decay=0.01, betas=(0.9, 0.98))
    total = epochs * len(_batches(windows, np.random.default_rng(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=total, pct_start=0.1)
    done = 0
    for epoch in range(epochs):
        began, lost, count, not_heard, said = time.monotonic(), 0.0, 0, 0.0, 0
        model.train()
        for batch in _batches(windows, rng):
            loss, tokens, unheard, morae_said = _loss(model, batch, special, rng)
            optimiser.zero_grad()
            (loss / max(1, tokens) + HEARD * unheard / max(1, morae_said)).backward()
            nn.utils.clip_grad_norm_(own.values(), 1.0)
            optimiser.step()
            schedule.step()
            done += 1
            lost, count = lost + loss.item(), count + tokens
            not_heard, said = not_heard + unheard.item(), said + morae_said
            with torch.no_grad():
                for name, value in own.items():
                    mean[name].lerp_(value, 1 - min(STEADY, done / (done + 9)))
            if done % 50 == 0:
                seconds = time.monotonic() - began
                print(
                    f"step {done} of {total}: loss {lost / count:.4f}, of a mora "
                    f"{not_heard / max(1, said):.4f}, {seconds:.0f} s",
                    flush=True,
                )
        now = {name: value.detach().clone() for name, value in own.items()}
        _take(own, mean)
        _report(model, tests, special, epoch + 1)
        yield epoch + 1
        if epoch + 1 < epochs:
            _take(own, now)


def _take(own: dict[str, nn.Parameter], values: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(values[name])


def _report(model: Telephone, tests: dict[str, list[Window]], special: Special, epoch: float) -> None:
    """The loss of a token in windows that are not learned from."""
    model.eval()
    for name, windows in tests.items():
        sums = np.zeros(4)
        with torch.no_grad():
            for batch in _batches(windows, np.random.default_rng(0)):
                sums += [float(each) for each in _loss(model, batch, special, None)]
        lost, count, not_heard, said = sums
        print(
            f"after {epoch:g} epochs {name}: loss {lost / max(1, count):.4f}, of a mora "
            f"{not_heard / max(1, said):.4f}",
            flush=True,
        )


def _read(model: Telephone, path: Path) -> None:
    """Begin with what ``_write`` has written; what it does not have stays nothing."""
    with np.load(path) as stored, torch.no_grad():
        for name, adapter in model.adapters():
            for part, values in (("up", adapter.up), ("down", adapter.down)):
                if f"{name}:{part}" in stored.files:
                    rows = stored[f"{name}:{part}"].astype(np.float32)
                    values.copy_(torch.from_numpy(rows * stored[f"{name}:{part}:scale"][:, None]))


def _write(model: Telephone, out: Path, sha256: str) -> None:
    """Write U and D of every matrix as int8 with a scale for each row."""
    content: dict[str, Any] = {"sha256": np.array(sha256)}
    for name, adapter in model.adapters():
        for part, values in (("up", adapter.up), ("down", adapter.down)):
            rows = values.detach().numpy()
            scale = np.maximum(np.abs(rows).max(axis=1), 1e-12) / 127
            content[f"{name}:{part}"] = np.round(rows / scale[:, None]).astype(np.int8)
            content[f"{name}:{part}:scale"] = scale.astype(np.float32)
    np.savez_compressed(out, **content)
    print(f"{out.name}: {out.stat().st_size} bytes, SHA-256 {hashlib.sha256(out.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    raise SystemExit(main())
