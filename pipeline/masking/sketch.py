"""What a page shows of a call's sound without the sound: its shape, where it is quiet, how high it swings.

Made once, when the call is masked, so that an hour of it need not be decoded before it can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.recording import Recording
from pipeline.audio.spans import Spans, quiet
from pipeline.audio.stored import Track

__all__ = ["PEAKS_PER_SECOND", "Sketch", "coarser", "sketch_of"]

PEAKS_PER_SECOND: Final = 100
"""Stretches a second of which the loudest sample is kept: at the closest zoom a stretch is four pixels."""

_BLOCK_PEAKS: Final = 300 * PEAKS_PER_SECOND  # stretches drawn at once


@dataclass(frozen=True, slots=True)
class Sketch:
    """A call's sound as it is drawn.

    Attributes:
        sha256: Of the recording it was made of.
        rate: Samples per second.
        channels: 1 or 2.
        length: Samples of each channel.
        quiet: Where nothing can be heard.
        peaks: Of each channel, a byte for each ``1 / PEAKS_PER_SECOND`` s: the root of its loudest sample's
            share of full scale.
    """

    sha256: str
    rate: int
    channels: int
    length: int
    quiet: Spans
    peaks: tuple[bytes, ...] = field(repr=False)

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.length / self.rate


def sketch_of(recording: Recording) -> Sketch:
    """Draw a call.

    Args:
        recording: Of the call.
    """
    rate, length = recording.rate, recording.length
    # In whole numbers: 560 / 8000 * 100 is a little more than 7, and the eighth stretch would be empty.
    edges = np.arange(-(-length * PEAKS_PER_SECOND // rate)) * rate // PEAKS_PER_SECOND
    peaks = tuple(b"".join(_drawn(channel, edges)) for channel in recording.samples)
    still = quiet(recording.samples, rate)
    return Sketch(recording.sha256, rate, recording.channels, length, still, peaks)


def _drawn(channel: Track, edges: npt.NDArray[np.int64]) -> Iterator[bytes]:
    """The peaks of a channel, some minutes at a time."""
    for at in range(0, len(edges), _BLOCK_PEAKS):
        some = edges[at : at + _BLOCK_PEAKS]
        end = int(edges[at + _BLOCK_PEAKS]) if at + _BLOCK_PEAKS < len(edges) else len(channel)
        piece = channel[int(some[0]) : end]
        # int16 has no positive twin of its least value.
        loudest = np.maximum(
            np.maximum.reduceat(piece, some - some[0]).astype(np.int32),
            -np.minimum.reduceat(piece, some - some[0]).astype(np.int32),
        )
        yield np.rint(np.sqrt(loudest / 32768.0) * 255).astype(np.uint8).tobytes()


def coarser(peaks: bytes, together: int) -> bytes:
    """Peaks of stretches so many times as long: the highest of each.

    Args:
        peaks: A channel's.
        together: How many stretches become one.
    """
    fine = np.frombuffer(peaks, np.uint8)
    return bytes(np.maximum.reduceat(fine, np.arange(0, len(fine), together)).tobytes())
