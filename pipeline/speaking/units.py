"""Cut lines where the speaker may change: in each pause, and behind each sentence.

line    読めますか。      そのメモ、ザ、ワさんって書いてあります。
units   |読めますか。|   |そのメモ、|  |ザ、|  |ワさんって書いてあります。|
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.types import Segment, TimeSpan, Transcript, Word

PAUSE_SECONDS: Final = 0.12
"""Shortest pause at which the speaker may change; shorter ones are closed consonants."""

_ENDS: Final = "。？?！!"


@dataclass(frozen=True, slots=True)
class Unit:
    """Words that one person says in one breath.

    Attributes:
        segment: Index of their line.
        words: Words, in order.
        time: Time from the first word's start to the last word's end.
        text: Recognised text.
    """

    segment: int
    words: tuple[Word, ...]
    time: TimeSpan
    text: str = field(repr=False)


def units_of(transcript: Transcript) -> tuple[Unit, ...]:
    """Cut every line of a transcript.

    Returns:
        Units in the order of lines and words; the units of a line hold all of its words.  A line without
        words has none.
    """
    return tuple(
        unit
        for number, segment in enumerate(transcript.segments)
        for unit in _cut(number, segment, transcript.text)
    )


def _cut(number: int, segment: Segment, text: str) -> Iterator[Unit]:
    begun: list[Word] = []
    for word in segment.words:
        if begun and _may_change(begun[-1], word, text):
            yield _unit(number, begun, text)
            begun = []
        begun.append(word)
    if begun:
        yield _unit(number, begun, text)


def _may_change(before: Word, after: Word, text: str) -> bool:
    said = text[before.chars.start : before.chars.end].rstrip()
    return after.time.start - before.time.end >= PAUSE_SECONDS or said.endswith(tuple(_ENDS))


def _unit(number: int, words: list[Word], text: str) -> Unit:
    end = max(word.time.end for word in words)
    said = text[words[0].chars.start : words[-1].chars.end]
    return Unit(number, tuple(words), TimeSpan(words[0].time.start, end), said)
