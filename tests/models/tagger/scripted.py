"""A cast script in a few lines, for tests of what is made of it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.language.readings import load_reader
from models.training.calls.examples import KINDS, Example
from models.training.tagging.noise import Respeller

READER = load_reader()
RESPELLER = Respeller([("荷物", "ニモツ", 5), ("側", "ガワ", 3), ("橋", "ハシ", 4)])


@dataclass(frozen=True)
class Slot:
    """What a slot says of itself."""

    kind: str
    party: str
    what: str


@dataclass(frozen=True)
class Piece:
    """A piece of a turn as ``sample_audio`` casts it."""

    text: str
    reading: str = ""
    slot: Any = None


NAME = Piece("長谷川", "ハセガワ", Slot("NAME", "third", "surname"))
PHONE = Piece("080-1234-5678", "", Slot("PHONE", "requester", "phone"))
TURNS = (
    ("op", (Piece("お電話ありがとうございます。"),)),
    ("cu", (Piece("隣の"), NAME, Piece("さんの荷物です。"))),
    ("op", (Piece("お電話番号をお願いします。"),)),
    ("cu", (PHONE, Piece("です。"))),
    ("op", (NAME, Piece("様ですね。"))),
)


def chance(seed: int) -> random.Random:
    """The same chance each time."""
    return random.Random(seed)  # noqa: S311 - made examples need repeatable chance, not secrecy


def marked(example: Example, kind: str) -> list[str]:
    """The stretches of one kind as written."""
    text, inside, out = example.transcript.text, example.kinds == KINDS.index(kind), []
    for at in np.flatnonzero(inside):
        if at and inside[at - 1]:
            out[-1] += text[at]
        else:
            out.append(text[at])
    return out
