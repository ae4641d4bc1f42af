"""Convert traces and posteriorgrams from a window's time to the call's, and read values off traces.

A window joins several stretches of its channel:

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

_T = TypeVar("_T", Trace, Posteriorgram)

TRACE_MARGIN_SECONDS: Final = 1.0
"""Seconds of traces that an utterance keeps on each side: ``pipeline.masking.edges`` searches for edges that
far out."""

TRACE_TOLERANCE_SECONDS: Final = 0.02
"""Seconds beyond its ends for which a trace is valid: where a window was cut, part of a step is missing."""


def in_channel_time(traces: Iterable[_T], window: Window, near: TimeSpan) -> tuple[_T, ...]:
    """Convert traces of a window to the time of its channel.

    Args:
        traces: Traces in seconds from the window's start.
        window: The window, with the stretches of the channel that it joins.
        near: Stretch of the channel; steps more than ``TRACE_MARGIN_SECONDS`` away are dropped.

    Returns:
        Traces in order, in seconds of the channel, one for each stretch of the window; a step across a cut
        goes to the stretch with its middle.
    """
    return tuple(part for trace in traces for part in _parts(trace, window, near))


def near(traces: Iterable[_T], time: TimeSpan) -> tuple[_T, ...]:
    """Cut traces to the neighbourhood of an utterance.

    Args:
        traces: Traces of the utterance's channel, in seconds of the channel.
        time: Time of the utterance; steps more than ``TRACE_MARGIN_SECONDS`` away are dropped.

    Returns:
        The remaining parts, in the order of the traces.
    """
    out: list[_T] = []
    for trace in traces:
        middles = trace.start + (np.arange(len(trace.chances)) + 0.5) * trace.step
        inside = np.abs(middles - (time.start + time.end) / 2) <= time.duration / 2 + TRACE_MARGIN_SECONDS
        if steps := np.flatnonzero(inside).tolist():
            chances = trace.chances[steps[0] : steps[-1] + 1]
            out.append(replace(trace, start=trace.start + steps[0] * trace.step, chances=chances))
    return tuple(out)


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
    """Read the probability of personal data off traces at given times.

    Args:
        traces: Traces of one channel.
        times: Times in seconds of the channel, shape (n,).

    Returns:
        Probabilities, shape (n,); NaN where no trace is valid.
    """
    out = np.full(len(times), np.nan)
    for trace in traces:
        # Where two traces are valid, the later one wins.
        end = trace.start + trace.step * len(trace.chances)
        here = (times >= trace.start - TRACE_TOLERANCE_SECONDS) & (times < end + TRACE_TOLERANCE_SECONDS)
        at = np.floor((times[here] - trace.start) / trace.step).astype(np.int64)
        out[here] = np.asarray(trace.chances)[np.clip(at, 0, len(trace.chances) - 1)]
    return out
