"""How probable each mora is from moment to moment, as an acoustic model hears it; packed to be stored.

What is stored is a posteriorgram, as connectionist temporal classification (CTC) gives it: at each step
one of the morae, or none, which also stands between two alike.  Most steps have one or two morae that are
probable at all, so only these are kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import LONG, NASAL, STOP, Mora, morae

__all__ = [
    "BLANK",
    "CLASSES",
    "MIN_LOG_PROBABILITY",
    "HeardMora",
    "class_of",
    "likeliest",
    "packed",
    "unpacked",
]


def _written() -> dict[Mora, str]:
    """Every mora that kana can write, in the order of the kana, and how."""
    kana = map(chr, range(ord("ァ"), ord("ヴ") + 1))
    out: dict[Mora, str] = {}
    for written in map("".join, itertools.product(kana, ("", *"ャュョァィゥェォ"))):
        if len(single := morae(written)) == 1:
            out[single[0]] = min(out.get(single[0], written), written, key=_plain)
    return out | {LONG: "ー", STOP: "ッ", NASAL: "ン"}


def _plain(written: str) -> tuple[int, bool, bool]:
    """The less, the more usual: ヤ for ィャ, キャ for カャ."""
    return len(written), written[0] in "ァィゥェォャュョヮヵヶ", written[0] not in "キシチニヒミリギジビピ"


_KANA: Final = _written()
CLASSES: Final = tuple(_KANA)
"""What is told apart, in the order of the network's outputs from 1; 0 is none of them."""

BLANK: Final = 0
"""Between two morae, and in silence."""

MIN_LOG_PROBABILITY: Final = -9.0
"""Log probability below which nothing is kept; what is not kept has it."""

_CODES_PER_LOG: Final = 25.0
"""Steps of a log probability that is kept: 255 of them reach beyond ``MIN_LOG_PROBABILITY``."""

_CLASS_OF: Final = {mora: 1 + number for number, mora in enumerate(CLASSES)}


def class_of(mora: Mora) -> int:
    """The number of a mora among the classes.

    Raises:
        KeyError: when no kana writes it.
    """
    return _CLASS_OF[mora]


def packed(logs: NDArray[np.float32]) -> tuple[str, ...]:
    """Pack log probabilities.

    Args:
        logs: Shape (steps, 1 + classes).

    Returns:
        Of each step, two bytes for each class that is probable at all: which, and how probable.  They are in
        hexadecimal, for what flows between the steps is stored as JSON.
    """
    codes = np.round(np.minimum(-logs, -MIN_LOG_PROBABILITY) * _CODES_PER_LOG).astype(np.uint8)
    out = []
    for row, kept in zip(codes, logs > MIN_LOG_PROBABILITY, strict=True):
        which = np.flatnonzero(kept)
        out.append(np.column_stack((which.astype(np.uint8), row[which])).tobytes().hex())
    return tuple(out)


def unpacked(steps: Sequence[str]) -> NDArray[np.float32]:
    """Log probabilities again, to a twenty-fifth; shape (steps, 1 + classes)."""
    out = np.full((len(steps), 1 + len(CLASSES)), MIN_LOG_PROBABILITY, dtype=np.float32)
    pairs = np.frombuffer(bytes.fromhex("".join(steps)), dtype=np.uint8).reshape(-1, 2)
    # Of a pair there are four figures.
    at = np.repeat(np.arange(len(steps)), [len(step) // 4 for step in steps])
    out[at, pairs[:, 0]] = pairs[:, 1] / np.float32(-_CODES_PER_LOG)
    return out


@dataclass(frozen=True, slots=True)
class HeardMora:
    """A mora of the likeliest path, and its step."""

    mora: Mora = field(repr=False)
    step: int

    @property
    def kana(self) -> str:
        """Katakana."""
        return _KANA[self.mora]


def likeliest(logs: NDArray[np.float32]) -> tuple[HeardMora, ...]:
    """What is heard, step by step the likeliest; shape of ``logs`` (steps, 1 + classes)."""
    if not len(logs):
        return ()
    best = logs.argmax(axis=1)
    fresh = (best != BLANK) & (best != np.concatenate(([BLANK], best[:-1])))
    return tuple(HeardMora(CLASSES[best[step] - 1], step) for step in np.flatnonzero(fresh).tolist())
