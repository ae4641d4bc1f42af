"""The kana of a made call's turns, and people's names in kana where the rest of a line is as it is written.

Somebody's data sounds as the truth has it, the rest as a voice reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.measuring.truth import TruthSpan, channel_of
from pipeline.sound.morae import fold_kana
from pipeline.types import TimeSpan

CUT = 0.02
"""Seconds that a span may seem to reach out of its turn."""

WRITTEN_NAME = re.compile(r"[一-龠々ぁ-んァ-ヶー・]{1,8}")
"""What is written as a name, and no explanation of one: kanji and kana, eight at the most."""

EXPLAINS = "と書"
"""Of an explanation of kanji (山と書いて), which keeps the kanji that it is about."""

MOST_KANA = 12
"""Of a reading: a longer one is an explanation, too."""


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


def names_in_kana(text: str, spans: Iterable[TruthSpan]) -> str:
    """Write people's names in a line as katakana.

    Nobody hears which kanji a name has.  A recogniser that has to write some guesses, and writes likelier
    words over a name that it has hardly heard; katakana say what was heard.  Names of companies keep their
    writing: they are words.

    Args:
        text: Of the line.
        spans: Somebody's data in the line; others are left alone.

    Returns:
        The line, with the reading of each person's name for the name where it stands.
    """
    out, at = "", 0
    for span in sorted(spans, key=lambda each: each.time):
        found = text.find(span.surface, at)
        if found < 0:
            continue
        out += text[at:found] + (_kana(span) or span.surface)
        at = found + len(span.surface)
    return out + text[at:]


def _kana(span: TruthSpan) -> str:
    """Reading of a person's name; empty for everything else."""
    if span.kind != "NAME" or span.party == "company" or EXPLAINS in span.surface:
        return ""
    kana = fold_kana(span.reading)
    return kana if WRITTEN_NAME.fullmatch(span.surface) and len(kana) <= MOST_KANA else ""
