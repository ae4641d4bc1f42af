"""Other voices out of one spectrogram: longer and shorter throats, other timbres, a band that a line lost.

    frames x mels -> every resonance a little lower or higher -> a slope, low to high -> a few bins missing

Few voices are at hand, and none of people who phone; a spectrogram that is bent a little along its pitches is
another mouth's (Jaitly and Hinton 2013, vocal tract length perturbation; the missing band is
Park et al. 2019, SpecAugment, arXiv 1904.08779).  Nothing is hidden along time: a decoder that has to write
what it has not heard learns to guess, and a name that is guessed is lost.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

MELS: Final = 80
"""Bins of the spectrogram of ``base``, to 8 kHz on Slaney's mel scale."""

THROAT: Final = 0.12
"""Resonances are moved by up to so much: from a man's throat to a woman's is .15."""

SLOPE: Final = 0.12
"""Most that is added at one end and taken off at the other; .25 are 10 dB."""

BAND: Final = 8
"""Bins that are missing at most: of those that a telephone carries, one in seven."""

BANDED: Final = 0.3
"""Share of windows with a band missing."""

_LINEAR_HZ, _LINEAR_MEL, _PER_MEL = 1000.0, 15.0, np.log(6.4) / 27.0
"""Slaney's scale: 15 mel to 1 kHz, above it 27 for a factor of 6.4 (Auditory Toolbox, 1998)."""


def another_voice(spectrogram: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The same words in another voice, on another line.

    Args:
        spectrogram: As Whisper's encoder takes it, shape (frames, ``MELS``); what it is filled up with is 0.
        rng: Decides which.

    Returns:
        Of the same shape; what it is filled up with is 0.
    """
    out = bent(spectrogram, 1 + THROAT * (2 * rng.random() - 1))
    slope = SLOPE * (2 * rng.random() - 1) * np.linspace(-1, 1, MELS, dtype=np.float32)
    held = np.asarray(spectrogram[:, :1] != 0)
    out += slope * held
    if rng.random() < BANDED:
        first, bins = rng.integers(MELS), 1 + rng.integers(BAND)
        out[:, first : first + bins] = out.min() * held
    return out


def bent(spectrogram: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """Move all that sounds at a frequency to that frequency times a factor.

    Args:
        spectrogram: Shape (frames, ``MELS``).
        factor: Above 1 for a shorter throat.

    Returns:
        Of the same shape; above what was there the highest bin again.
    """
    edges = np.linspace(0.0, float(_mel(np.array(8000.0))), MELS + 2)
    from_bin = _mel(_hz(edges[1:-1]) / factor) / edges[1] - 1
    from_bin = np.clip(from_bin, 0, MELS - 1)
    low = np.minimum(from_bin.astype(np.int64), MELS - 2)
    part = (from_bin - low).astype(np.float32)
    out: NDArray[np.float32] = spectrogram[:, low] * (1 - part) + spectrogram[:, low + 1] * part
    return out


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _LINEAR_MEL + np.log(np.maximum(hz, _LINEAR_HZ) / _LINEAR_HZ) / _PER_MEL
    return np.where(hz < _LINEAR_HZ, hz * _LINEAR_MEL / _LINEAR_HZ, above)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _LINEAR_HZ * np.exp(_PER_MEL * (np.maximum(mel, _LINEAR_MEL) - _LINEAR_MEL))
    return np.where(mel < _LINEAR_MEL, mel * _LINEAR_HZ / _LINEAR_MEL, above)
