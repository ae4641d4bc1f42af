"""Collect another hearing's words under the masks: a second reading of each value, with other errors."""

from __future__ import annotations

import bisect

from pipeline.types import MaskPlan, Transcript


def said_under(plan: MaskPlan, hearing: Transcript) -> tuple[tuple[str, str], ...]:
    """Collect another hearing's words under the masks.

    Args:
        plan: The plan of the masks.
        hearing: Another hearing of the unmasked call.

    Returns:
        Item id and text for each masked item and channel with words that have more than half of their time in
        it.
    """
    words = {
        channel: sorted(
            ((word.time, word.chars) for s in hearing.segments if s.channel == channel for word in s.words),
            key=lambda each: each[0],
        )
        for channel in {segment.channel for segment in hearing.segments}
    }
    longest = max((time.duration for spoken in words.values() for time, _ in spoken), default=0.0)
    texts: list[tuple[str, str]] = []
    for item in plan.masked:
        for channel in item.channels:
            spoken = words.get(channel, [])
            first = bisect.bisect_left(spoken, item.time.start - longest, key=lambda each: each[0].start)
            last = bisect.bisect_left(spoken, item.time.end, key=lambda each: each[0].start)
            text = "".join(
                hearing.text[chars.start : chars.end]
                for time, chars in spoken[first:last]
                if -time.apart(item.time) > time.duration / 2
            )
            if text:
                texts.append((item.item_id, text))
    return tuple(texts)
