"""Find the quiet stretches of a call."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.spans import Spans
from pipeline.audio.stored import StoredSamples

_FRAME_SECONDS: Final = 0.02
_BLOCK_FRAMES: Final = 15_000  # frames looked at at once
_MAX_QUIET_AMPLITUDE: Final = 32768 * 10 ** (-50 / 20)
"""-50 dBFS: a telephone line's own noise is louder, so no voice lies below."""

_MIN_QUIET_SECONDS: Final = 0.8
"""Shortest quiet stretch that is reported: shorter pauses belong to an utterance."""

_PADDING_SECONDS: Final = 0.15
"""Time removed from both ends of a quiet stretch, so that no first or last sound is cut."""


def quiet(samples: npt.NDArray[np.int16] | StoredSamples, rate: int) -> Spans:
    """Find the stretches without audible sound on any channel, from the sound and not from the words.

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
