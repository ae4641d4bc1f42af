"""Find other places in the call with the same sound: findings, and places that are no findings yet."""

from __future__ import annotations

from typing import Any

from flows.review.content.words import Alike
from flows.review.routes.document import OpenedCall
from pipeline.audio.recording import Recording
from pipeline.masking.align import align
from pipeline.reasons import Reason
from pipeline.reviewing.everyday import is_everyday
from pipeline.reviewing.fold import ANALYST
from pipeline.sound.honorifics import with_honorific
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import CharSpan, EntitySpan, Finding, Party

LIKELY_LIKENESS, LIKELY_MORAE = 0.9, 3
"""Least similarity and number of morae of a likely mention.  Of 25 such stretches with an honorific 23 were a
third party's name, in 14 calls of ``tuning`` and on bad lines; without an honorific 41 of 70.  In 56 calls
that determined no value here: 70 of 72 with, and 207 of 333 without one."""

MAX_PLACES = 200
"""Places that are returned at most; more would mean a common word and not a name."""


def alike_places(opened: OpenedCall, recording: Recording, chars: CharSpan) -> dict[str, Any]:
    """Find stretches that sound similar to a stretch of text.

    Args:
        opened: The call.
        recording: Its sound.
        chars: Character range of the stretch; empty where the recogniser wrote nothing.

    Returns:
        ``reading``: whether there was anything to compare; ``items``: findings with the same sound;
        ``places``: other places, each with its time aligned to the edges of its sound.
    """
    items: dict[str, float] = {}
    new: list[Alike] = []
    readable = bool(opened.words.sound(chars))
    # A third person's words are searched, too: the voice with them may be disclosed.
    others = [item for item in opened.draft.items if item.entity_type != THIRD_VOICE]
    for alike in opened.words.alike(chars)[:MAX_PLACES] if readable else ():
        found = [item for item in others if item.chars.overlaps(alike.chars)]
        for item in found:
            if not item.chars.overlaps(chars):
                items[item.item_id] = max(items.get(item.item_id, 0.0), alike.likeness)
        if not found:
            new.append(alike)
    return {
        "reading": readable,
        "items": [{"item_id": item_id, "likeness": likeness} for item_id, likeness in items.items()],
        "places": _sounding(opened, recording, new),
    }


def is_likely(opened: OpenedCall, chars: CharSpan, likeness: float) -> bool:
    """Whether a place that sounds alike is right nine times in ten, so that the page may tick it."""
    long_enough = len(opened.words.sound(chars)) >= LIKELY_MORAE
    called = with_honorific(opened.words.transcript.text, chars)
    return likeness >= LIKELY_LIKENESS and long_enough and called


def _sounding(opened: OpenedCall, recording: Recording, new: list[Alike]) -> list[dict[str, Any]]:
    """Find the times of places as for the program's own findings, all at once, which is quicker."""
    transcript, policy = opened.words.transcript, opened.review.stored.plan.policy
    timed = [word.chars for segment in transcript.segments for word in segment.words]
    findings = tuple(
        Finding(
            EntitySpan("PERSON", each.chars, each.likeness, ANALYST),
            Party.UNKNOWN,
            Reason.NOT_GIVEN,
            needs_review=True,
        )
        for each in new
        # A place without a timed word cannot be played.
        if any(chars.overlaps(each.chars) for chars in timed)
    )
    return [
        {
            "start": round(each.time.start, 4),
            "end": round(each.time.end, 4),
            "channels": each.channels,
            "start_char": each.entity.chars.start,
            "end_char": each.entity.chars.end,
            "text": transcript.text[each.entity.chars.start : each.entity.chars.end],
            "likeness": each.entity.score,
            "likely": is_likely(opened, each.entity.chars, each.entity.score),
            "everyday": is_everyday(transcript.text, each.entity.chars),
        }
        for each in align(findings, transcript, recording, policy)
        if each.time is not None
    ]
