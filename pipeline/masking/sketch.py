"""Draw a call for the review page: its peaks and its quiet stretches.

Drawn once, when the call is masked, so that the page need not decode an hour of sound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.quiet import quiet
from pipeline.audio.recording import Recording
from pipeline.audio.spans import Spans
from pipeline.audio.stored import Track

PEAKS_PER_SECOND: Final = 100
"""Peaks stored per second: at the closest zoom each is four pixels wide."""

_BLOCK_PEAKS: Final = 300 * PEAKS_PER_SECOND  # stretches drawn at once


@dataclass(frozen=True, slots=True)
class Sketch:
    """Data for drawing a call's sound.

    Attributes:
        sha256: Hex digest of the recording's file.
        rate: Samples per second.
        channels: 1 or 2.
        length: Samples in each channel.
        quiet: Stretches without audible sound, in seconds.
        peaks: For each channel one byte per peak: 255 * sqrt(loudest sample / full scale).
    """

    sha256: str
    rate: int
    channels: int
    length: int
    quiet: Spans
    peaks: tuple[bytes, ...] = field(repr=False)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.length / self.rate


def sketch_of(recording: Recording) -> Sketch:
    """Draw a call.

    Args:
        recording: The call.
    """
    rate, length = recording.rate, recording.length
    # Integer arithmetic: in floating point 560 / 8000 * 100 exceeds 7, and a stretch would be empty.
    edges = np.arange(-(-length * PEAKS_PER_SECOND // rate)) * rate // PEAKS_PER_SECOND
    peaks = tuple(b"".join(_drawn(channel, edges)) for channel in recording.samples)
    still = quiet(recording.samples, rate)
    return Sketch(recording.sha256, rate, recording.channels, length, still, peaks)


def _drawn(channel: Track, edges: npt.NDArray[np.int64]) -> Iterator[bytes]:
    """Yield the peaks of a channel, five minutes at a time."""
    for at in range(0, len(edges), _BLOCK_PEAKS):
        some = edges[at : at + _BLOCK_PEAKS]
        end = int(edges[at + _BLOCK_PEAKS]) if at + _BLOCK_PEAKS < len(edges) else len(channel)
        piece = channel[int(some[0]) : end]
        # The least int16 has no positive counterpart, so widen before negating.
        loudest = np.maximum(
            np.maximum.reduceat(piece, some - some[0]).astype(np.int32),
            -np.minimum.reduceat(piece, some - some[0]).astype(np.int32),
        )
        yield np.rint(np.sqrt(loudest / 32768.0) * 255).astype(np.uint8).tobytes()


def coarser(peaks: bytes, together: int) -> bytes:
    """Merge neighbouring peaks into their maximum.

    Args:
        peaks: Peaks of a channel.
        together: Number of peaks that become one.
    """
    fine = np.frombuffer(peaks, np.uint8)
    return bytes(np.maximum.reduceat(fine, np.arange(0, len(fine), together)).tobytes())
