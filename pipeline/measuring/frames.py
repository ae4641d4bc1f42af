"""Frames of a call and its masked copy, classified as speech and as changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.types import TimeSpan

FRAME_SECONDS = 0.010
"""Length of a frame."""

SPEECH_DBFS = -38.0
"""RMS above which a frame of the original is speech; full scale is 32768."""

Marked = NDArray[np.bool_]
"""Boolean for each frame; shape (channels, frames)."""

Stretch = tuple[TimeSpan, tuple[int, ...]]
"""Time and channels."""


@dataclass(frozen=True, slots=True)
class AudioPair:
    """A call and its masked copy.

    Attributes:
        original, masked: Samples, int16 of one shape (channels, samples).
        rate: Sample rate in Hz.

    Raises:
        ValueError: the two differ in shape, or are not int16 (channels, samples).
    """

    original: NDArray[np.int16] = field(repr=False)
    masked: NDArray[np.int16] = field(repr=False)
    rate: int

    def __post_init__(self) -> None:
        if self.original.shape != self.masked.shape or self.original.ndim != 2:
            msg = f"not one shape (channels, samples): {self.original.shape} and {self.masked.shape}"
            raise ValueError(msg)
        if self.original.dtype != np.int16 or self.masked.dtype != np.int16:
            msg = f"not int16: {self.original.dtype} and {self.masked.dtype}"
            raise ValueError(msg)

    @property
    def seconds(self) -> float:
        """Length of the recording in seconds."""
        return float(self.original.shape[1] / self.rate)


@dataclass(frozen=True, slots=True)
class Frames:
    """Speech frames and changed frames as masks, shape (channels, frames); the last frame may be shorter."""

    speech: Marked = field(repr=False)
    changed: Marked = field(repr=False)
    frame_seconds: float

    def within(self, time: TimeSpan) -> slice:
        """Return the frames whose middle lies in ``time``."""
        return slice(*(max(0, math.ceil(edge / self.frame_seconds - 0.5)) for edge in (time.start, time.end)))

    def mark(self, stretches: Sequence[Stretch]) -> Marked:
        """Mark the frames of the given stretches; shape (channels, frames)."""
        marked = np.zeros(self.speech.shape, dtype=np.bool_)
        for time, channels in stretches:
            marked[channels, self.within(time)] = True
        return marked


def frames_of(audio: AudioPair) -> Frames:
    """Cut a call into frames and classify each.

    Args:
        audio: The call and its masked copy.

    Returns:
        The frames; a frame is changed when any of its samples differs.
    """
    channels, samples = audio.original.shape
    length = max(1, round(audio.rate * FRAME_SECONDS))
    count = -(-samples // length)
    fill = ((0, 0), (0, count * length - samples))
    before, after = (
        np.pad(each, fill).reshape(channels, count, length) for each in (audio.original, audio.masked)
    )
    sizes = np.full(count, length)
    sizes[-1:] -= fill[1][1]
    power = np.einsum("cfs,cfs->cf", before, before, dtype=np.float64) / sizes
    return Frames(
        speech=power > 32768.0**2 * 10 ** (SPEECH_DBFS / 10),
        changed=np.any(before != after, axis=2),
        frame_seconds=length / audio.rate,
    )
