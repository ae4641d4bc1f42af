"""Find stretches of a channel with steady noise only: hiss, hum, the idle line, digital silence.

    level   ----------------.-.--..--.-----------|--------------  of each frequency band of speech
            [ still, 3 s or more ]  speech       [ still ...

In a call of hours with hardly any speech, the loud part of a channel is its noise, and energy alone cannot
tell speech from noise (``pipeline.hearing.windows.loud_stretches``); all the noise would be recognised.
Speech is never steady: its level in some band rises and falls within a syllable.  So a moment is still only
where *no* band is more than ``ABOVE_DB`` over its floor, the lowest level of half a minute.  Sound that
changes (music, wind, a voice under the noise) is recognised as usual.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.types import TimeSpan

ABOVE_DB: Final = 5.0
"""Decibels over its floor up to which a band is steady: hiss, hum and the idle line of G.711 stay below for
minutes.  Of 320 s of made talk all is heard in hiss that is 5 dB louder than the talk, and 93 % in hiss that
is 10 dB louder."""

FLOOR: Final = 0.02
"""Quantile of a band's level in a block that counts as its floor: .6 s of a block, so that three seconds of a
soft voice do not themselves become the floor of half a minute of louder sound."""

BLOCK: Final = 30.0
"""Length of a block, which has its own floor, in seconds: the noise of a line changes when others join."""

LEAST: Final = 3.0
"""Shortest still stretch, in seconds: no pause within talk is as long."""

MARGIN: Final = 0.5
"""Seconds at both ends of a still stretch that are recognised all the same: soft onsets and endings lie
there."""

WORTH: Final = 120.0
"""Seconds of stillness in a channel from which it is left out; less costs little, and a call of ordinary
length is recognised whole."""

WINDOW, HOP = 0.032, 0.016
"""Length of a spectrum's window, and seconds from one to the next."""

SMOOTH: Final = 6
"""Number of spectra over which a level is averaged: a tenth of a second, half a syllable."""

BANDS: Final = (*range(200, 4_000, 400), 7_600)
"""Edges of the bands in Hz: bands of 400 Hz, in which a voice exceeds noise that is louder over all, and one
band above the telephone's."""

AT_ONCE: Final = 400
"""Spectra computed at a time, 3 MB."""

NOTHING: Final = 1e-12
"""Power added before the logarithm; far below the least step of 16 bits."""


class _Samples(Protocol):
    """Samples of a channel: an array, or an object that is sliced like one."""

    def __len__(self) -> int:
        """Return the number of samples."""

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        """Return a slice of the samples, shape (n,)."""


def still_stretches(samples: _Samples, rate: int) -> tuple[TimeSpan, ...]:
    """Find the still stretches of a channel, where they add up to ``WORTH``.

    Args:
        samples: Samples of the whole channel, full scale 1.
        rate: Samples per second.

    Returns:
        Disjoint stretches in order of time, in seconds; empty where they are shorter than ``WORTH`` together.
        Computing time grows with the length, by a second for half an hour of sound; memory does not.
    """
    if len(samples) < WORTH * rate:
        return ()
    found: list[TimeSpan] = []
    started: float | None = None
    for time, still in _moments(samples, rate):
        # Blocks lie end to end, so a stretch may go on from one into the next.
        edges = np.flatnonzero(np.diff(np.concatenate(([started is not None], still)).astype(np.int8)))
        for edge in edges:
            at = time + edge * HOP
            if started is None:
                started = at
            else:
                found.append(TimeSpan(started, at))
                started = None
    if started is not None:
        found.append(TimeSpan(started, len(samples) / rate))
    shrunk = [TimeSpan(s.start + MARGIN, s.end - MARGIN) for s in found if s.duration >= LEAST + 2 * MARGIN]
    return tuple(shrunk) if sum(s.duration for s in shrunk) >= WORTH else ()


def _moments(samples: _Samples, rate: int) -> Iterator[tuple[float, NDArray[np.bool_]]]:
    """Yield each block's start in seconds, and whether each of its moments is still."""
    hop, count = round(HOP * rate), round(BLOCK / HOP)
    moments = len(samples) // hop
    for first in range(0, moments, count):
        last = min(moments, first + count)
        # The last block is filled up from the one before: a second alone has no meaningful floor.
        begin = max(0, last - count)
        levels = _levels(samples, rate, begin, last)
        floor = np.quantile(levels, FLOOR, axis=0)
        steady: NDArray[np.bool_] = np.all(levels <= floor + ABOVE_DB, axis=1)
        yield first * HOP, steady[first - begin :]


def _levels(samples: _Samples, rate: int, first: int, last: int) -> NDArray[np.float32]:
    """Return the level of each band around each moment, in decibels, shape (moments, bands)."""
    hop, width, beside = round(HOP * rate), round(WINDOW * rate), SMOOTH // 2
    low = max(0, first - beside)
    sound = samples[low * hop : (last + beside) * hop + width]
    sound = np.pad(sound, (0, max(0, (last + beside - low) * hop + width - len(sound))), mode="edge")
    framed = np.lib.stride_tricks.sliding_window_view(sound, width)[::hop][: last + beside - low]
    bins = np.minimum(np.round(np.array(BANDS) * width / rate).astype(int), width // 2)
    window = np.hanning(width).astype(np.float32)
    power = np.concatenate(
        [_powers(framed[at : at + AT_ONCE] * window, bins) for at in range(0, len(framed), AT_ONCE)]
    )
    run = np.cumsum(np.concatenate((np.zeros((1, power.shape[1])), power)), axis=0)
    at = np.arange(first, last) - low
    high, under = np.minimum(at + beside, len(power)), np.maximum(at - beside, 0)
    smooth = (run[high] - run[under]) / (high - under)[:, None]
    return np.asarray(10 * np.log10(np.maximum(smooth, 0.0) + NOTHING), dtype=np.float32)


def _powers(framed: NDArray[np.float32], bins: NDArray[np.int_]) -> NDArray[np.float64]:
    """Return the power of each band of each frame, shape (frames, bands)."""
    spectra = np.square(np.abs(np.fft.rfft(framed)))
    return np.asarray(np.add.reduceat(spectra, bins, axis=1)[:, :-1] / framed.shape[1] ** 2)
