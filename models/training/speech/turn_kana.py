"""The kana of a made call's turns: somebody's data as the truth has it, the rest as a voice reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.measuring.truth import channel_of
from pipeline.sound.morae import fold_kana
from pipeline.types import TimeSpan

__all__ = ["Turn", "read_aloud", "turns_of"]

CUT = 0.02
"""Seconds that a span may seem to reach out of its turn."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody said: when, on which channel of two, and its kana."""

    time: TimeSpan
    channel: int
    kana: str = field(repr=False)


def turns_of(truth: Mapping[str, Any]) -> tuple[Turn, ...]:
    """The turns of a call with their kana.

    Args:
        truth: Of a made call: script and spans with times.

    Returns:
        In order; a turn in which a span's words do not stand is left out.
    """
    return tuple(turn for line in truth["script"] if (turn := _turn(line, truth["spans"])) is not None)


def _turn(line: Mapping[str, Any], spans: Sequence[Mapping[str, Any]]) -> Turn | None:
    inside = [
        span
        for span in spans
        if span["speaker"] == line["speaker"]
        and line["start"] - CUT <= span["start"]
        and span["end"] <= line["end"] + CUT
    ]
    kana, at = "", 0
    for span in sorted(inside, key=lambda each: float(each["start"])):
        found = line["text"].find(span["surface"], at)
        if found < 0:
            return None
        kana += read_aloud(line["text"][at:found]) + fold_kana(span["reading"])
        at = found + len(span["surface"])
    time = TimeSpan(line["start"], line["end"])
    return Turn(time, channel_of(line["speaker"], channels=2), kana + read_aloud(line["text"][at:]))


def read_aloud(text: str) -> str:
    """Kana of a text, as a voice reads it out (Open JTalk); empty where there is nothing to say."""
    import pyopenjtalk

    return fold_kana(str(pyopenjtalk.g2p(text, kana=True))) if text.strip("、。 ") else ""
