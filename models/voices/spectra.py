"""Input features of the voice network: power of each band, voicing and pitch.

Only the telephone band is used, so that a wideband recording gives the same features.  The telephone removes
the fundamental of a voice, but its period remains in the harmonics.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16_000
"""Sample rate of the input in Hz."""

STEP: Final = 0.01
"""Seconds from one row to the next."""

BANDS: Final = 40
COLUMNS: Final = BANDS + 2
"""Number of features: the bands, the voicing, and the pitch."""

_HOP: Final = round(STEP * RATE)
_FRAME: Final = 512  # samples, 32 ms: more than two periods of the lowest voice
_POINTS: Final = 2 * _FRAME
_LOW, _HIGH = 250.0, 3400.0  # Hz
_PERIODS: Final = (RATE // 400, RATE // 65)  # samples: of the highest voice and of the lowest
_MIDDLE: Final = 170.0  # Hz: between men and women
_FLOOR: Final = 1e-7
_BLOCK: Final = 3000  # rows at a time: half a minute


def spectra(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the features of a sound.

    Args:
        sound: Shape (n,) at ``RATE``; full scale 1.

    Returns:
        A row for each ``STEP``, shape (rows, ``COLUMNS``): log power of each band, height of the
        autocorrelation's peak (0 to 1), and octaves above a middle pitch, times that height.
    """
    padded = np.pad(sound, (_FRAME // 2, _FRAME // 2))
    rows = max(0, len(sound) // _HOP)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP][:rows]
    blocks = [_read(frames[at : at + _BLOCK]) for at in range(0, rows, _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros((0, COLUMNS), np.float32)


def _read(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    power = np.square(np.abs(np.fft.rfft(frames * _WINDOW, _POINTS))).astype(np.float32)
    bands = np.log(power @ _BANKS + _FLOOR)
    correlated = np.fft.irfft(np.sqrt(power * _INSIDE))
    first, last = _PERIODS
    period = correlated[:, first:last].argmax(axis=1) + first
    height = correlated[np.arange(len(period)), period] / np.maximum(correlated[:, 0], 1e-9)
    height = np.clip(height, 0.0, 1.0)
    pitch = np.log2(RATE / period / _MIDDLE) * height
    return np.concatenate([bands, height[:, None], pitch[:, None]], axis=1).astype(np.float32)


def _banks() -> NDArray[np.float32]:
    """Return triangular mel filters, shape (points, ``BANDS``)."""
    low, high = (1127.0 * math.log1p(hertz / 700.0) for hertz in (_LOW, _HIGH))
    edges = np.linspace(low, high, BANDS + 2)
    at = 1127.0 * np.log1p(np.fft.rfftfreq(_POINTS, 1 / RATE) / 700.0)[:, None]
    rising = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)), dtype=np.float32)


_WINDOW: Final = np.hamming(_FRAME).astype(np.float32)
_BANKS: Final = _banks()
_HERTZ: Final = np.fft.rfftfreq(_POINTS, 1 / RATE)
_INSIDE: Final = (_HERTZ > _LOW) & (_HERTZ < _HIGH)
