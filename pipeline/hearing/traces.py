"""What the ear heard from moment to moment, in the time of the call.

A window that was listened to as one is made of several stretches of its channel:

    window    [aaaa][bbb][ccccc]         one trace, from its start
    channel   ..aaaa..........bbb....    a trace for each stretch
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.hearing.windows import Window
from pipeline.types import Posteriorgram, TimeSpan, Trace

__all__ = ["TRACE_MARGIN_SECONDS", "in_channel_time", "read_off"]

_T = TypeVar("_T", Trace, Posteriorgram)

TRACE_MARGIN_SECONDS: Final = 1.0
"""Seconds around an utterance that stay with it: an edge is looked for so far out
(``pipeline.masking.edges``)."""

TRACE_TOLERANCE_SECONDS: Final = 0.02
"""Seconds beside a trace that it still speaks for: where a window was cut, a part of a step is lost."""


def in_channel_time(traces: Iterable[_T], window: Window, near: TimeSpan) -> tuple[_T, ...]:
    """Traces of a window in the time of its channel.

    Args:
        traces: In seconds from the window's start.
        window: Where its stretches come from.
        near: Of the channel; what is more than ``TRACE_MARGIN_SECONDS`` away is left out.

    Returns:
        In order, in seconds of the channel; where the window was cut a trace ends, a step in which it was
        cut lies where its middle does.
    """
    return tuple(part for trace in traces for part in _parts(trace, window, near))


def _parts(trace: _T, window: Window, near: TimeSpan) -> Iterator[_T]:
    middles = trace.start + (np.arange(len(trace.chances)) + 0.5) * trace.step
    offset = 0.0
    for piece in window.pieces:
        at = middles - offset + piece.start
        inside = (middles >= offset) & (middles < offset + piece.duration)
        inside &= (at >= near.start - TRACE_MARGIN_SECONDS) & (at <= near.end + TRACE_MARGIN_SECONDS)
        if steps := np.flatnonzero(inside).tolist():
            start = float(at[steps[0]]) - trace.step / 2
            yield replace(trace, start=start, chances=trace.chances[steps[0] : steps[-1] + 1])
        offset += piece.duration


def read_off(traces: Sequence[Trace], times: NDArray[np.floating]) -> NDArray[np.float64]:
    """How probably anybody's data is being said at some moments.

    Args:
        traces: Of one channel.
        times: In seconds, shape (n,).

    Returns:
        Probabilities, shape (n,); not a number where nothing was listened to.
    """
    out = np.full(len(times), np.nan)
    for trace in traces:
        # The later of two that touch has the moment between them.
        end = trace.start + trace.step * len(trace.chances)
        here = (times >= trace.start - TRACE_TOLERANCE_SECONDS) & (times < end + TRACE_TOLERANCE_SECONDS)
        at = np.floor((times[here] - trace.start) / trace.step).astype(np.int64)
        out[here] = np.asarray(trace.chances)[np.clip(at, 0, len(trace.chances) - 1)]
    return out
