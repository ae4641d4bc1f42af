"""Where a channel holds nothing but its own steady noise: hiss, hum, the idle line, digital silence.

    level   ----------------.-.--..--.-----------|--------------  of each band of speech
            [ still, 3 s or more ]  speech       [ still ...

In a call of hours in which hardly anybody speaks, a channel's loud part is its noise, and energy alone no
longer tells the two apart (``pipeline.hearing.windows.loud_stretches``): all of it was recognised, in three
ways.  Speech is never steady: its level in some band rises and falls within a syllable.  So a moment counts
as still only where *no* band is more than ``ABOVE_DB`` over its floor, the least that it falls to in half a
minute.  What changes, be it music, wind or a voice under the noise, is heard as ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.types import TimeSpan

__all__ = ["WORTH", "still_stretches"]

ABOVE_DB: Final = 5.0
"""Decibels over its floor up to which a band is steady: hiss, hum and the idle line of G.711 stay below for
minutes.  Of 320 s of made talk in hiss that is 5 dB louder all is heard, where it is 10 dB louder 93 %."""

FLOOR: Final = 0.02
"""Quantile of a band's level in a block that is its floor: .6 s of a block, so that three seconds of a soft
voice in half a minute of something louder do not become the floor of it themselves."""

BLOCK: Final = 30.0
"""Seconds that have a floor of their own: a line's noise changes as others join it."""

LEAST: Final = 3.0
"""Seconds from which a still stretch is one: no pause within talk is as long."""

MARGIN: Final = 0.5
"""Seconds at both ends of a still stretch that are heard all the same: soft onsets and endings lie there."""

WORTH: Final = 120.0
"""Seconds of stillness of a channel from which it is left out; less costs little, and a call of ordinary
length is heard whole."""

WINDOW, HOP = 0.032, 0.016
"""Seconds of a spectrum, and between two."""

SMOOTH: Final = 6
"""Spectra, a tenth of a second, over which a level is taken: half a syllable."""

BANDS: Final = (*range(200, 4_000, 400), 7_600)
"""Edges in Hz: bands of 400 Hz, in which a voice stands out of noise that is louder over all, and one above
the telephone's."""

AT_ONCE: Final = 400
"""Spectra worked out at once, 3 MB."""

NOTHING: Final = 1e-12
"""Power that counts as none, far below the least step of 16 bits."""


class _Samples(Protocol):
    """A channel, or what can be cut like one."""

    def __len__(self) -> int:
        """How many samples there are."""

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        """A stretch of them."""


def still_stretches(samples: _Samples, rate: int) -> tuple[TimeSpan, ...]:
    """Find where a channel is still, if that is much of it.

    Args:
        samples: Of the whole channel, full scale 1.
        rate: Samples per second.

    Returns:
        Disjoint stretches in order of time, in seconds; none where they are less than ``WORTH`` together.
        Time grows with the length: a second for half an hour of sound; memory does not.
    """
    if len(samples) < WORTH * rate:
        return ()
    found: list[TimeSpan] = []
    started: float | None = None
    for time, still in _moments(samples, rate):
        # Blocks lie end to end: a stretch goes on from one into the next.
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
    """Of each block, when it begins and which of its moments are still."""
    hop, count = round(HOP * rate), round(BLOCK / HOP)
    moments = len(samples) // hop
    for first in range(0, moments, count):
        last = min(moments, first + count)
        # The last one takes what it lacks from the block before: a second has no floor of its own.
        begin = max(0, last - count)
        levels = _levels(samples, rate, begin, last)
        floor = np.quantile(levels, FLOOR, axis=0)
        steady: NDArray[np.bool_] = np.all(levels <= floor + ABOVE_DB, axis=1)
        yield first * HOP, steady[first - begin :]


def _levels(samples: _Samples, rate: int, first: int, last: int) -> NDArray[np.float32]:
    """Decibels of each band around each moment, shape (moments, bands)."""
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
    """Power of each band of each frame, shape (frames, bands)."""
    spectra = np.square(np.abs(np.fft.rfft(framed)))
    return np.asarray(np.add.reduceat(spectra, bins, axis=1)[:, :-1] / framed.shape[1] ** 2)
