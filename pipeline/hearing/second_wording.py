"""Attach to each line the words of the second hearing in its time, for the person who corrects the line.

first     |あの、浜木さんの|        |ご住所は|
second    |あの|長谷川さんの|       |ご住所は|
attached   あの長谷川さんの          ご住所は
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.nearby import Nearby
from pipeline.types import Segment, Transcript, Word


def with_second(transcript: Transcript, second: Transcript) -> Transcript:
    """Attach a second hearing's words to the lines in whose time they lie.

    Args:
        transcript: Words of the call; lines already have their speakers.
        second: Second hearing of the same recording.

    Returns:
        The same transcript, with ``Segment.again``.
    """
    words = [(segment.channel, word) for segment in second.segments for word in segment.words]
    near = Nearby(words, lambda each: each[1].time)
    segments = tuple(
        replace(line, again="".join(_text(second, word) for word in _within(line, near)).strip())
        for line in transcript.segments
    )
    return replace(transcript, segments=segments)


def _within(line: Segment, near: Nearby[tuple[int, Word]]) -> list[Word]:
    """Return the words on a line's channel whose middle lies in the line, in order of text."""
    found = [
        word
        for channel, word in near.touching(line.time.start, line.time.end)
        if channel == line.channel
        and line.time.start <= (word.time.start + word.time.end) / 2 < line.time.end
    ]
    return sorted(found, key=lambda word: word.chars)


def _text(transcript: Transcript, word: Word) -> str:
    return transcript.text[word.chars.start : word.chars.end]
