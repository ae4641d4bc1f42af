"""Add words of the second hearing to the first where the first has none.

    first    |お|名|前|は|                        |で|す|
    second   |お|名|前|は| |田|中|健|一|           |です|
                          [a line of its own]

The words of the first hearing stay: where both hearings have words, the first has fewer errors.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from pipeline.hearing.second_hearing import MAX_SECONDS_PER_CHAR, MIN_PAUSE_SECONDS, PUNCTUATION
from pipeline.hearing.transcribe import HeardSegment, as_heard, build_transcript
from pipeline.nearby import Nearby
from pipeline.types import Segment, TimeSpan, Transcript, Word

COVERED_SHARE = 0.5
"""Share of a word's time under words of the first hearing from which the first has recognised it, too."""

MIN_ADDED_SECONDS = 0.3
"""Shortest addition, two morae: a shorter one is a breath or the edge of a word."""


def supplemented(first: Transcript, second: Transcript) -> Transcript:
    """Add the words that only a second hearing has to the first.

    Args:
        first: The first hearing.
        second: The second hearing of the same recording; may be empty.

    Returns:
        The first hearing with an additional utterance for each stretch where only the second has words;
        ``first`` itself where there is none.
    """
    near = Nearby(first.segments, lambda segment: segment.time)
    added = [each for segment in second.segments for each in _alone(segment, first.text, near, second.text)]
    if not added:
        return first
    own = [as_heard(segment, first.text) for segment in first.segments]
    return build_transcript([*own, *added], first.call_id, first.model, first.audio_sha256)


def _alone(segment: Segment, heard: str, near: Nearby[Segment], text: str) -> Iterator[HeardSegment]:
    """Yield the runs of an utterance's words that lie under no word of the first hearing."""
    taken = [
        _spoken(word, heard)
        for other in near.touching(segment.time.start, segment.time.end)
        if other.channel == segment.channel and other.time.overlaps(segment.time)
        for word in other.words
    ]
    for covered, run in itertools.groupby(segment.words, key=lambda word: _covered(word.time, taken)):
        words = tuple(run)
        said = "".join(text[w.chars.start : w.chars.end] for w in words).strip(PUNCTUATION)
        if not covered and len(said) > 1 and words[-1].time.end - words[0].time.start >= MIN_ADDED_SECONDS:
            yield as_heard(segment, text, words)


def _spoken(word: Word, text: str) -> TimeSpan:
    """Return a word's time without the pause at its beginning, which recognisers include."""
    longest = MAX_SECONDS_PER_CHAR * max(1, len(text[word.chars.start : word.chars.end].strip(PUNCTUATION)))
    if word.time.duration - longest < MIN_PAUSE_SECONDS:
        return word.time
    return TimeSpan(word.time.end - longest, word.time.end)


def _covered(time: TimeSpan, taken: Sequence[TimeSpan]) -> bool:
    shared = sum(max(0.0, min(time.end, t.end) - max(time.start, t.start)) for t in taken)
    return shared >= COVERED_SHARE * time.duration
