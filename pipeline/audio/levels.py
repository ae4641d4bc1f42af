"""Level of a channel above its own noise."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.stored import Track

BLOCK_FRAMES: Final = 4096
"""Number of frames processed at once, so that no copy of a long call is in memory."""


def frame_levels(samples: Track, rate: int, seconds: float) -> NDArray[np.float64]:
    """Return the level of a channel in frames of one length (``above_noise``).

    Args:
        samples: Samples of one channel.
        rate: Samples per second.
        seconds: Length of a frame; a shorter rest at the end is left out.

    Returns:
        Decibels, shape (frames,).
    """
    frame = max(1, round(seconds * rate))
    block, end = frame * BLOCK_FRAMES, len(samples) // frame * frame
    powers = [_powers(samples[at : min(at + block, end)], frame) for at in range(0, end, block)]
    return above_noise(np.concatenate(powers) if powers else np.zeros(0))


def _powers(samples: NDArray[np.int16], frame: int) -> NDArray[np.float32]:
    """Return the mean square of each frame."""
    return np.asarray(np.square(samples.astype(np.float32).reshape(-1, frame)).mean(axis=1), np.float32)


def reaching(levels: NDArray[np.float64], frames_late: int) -> NDArray[np.float64]:
    """Return the greatest level of a channel that its echo on another may have in each frame.

    Args:
        levels: Levels of the channel, shape (frames,).
        frames_late: Greatest delay of an echo in frames; frame boundaries may make it one frame early.

    Returns:
        The same shape.
    """
    return np.asarray(np.max([np.roll(levels, by) for by in range(-1, frames_late + 1)], axis=0))


def above_noise(power: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the level of a channel above its quietest tenth, in decibels.

    Args:
        power: Mean square of each frame, shape (frames,).

    Returns:
        One level for each frame; -100 where it is no louder than the noise.
    """
    noise = np.percentile(power, 10) if len(power) else 0.0
    return np.asarray(10 * np.log10(np.maximum(power.astype(np.float64) - noise, 1e-10)))
