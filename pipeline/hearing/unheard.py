"""Find sound under no word, which a recogniser left out, to recognise it once more.

sound   ..aaaaaa..bb..cc....dddddd....
words     |aaaaaa|                       the window was given up: retry b, c and d together
words     |aaaaaa||bb||cc|               it was not: retry d, if it is long enough
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence

from pipeline.audio.spans import Spans, length, minus, union
from pipeline.hearing.windows import Channel, Window, loud_stretches, shorter
from pipeline.nearby import Nearby
from pipeline.types import TimeSpan

MIN_UNHEARD_SECONDS = 0.7
"""Shortest sound under no word that is retried: the length of a short name."""

GIVEN_UP_SHARE = 0.25
"""Share of a window's sound under no word from which the recogniser has given the window up.  Of 141 windows
of made calls six have 0.44 and more, in the noise of three calls; none of the others has more than 0.11."""

SHORT_WINDOW_SECONDS = 8.0
"""Longest window of a retry: an utterance or two, too short for a long loop."""

WORD_MARGIN_SECONDS = 0.25
"""Seconds around a word in which sound may belong to it: word ends are up to 0.4 s early."""


def windows_to_retry(
    channel: Channel, windows: Sequence[Window], words: Sequence[tuple[float, float]]
) -> Iterator[Window]:
    """Cut windows for a retry from the sound that a recogniser left out.

    A recogniser that does not understand the beginning of a window skips ahead.  It then also leaves out
    quiet voices, which are no loud stretches; so all sound of such a window under no word is retried
    together.

    Args:
        channel: The whole channel.
        windows: Windows of the channel that were recognised.
        words: Start and end of each word in seconds, in order.

    Yields:
        Short windows of the windows that were given up; of the others each loud stretch under no word.
    """
    gaps = unheard(channel, words)
    left = Nearby(gaps, lambda gap: gap)
    said = Nearby((TimeSpan(start, end) for start, end in words), lambda word: word)
    given_up: list[TimeSpan] = []
    for window in windows:
        start, end = window.pieces[0].start, window.pieces[-1].end
        pieces = _spans(window.pieces)
        heard = length(minus(pieces, _spans(left.touching(start, end))))
        if heard >= (1 - GIVEN_UP_SHARE) * window.duration:
            continue
        given_up += window.pieces
        near = said.touching(max(0.0, start - WORD_MARGIN_SECONDS), end + WORD_MARGIN_SECONDS)
        taken = union((word.start - WORD_MARGIN_SECONDS, word.end + WORD_MARGIN_SECONDS) for word in near)
        rest = tuple(_lasting(minus(pieces, taken)))
        yield from shorter(Window(rest, window.rate), channel.samples, SHORT_WINDOW_SECONDS)
    retried = Nearby(given_up, lambda piece: piece)
    for gap in gaps:
        for part in _lasting(minus(_spans([gap]), _spans(retried.touching(gap.start, gap.end)))):
            yield Window((part,), channel.rate)


def _spans(times: Iterable[TimeSpan]) -> Spans:
    return union((time.start, time.end) for time in times)


def _lasting(spans: Iterable[tuple[float, float]]) -> Iterator[TimeSpan]:
    return (TimeSpan(start, end) for start, end in spans if end - start >= MIN_UNHEARD_SECONDS)


def unheard(channel: Channel, words: Sequence[tuple[float, float]]) -> list[TimeSpan]:
    """Find the loud stretches of a channel under no word.

    Args:
        channel: The whole channel.
        words: Start and end of each word in seconds, in order.

    Returns:
        Stretches of ``MIN_UNHEARD_SECONDS`` or more, in order of time.
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
