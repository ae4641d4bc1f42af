"""Join, subtract and measure spans given as pairs of numbers; find where a call is quiet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.stored import StoredSamples

__all__ = ["Spans", "length", "merged", "minus", "quiet", "union"]

Spans = tuple[tuple[float, float], ...]
"""Ordered, disjoint, not empty; seconds from the start of the call."""

_FRAME_SECONDS: Final = 0.02
_BLOCK_FRAMES: Final = 15_000  # frames looked at at once
_MAX_QUIET_AMPLITUDE: Final = 32768 * 10 ** (-50 / 20)
"""-50 dBFS: a telephone line's own noise is louder, so no voice lies below."""

_MIN_QUIET_SECONDS: Final = 0.8
"""Shortest quiet stretch that is reported: shorter pauses belong to an utterance."""

_PADDING_SECONDS: Final = 0.15
"""Seconds taken off both ends of a quiet stretch, so that no first or last sound is cut."""


def merged(
    spans: Iterable[tuple[float, float]], gap: float, kept: Sequence[tuple[float, float]] = ()
) -> tuple[tuple[float, float], ...]:
    """Join half-open spans that overlap, touch, or lie less than ``gap`` apart.

    Args:
        spans: In any order and unit; empty ones are dropped.
        gap: In the same unit, not negative.
        kept: What no gap is bridged over, in the same unit.

    Returns:
        Ordered, disjoint, not empty spans that cover every span given; each at least ``gap`` from
        the next, except where something kept lies between.
    """
    out: list[tuple[float, float]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if out and (start <= out[-1][1] or (start - out[-1][1] < gap and _free(out[-1][1], start, kept))):
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return tuple(out)


def _free(start: float, end: float, kept: Sequence[tuple[float, float]]) -> bool:
    return not any(first < end and start < last for first, last in kept)


def union(*many: Iterable[tuple[float, float]]) -> Spans:
    """Everything that lies in any of the spans."""
    return merged((span for spans in many for span in spans), 0.0)


def minus(one: Iterable[tuple[float, float]], other: Sequence[tuple[float, float]]) -> Spans:
    """The parts of ``one`` that lie in no span of ``other``; ``other`` is ordered and disjoint."""
    out: list[tuple[float, float]] = []
    for start, end in one:
        at = start
        for first, last in other:
            if last <= at or first >= end:
                continue
            if first > at:
                out.append((at, first))
            at = max(at, last)
        if at < end:
            out.append((at, end))
    return tuple(out)


def length(spans: Iterable[tuple[float, float]]) -> float:
    """Total length."""
    return sum(end - start for start, end in spans)


def quiet(samples: npt.NDArray[np.int16] | StoredSamples, rate: int) -> Spans:
    """Find where nothing can be heard on any channel, from the sound and not from the words.

    Args:
        samples: int16, shape (channels, n), of the original.
        rate: Samples per second.

    Returns:
        Quiet stretches in seconds, without their padding.
    """
    width = int(rate * _FRAME_SECONDS)
    frames = samples.shape[1] // width
    loud = np.zeros(frames, bool)
    for first in range(0, frames, _BLOCK_FRAMES):
        last = min(frames, first + _BLOCK_FRAMES)
        for channel in samples:
            framed = channel[first * width : last * width].reshape(last - first, width)
            loud[first:last] |= (framed.max(axis=1) > _MAX_QUIET_AMPLITUDE) | (
                framed.min(axis=1) < -_MAX_QUIET_AMPLITUDE
            )
    edges = np.flatnonzero(np.diff(np.concatenate(([True], loud, [True])).astype(np.int8)))
    found = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = int(first) * width / rate, int(last) * width / rate
        if end - start >= _MIN_QUIET_SECONDS:
            found.append((round(start + _PADDING_SECONDS, 3), round(end - _PADDING_SECONDS, 3)))
    return tuple(found)
