"""Windows that adapter and ears learn from: their spectrograms, what is written of them, said and meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from models.speech.whisper.frames import FRAMES_PER_SECOND, PADDING_SECONDS
from models.training.adapter.ear_networks import kinds_of
from models.training.calls.throats import another_voice
from models.training.speech.text_sets import WindowHeard, read_set
from pipeline.sound.morae import morae
from pipeline.sound.posteriorgram import class_of

BATCH = 8
"""Windows a step."""

NOISE = 0.05
"""Standard deviation of what is added to a spectrogram, whose values lie in a range of two."""

LONG = 2000
"""Frames: in a set the first hearing's windows are filled up to 3000, the second's to half as many."""


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody says in a window.

    Attributes:
        start: Seconds of the window.
        end: Likewise.
        tokens: As it is written, in the narrow vocabulary.
        morae: Their classes (``pipeline.sound.posteriorgram``), shape (n,); none where nobody knows.
    """

    start: float
    end: float
    tokens: tuple[int, ...] = field(repr=False)
    morae: torch.Tensor = field(repr=False)


@dataclass(frozen=True, slots=True)
class Window:
    """A window.

    Attributes:
        file: Its spectrogram, on disk, shape (frames, mels).
        frames: Of it, until it ends and ``PADDING_SECONDS`` seconds.
        long: Whether it is cut as the first hearing's.
        lines: In order.
        kinds: What the ear is to hear at each of its steps (``ear_networks.kinds_of``), shape (n,); ``None``
            where nobody knows.
    """

    file: NDArray[np.float16] = field(repr=False)
    frames: int
    long: bool
    lines: tuple[Line, ...] = field(repr=False)
    kinds: torch.Tensor | None = field(repr=False)


def windows(entry: str, new: dict[int, int]) -> Iterator[Window]:
    """The windows of a set of spectrograms; one with a token that the narrow vocabulary lacks is left out.

    Args:
        entry: As for ``read_set``.
        new: The narrow vocabulary's number of each published one.
    """
    for each in read_set(entry):
        lines = tuple(
            Line(
                line.start,
                line.end,
                tuple(new.get(token, -1) for token in line.tokens),
                torch.tensor([class_of(mora) for mora in morae(line.kana)], dtype=torch.long),
            )
            for line in each.lines
        )
        if not any(token < 0 for line in lines for token in line.tokens):
            frames = _held(each.steps)
            yield Window(each.steps, frames, len(each.steps) > LONG, lines, _kinds(each, frames))


def _held(frames: NDArray[np.float16]) -> int:
    """Frames until a window ends and ``PADDING_SECONDS``, as where it is used; an even number.

    What it is filled up with is zero.
    """
    there = np.flatnonzero(np.asarray(frames[:, 0]))
    last = int(there[-1]) + 1 if len(there) else 0
    return min(len(frames), (last + round(PADDING_SECONDS * FRAMES_PER_SECOND)) // 2 * 2)


def _kinds(window: WindowHeard, frames: int) -> torch.Tensor | None:
    if any(line.data is None for line in window.lines):
        return None
    spans = [span for line in window.lines for span in line.data or ()]
    return kinds_of(spans, window.lines[-1].end if window.lines else frames / FRAMES_PER_SECOND)


def batches(windows: Sequence[Window], rng: np.random.Generator) -> list[list[Window]]:
    """Windows of one width and about one length of text together, in random order."""
    out = []
    for long in (True, False):
        own = [w for w in windows if w.long is long]
        lengths = [sum(len(line.tokens) for line in w.lines) * (1 + 0.2 * rng.random()) for w in own]
        order = np.argsort(lengths, kind="stable")
        out += [[own[i] for i in order[at : at + BATCH]] for at in range(0, len(own), BATCH)]
    return [out[i] for i in rng.permutation(len(out))]


def spectrograms(windows: Sequence[Window], rng: np.random.Generator | None) -> torch.Tensor:
    """Of a batch, shape (windows, frames, mels), bfloat16.

    Args:
        windows: The batch.
        rng: Bends each into another voice and adds noise; without it they are as they stand in the data.
    """
    width = max(w.frames for w in windows)
    sounds = [w.file[:width].astype(np.float32) for w in windows]
    if rng is None:
        return torch.from_numpy(np.stack(sounds)).bfloat16()
    bent = torch.from_numpy(np.stack([another_voice(sound, rng) for sound in sounds])).bfloat16()
    return bent + NOISE * torch.randn_like(bent) * (bent != 0)
