"""Encode and decode the two laws of ITU-T G.711 by table."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

LAWS: Final = ("pcm16", "mulaw", "alaw")


@functools.cache
def decoded(law: str) -> Samples:
    """Return the int16 value of each of the 256 codes of a law (ITU-T G.711)."""
    code = np.arange(256)
    if law == "mulaw":
        bits = ~code & 0xFF
        exponent, mantissa = (bits >> 4) & 7, bits & 15
        magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
        negative = (bits & 0x80) != 0
    else:
        bits = code ^ 0x55
        exponent, mantissa = (bits >> 4) & 7, bits & 15
        low = (mantissa << 4) + 8
        magnitude = np.where(exponent == 0, low, (low + 0x100) << np.maximum(exponent - 1, 0))
        negative = (bits & 0x80) == 0
    return np.where(negative, -magnitude, magnitude).astype(np.int16)


@functools.cache
def codes_of(law: str) -> npt.NDArray[np.uint8]:
    """Return the nearest code of a law for each int16 value, indexed by the value as uint16."""
    # Reversed, so that zero maps to mu-law's positive zero (0xFF) and not to its negative one.
    values, at = np.unique(decoded(law)[::-1].astype(np.int64), return_index=True)
    codes = 255 - at
    wanted = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int64)
    right = np.clip(np.searchsorted(values, wanted), 1, len(values) - 1)
    nearer_left = wanted - values[right - 1] <= values[right] - wanted
    return np.where(nearer_left, codes[right - 1], codes[right]).astype(np.uint8)


def quantise(samples: Samples, law: str) -> Samples:
    """Move each sample to the nearest value that ``law`` can hold.

    Args:
        samples: int16, any shape.
        law: One of ``LAWS``; ``"pcm16"`` holds every value.

    Returns:
        A new array of the same shape; applying it twice changes nothing more.
    """
    if law == "pcm16":
        return samples.copy()
    return decoded(law)[codes_of(law)[samples.view(np.uint16)]]
