"""Posteriorgrams of what a test says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import morae
from pipeline.sound.posteriorgram import BLANK, CLASSES, class_of, packed
from pipeline.types import CallCase, CaseName, Posteriorgram, Requester, Segment, TimeSpan, Transcript
from tests.builders import transcript, utterance

STEP = 0.04
A_MORA = 4
"""Steps that a mora takes: it, and three blanks."""


CASE = CallCase(
    "R-1",
    Requester(
        (CaseName("西村隼人", "ニシムラハヤト"),),
        phones=("07000708074",),
        addresses=(CaseName("福山市引野町1丁目22番308号", "フクヤマシヒキノチョウ"),),
    ),
    staff=(CaseName("石井", "イシイ"),),
)
"""Of a requester, and somebody of the staff."""


def logs_of(kana: str, instead: Mapping[int, tuple[str, float]] | None = None) -> NDArray[np.float32]:
    """Log probabilities of what is said clearly; ``instead`` gives a mora's place another one beside it.

    Args:
        kana: What is said; a space is a mora's time of silence.
        instead: Place of a mora: kana of what is as good as sure there, and the log probability that is
            left for what was said.
    """
    said = [None if char == " " else char for char in _units(kana)]
    out = np.full((A_MORA * len(said), len(CLASSES) + 1), -9.0, dtype=np.float32)
    out[:, BLANK] = -0.01
    for place, unit in enumerate(said):
        if unit is None:
            continue
        row = out[A_MORA * place]
        row[BLANK] = -6.0
        row[_class(unit)] = -0.01
        if instead and place in instead:
            other, left = instead[place]
            row[_class(unit)], row[_class(other)] = left, -0.01
    return out


def gram_of(
    kana: str, start: float = 0.0, instead: Mapping[int, tuple[str, float]] | None = None
) -> Posteriorgram:
    """What is said clearly from a second on, but for ``instead`` (``logs_of``)."""
    return Posteriorgram(start, STEP, packed(logs_of(kana, instead)))


def spread(segment: Segment, start: float, seconds: float) -> Segment:
    """An utterance with its words evenly over so many seconds."""
    step = seconds / len(segment.words)
    words = tuple(
        replace(word, time=TimeSpan(start + n * step, start + (n + 1) * step))
        for n, word in enumerate(segment.words)
    )
    return replace(segment, words=words)


def heard(
    kana: str, written: str = "にしんら", instead: Mapping[int, tuple[str, float]] | None = None
) -> Transcript:
    """A call in which something was said (``logs_of``), and something else written for all of it."""
    length = A_MORA * STEP * len(kana.replace("ョ", "").replace("ュ", "").replace("ャ", ""))
    call = transcript(utterance(written, 0.0))
    segment = spread(call.segments[0], 0.0, length)
    return replace(call, segments=(replace(segment, posteriorgrams=(gram_of(kana, instead=instead),)),))


def _units(kana: str) -> list[str]:
    out: list[str] = []
    for char in kana:
        if char in "ャュョァィゥェォ" and out:
            out[-1] += char
        else:
            out.append(char)
    return out


def _class(unit: str) -> int:
    return class_of(morae("ア" + unit)[-1] if unit == "ー" else morae(unit)[0])
