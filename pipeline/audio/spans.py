"""Stretches of time: which are silent, which were listened to, which of those still count.

What was listened to was a masked copy.  Where a later decision lets something sound that was
silent in that copy, the moment has not been heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.mask import masked_windows, merged
from pipeline.stored import StoredSamples
from pipeline.types import MaskPlan

__all__ = ["Spans", "length", "minus", "newly_audible", "quiet", "union"]

Spans = tuple[tuple[float, float], ...]
"""Ordered, disjoint, not empty; seconds from the start of the call."""

_FRAME: Final = 0.02
_STRIDE: Final = 15_000  # frames looked at at once
_QUIET: Final = 32768 * 10 ** (-50 / 20)
"""No telephone carries a voice below -50 dBFS: its own noise is louder."""

_LEAST: Final = 0.8
"""Seconds of quiet below which nothing is skipped: pauses within an utterance are part of it."""

_LEFT: Final = 0.15
"""Seconds left at both ends of what is skipped, so that no first or last sound is cut."""


def union(*many: Iterable[tuple[float, float]]) -> Spans:
    """All that lies in any of them."""
    return merged((span for spans in many for span in spans), 0.0)


def minus(one: Iterable[tuple[float, float]], other: Sequence[tuple[float, float]]) -> Spans:
    """What of some spans lies in none of others, which are ordered and disjoint."""
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
    """Seconds in all."""
    return sum(end - start for start, end in spans)


def quiet(samples: npt.NDArray[np.int16] | StoredSamples, rate: int) -> Spans:
    """Where nothing can be heard on any channel, told from the sound and not from the words.

    Args:
        samples: int16, shape (channels, n), of the original.
        rate: Samples per second.
    """
    width = int(rate * _FRAME)
    frames = samples.shape[1] // width
    loud = np.zeros(frames, bool)
    for first in range(0, frames, _STRIDE):
        last = min(frames, first + _STRIDE)
        for channel in samples:
            framed = channel[first * width : last * width].reshape(last - first, width)
            loud[first:last] |= (framed.max(axis=1) > _QUIET) | (framed.min(axis=1) < -_QUIET)
    edges = np.flatnonzero(np.diff(np.concatenate(([True], loud, [True])).astype(np.int8)))
    found = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        start, end = int(first) * width / rate, int(last) * width / rate
        if end - start >= _LEAST:
            found.append((round(start + _LEFT, 3), round(end - _LEFT, 3)))
    return tuple(found)


def newly_audible(then: MaskPlan, now: MaskPlan, shape: tuple[int, int], rate: int) -> Spans:
    """Where a plan lets something sound that an earlier one silenced.

    Args:
        then: The earlier one.
        now: The later one.
        shape: Channels and samples of the call.
        rate: Samples per second.
    """
    channels, size = shape
    opened = []
    for channel in range(channels):
        before, after = (masked_windows(plan, channel, rate, size) for plan in (then, now))
        opened.append([(a / rate, b / rate) for a, b in minus(before, after)])
    return union(*opened)
