"""Words of chosen stretches, read from the masked copy and never from the raw transcript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.masking.text import MaskedSegment, MaskedTranscript, MaskedWord
from pipeline.types import TimeSpan


def masked_transcript(plain: Mapping[str, Any]) -> MaskedTranscript:
    """Read back the result of ``text.as_json``; the call's id is not in it.

    Args:
        plain: The plain values.
    """
    return MaskedTranscript(
        "",
        tuple(
            MaskedSegment(
                TimeSpan(each["start"], each["end"]),
                each["channel"],
                each["speaker"],
                tuple(
                    MaskedWord(
                        word["word"],
                        TimeSpan(word["start"], word["end"]),
                        word.get("probability"),
                        word.get("entity_type"),
                    )
                    for word in each["words"]
                ),
            )
            for each in plain["segments"]
        ),
    )


def words_within(masked: MaskedTranscript, span: TimeSpan) -> MaskedTranscript:
    """Return the words spoken within a stretch; utterances without such words are left out.

    A word counts when more than half of it lies inside, a word of zero length when its instant does.  A label
    counts when any part of its masked stretch does, because the tone is audible there.  An utterance begins
    with its first word inside.

    Args:
        masked: The masked transcript.
        span: The stretch.
    """
    segments = []
    for segment in masked.segments:
        words = tuple(word for word in segment.words if _inside(word, span))
        if words:
            start = max(span.start, min(word.time.start for word in words))
            end = max(start, min(span.end, max(word.time.end for word in words)))
            segments.append(MaskedSegment(TimeSpan(start, end), segment.channel, segment.speaker, words))
    return MaskedTranscript(masked.call_id, tuple(segments))


def _inside(word: MaskedWord, span: TimeSpan) -> bool:
    time = word.time
    if word.entity_type is not None:
        return time.overlaps(span)
    shared = min(time.end, span.end) - max(time.start, span.start)
    return shared > time.duration / 2 or (time.duration == 0 and span.start <= time.start < span.end)
