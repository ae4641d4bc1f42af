"""Pack and unpack a posteriorgram: the probability of each mora at each step.

The classes are those of connectionist temporal classification (CTC): the morae, and a blank, which stands
for silence and separates two equal morae.  At most steps only one or two classes have a probability worth
storing.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import LONG, NASAL, STOP, Mora, morae


def _written() -> dict[Mora, str]:
    """Return every mora that kana can write, in order of the kana, with its usual spelling."""
    kana = map(chr, range(ord("ァ"), ord("ヴ") + 1))
    out: dict[Mora, str] = {}
    for written in map("".join, itertools.product(kana, ("", *"ャュョァィゥェォ"))):
        if len(single := morae(written)) == 1:
            out[single[0]] = min(out.get(single[0], written), written, key=_plain)
    return out | {LONG: "ー", STOP: "ッ", NASAL: "ン"}


def _plain(written: str) -> tuple[int, bool, bool]:
    """Return a sort key that puts the usual spelling first: ヤ before ィャ, キャ before カャ."""
    return len(written), written[0] in "ァィゥェォャュョヮヵヶ", written[0] not in "キシチニヒミリギジビピ"


_KANA: Final = _written()
CLASSES: Final = tuple(_KANA)
"""Morae in order of the network's outputs from 1 on; output 0 is the blank."""

BLANK: Final = 0
"""Class of silence, also between two equal morae."""

MIN_LOG_PROBABILITY: Final = -9.0
"""Least stored log probability; smaller ones are unpacked as this value."""

_CODES_PER_LOG: Final = 25.0
"""Codes per unit of log probability: 225 of the 256 codes reach ``MIN_LOG_PROBABILITY``."""

_CLASS_OF: Final = {mora: 1 + number for number, mora in enumerate(CLASSES)}


def class_of(mora: Mora) -> int:
    """Return the class of a mora, from 1 on.

    Raises:
        KeyError: when no kana writes it.
    """
    return _CLASS_OF[mora]


def packed(logs: NDArray[np.float32]) -> tuple[str, ...]:
    """Pack log probabilities.

    Args:
        logs: Log probabilities, shape (steps, 1 + classes).

    Returns:
        One string for each step: two bytes in hexadecimal (for JSON) for each class above the floor, its
        number and its log probability.
    """
    codes = np.round(np.minimum(-logs, -MIN_LOG_PROBABILITY) * _CODES_PER_LOG).astype(np.uint8)
    out = []
    for row, kept in zip(codes, logs > MIN_LOG_PROBABILITY, strict=True):
        which = np.flatnonzero(kept)
        out.append(np.column_stack((which.astype(np.uint8), row[which])).tobytes().hex())
    return tuple(out)


def unpacked(steps: Sequence[str]) -> NDArray[np.float32]:
    """Return packed log probabilities, rounded to 1/25; shape (steps, 1 + classes)."""
    out = np.full((len(steps), 1 + len(CLASSES)), MIN_LOG_PROBABILITY, dtype=np.float32)
    pairs = np.frombuffer(bytes.fromhex("".join(steps)), dtype=np.uint8).reshape(-1, 2)
    # Each pair of bytes is four hexadecimal digits.
    at = np.repeat(np.arange(len(steps)), [len(step) // 4 for step in steps])
    out[at, pairs[:, 0]] = pairs[:, 1] / np.float32(-_CODES_PER_LOG)
    return out


@dataclass(frozen=True, slots=True)
class HeardMora:
    """A mora of the most probable path, and the step at which it begins."""

    mora: Mora = field(repr=False)
    step: int

    @property
    def kana(self) -> str:
        """Spelling of the mora in katakana."""
        return _KANA[self.mora]


def likeliest(logs: NDArray[np.float32]) -> tuple[HeardMora, ...]:
    """Decode greedily: take the most probable class of each step, and drop blanks and repeats.

    Args:
        logs: Log probabilities, shape (steps, 1 + classes).

    Returns:
        The morae in order of their steps.
    """
    if not len(logs):
        return ()
    best = logs.argmax(axis=1)
    fresh = (best != BLANK) & (best != np.concatenate(([BLANK], best[:-1])))
    return tuple(HeardMora(CLASSES[best[step] - 1], step) for step in np.flatnonzero(fresh).tolist())
