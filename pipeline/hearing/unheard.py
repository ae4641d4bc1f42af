"""Where sound lies under no word: what a recogniser left out, to be recognised once more.

sound   ..aaaaaa..bb..cc....dddddd....
words     |aaaaaa|                       of a window given up: b, c and d, together
words     |aaaaaa||bb||cc|               of one that was not: d, if it lasts
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence

from pipeline.audio.spans import Spans, length, minus, union
from pipeline.hearing.windows import Channel, Window, loud_stretches, shorter
from pipeline.nearby import Nearby
from pipeline.types import TimeSpan

__all__ = [
    "MIN_UNHEARD_SECONDS",
    "SHORT_WINDOW_SECONDS",
    "WORD_MARGIN_SECONDS",
    "unheard",
    "windows_to_retry",
]

MIN_UNHEARD_SECONDS = 0.7
"""Seconds of sound under no word from which it is listened to once more: a short name takes as long."""

GIVEN_UP_SHARE = 0.25
"""Share of a window under no word from which it was given up: of 141 windows of made calls six have .44 and
more, in the noise of three calls, and none of the others more than .11."""

SHORT_WINDOW_SECONDS = 8.0
"""Seconds in a window of what is recognised once more: an utterance or two, too short to loop in for long."""

WORD_MARGIN_SECONDS = 0.25
"""Seconds around a word that it may account for: word ends come up to 0.4 s early (facts.md 0.2)."""


def windows_to_retry(
    channel: Channel, windows: Sequence[Window], words: Sequence[tuple[float, float]]
) -> Iterator[Window]:
    """What a recogniser shall be asked for once more.

    One that does not understand how a window begins goes on to what it understands, and leaves out what is
    said in between, quieter voices too, which are no loud stretches: of such a window all of that is asked
    for together.

    Args:
        channel: The whole of it.
        windows: Of it, as they were recognised.
        words: When each begins and ends, in seconds, in order.

    Yields:
        Short windows of what was given up, and of the rest each loud stretch that lies under no word.
    """
    gaps = unheard(channel, words)
    left = Nearby(gaps, lambda gap: gap)
    said = Nearby((TimeSpan(start, end) for start, end in words), lambda word: word)
    given: list[TimeSpan] = []
    for window in windows:
        start, end = window.pieces[0].start, window.pieces[-1].end
        pieces = _spans(window.pieces)
        heard = length(minus(pieces, _spans(left.touching(start, end))))
        if heard >= (1 - GIVEN_UP_SHARE) * window.duration:
            continue
        given += window.pieces
        near = said.touching(max(0.0, start - WORD_MARGIN_SECONDS), end + WORD_MARGIN_SECONDS)
        taken = union((word.start - WORD_MARGIN_SECONDS, word.end + WORD_MARGIN_SECONDS) for word in near)
        rest = tuple(_lasting(minus(pieces, taken)))
        yield from shorter(Window(rest, window.rate), channel.samples, SHORT_WINDOW_SECONDS)
    asked = Nearby(given, lambda piece: piece)
    for gap in gaps:
        for part in _lasting(minus(_spans([gap]), _spans(asked.touching(gap.start, gap.end)))):
            yield Window((part,), channel.rate)


def _spans(times: Iterable[TimeSpan]) -> Spans:
    return union((time.start, time.end) for time in times)


def _lasting(spans: Iterable[tuple[float, float]]) -> Iterator[TimeSpan]:
    return (TimeSpan(start, end) for start, end in spans if end - start >= MIN_UNHEARD_SECONDS)


def unheard(channel: Channel, words: Sequence[tuple[float, float]]) -> list[TimeSpan]:
    """Loud stretches of a channel that lie under no word.

    Args:
        channel: The whole of it.
        words: When each begins and ends, in seconds, in order.
    """
    starts = [start for start, _ in words]
    reached = list(itertools.accumulate((end for _, end in words), max, initial=0.0))
    gaps: list[TimeSpan] = []
    for stretch in loud_stretches(channel, margin=0.0, least=MIN_UNHEARD_SECONDS):
        first = bisect.bisect_left(starts, stretch.start)
        last = bisect.bisect_right(starts, stretch.end + WORD_MARGIN_SECONDS) + 1
        at = max(stretch.start, reached[first] + WORD_MARGIN_SECONDS) if first else stretch.start
        for start, end in [*words[first:last], (stretch.end + WORD_MARGIN_SECONDS, stretch.end)]:
            if start - WORD_MARGIN_SECONDS - at >= MIN_UNHEARD_SECONDS and at < stretch.end:
                gaps.append(TimeSpan(max(0.0, at - 0.1), min(stretch.end, start - WORD_MARGIN_SECONDS) + 0.1))
            at = max(at, end + WORD_MARGIN_SECONDS)
    limit = channel.duration
    return [
        TimeSpan(g.start, min(g.end, limit))
        for g in gaps
        if min(g.end, limit) - g.start >= MIN_UNHEARD_SECONDS
    ]
