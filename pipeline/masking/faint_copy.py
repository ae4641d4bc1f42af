"""Find a copy of one channel's speech in the noise of another, however faint.

    said          ......伊 藤 さ ん......
    other         ,.,..,,.,,.,,,,..,.,.,,,    at its own noise: inaudible, until it is amplified
    correlation   ----------|-------------    at one delay greater than chance allows

Any level can be amplified, so whether a copy can be recovered depends on the noise around it.  The other
channel is therefore taken where it carries only its own noise (the level of its quietest tenth, per
frequency), whitened, and correlated with the speech at every delay.  With noise that is independent of the
speech the size of the correlation is bounded, whatever the speech is: a sum divided by the root of the sum of
its squares exceeds z in less than ``2 exp(-z²/2)`` of cases when the signs are independent (Hoeffding 1963,
JASA 58; Efron 1969, JASA 64). Where both are autocorrelated, its variance grows by the sum of the products of
the autocorrelations (Bartlett 1935, JRSS 98).  A line's echo spreads over a few milliseconds (ITU-T G.168,
annex D), so a least-squares fit of that many taps is tested as well; under chance it is chi-squared, bounded
after Chernoff.  Each band is also tested alone, because a line may pass only one band of a copy.

Sound that is alike at any delay (hum) is no copy, so the correlation is compared with that at delays without
an echo.  Other sound common to both channels (the same music, the same room) cannot be told from a copy, and
is masked with it where the other channel has nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RATE: Final = 8000
"""Samples per second of all sounds in this module: the telephone band lies below half of it."""

MAX_ECHO_LAG_SECONDS: Final = 0.3
"""Greatest delay or lead of an echo; satellite and packet lines stay below (ITU-T G.131)."""

REFERENCE_SECONDS: Final = 0.8
"""Range of delays beyond ``MAX_ECHO_LAG_SECONDS``, which hold no echo, for comparison."""

MOMENT_SECONDS: Final = 0.032
"""Length over which a level is measured."""

MAX_NOISE_RATIO: Final = 4.0
"""Multiple of its noise power (6 dB) up to which a channel carries only noise: 32 ms of noise in the
telephone band have 200 degrees of freedom, and never fluctuate that much."""

SPEECH_POWER: Final = (32768 * 10 ** (-38 / 20)) ** 2
"""Power of -38 dBFS, from which a frame counts as speech: no line's noise is louder."""

FALSE_ALARM_RATE: Final = 1e-3
"""Share of stretches of unrelated noise in which a copy is found.  With twenty stretches in a call that is
one call in fifty, and costs little: only noise is then masked."""

_BANDS: Final = ((200.0, 3400.0), (200.0, 900.0), (900.0, 1900.0), (1900.0, 3400.0))  # hertz
_ECHO_TAPS: Final = 32  # samples: 4 ms, in which a hybrid's echo has most of its energy
# Lags of one product: their block stays in the cache, and BLAS takes no second thread for it.
_LAGS_AT_ONCE: Final = 256
_TEST_COUNT: Final = len(_BANDS) + 1
_FRAME_SAMPLES: Final = 256  # samples of a spectrum's frame
_NOISE_PERCENTILE: Final = 10  # percentile of the frames' power taken as the noise
_MEMORY_SAMPLES: Final = 400  # samples: 50 ms of autocorrelation, several periods of any voice
_SMALLEST_STEPS: Final = {
    "pcm16": 1.0,
    "mulaw": 8.0,
    "alaw": 16.0,
}  # smallest quantisation step of each law, ITU-T G.711
# Least ratio to the correlation at delays without an echo.  In noise that correlation is half of the
# threshold;
# where a pause still holds some voice, two voices correlate at many delays.
_MIN_REFERENCE_RATIO: Final = 2.0
_TINY: Final = 1e-12
_MIN_VARIANCE_SHARE: Final = 0.1  # of the largest variance: a lag at which fewer samples meet proves nothing
_MIN_SECONDS: Final = 0.1  # sums of fewer samples are not close to a normal distribution


@dataclass(frozen=True, slots=True)
class Floor:
    """A channel's own noise.

    Attributes:
        whitening: Gains from 0 Hz to half of ``RATE`` that make the noise white, with power one.
    """

    whitening: Array

    def white(self, sound: Array, band: tuple[float, float] = _BANDS[0]) -> Array:
        """Whiten a sound by this noise and limit it to one band."""
        return next(self.white_bands(sound, (band,)))

    def white_bands(self, sound: Array, bands: Iterable[tuple[float, float]] = _BANDS) -> Iterator[Array]:
        """Whiten a sound by this noise, and limit it to each band."""
        size = 1 << max(1, len(sound) - 1).bit_length()
        hertz = np.fft.rfftfreq(size, 1 / RATE)
        gains = np.interp(hertz, np.linspace(0, RATE / 2, len(self.whitening)), self.whitening)
        white = np.fft.rfft(sound, size) * gains
        for low, high in bands:
            within = np.where((hertz >= low) & (hertz < high), white, 0)
            yield np.asarray(np.fft.irfft(within, size)[: len(sound)])


def floor_of(sound: Array, law: str) -> Floor:
    """Estimate a channel's own noise where it is quietest.

    Args:
        sound: Some seconds of the channel, at ``RATE``.
        law: Its encoding, one of ``g711.LAWS``; the noise is at least its smallest step.
    """
    size = max(len(sound), _FRAME_SAMPLES)
    padded = np.pad(sound, (0, size - len(sound)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME_SAMPLES)[:: _FRAME_SAMPLES // 2]
    taper = np.hanning(_FRAME_SAMPLES)
    spectra = np.square(np.abs(np.fft.rfft(frames * taper, axis=1))) / float(np.square(taper).sum())
    power = spectra.sum(axis=1)
    # Digital silence between words says nothing about the noise.
    live = power > 0
    least = np.full(spectra.shape[1], _SMALLEST_STEPS[law] ** 2)
    if live.any():
        quiet = live & (power <= MAX_NOISE_RATIO * float(np.percentile(power[live], _NOISE_PERCENTILE)))
        least = np.maximum(least, spectra[quiet].mean(axis=0))
    return Floor(1 / np.sqrt(least))


def _moments(sound: Array) -> Array:
    """Return the mean power in ``MOMENT_SECONDS`` around each sample."""
    width = round(MOMENT_SECONDS * RATE)
    sums = np.concatenate(([0.0], np.cumsum(np.square(sound))))
    at = np.arange(len(sound))
    low, high = np.maximum(0, at - width // 2), np.minimum(len(sound), at + width - width // 2)
    return np.asarray((sums[high] - sums[low]) / np.maximum(1, high - low))


def only_noise(sound: Array, floor: Floor) -> npt.NDArray[np.bool_]:
    """Mark the samples at which a channel carries only its own noise, also for a moment on each side."""
    width = round(MOMENT_SECONDS * RATE)
    loud = (_moments(floor.white(sound)) > MAX_NOISE_RATIO) | (_moments(sound) > SPEECH_POWER)
    counted = np.concatenate(([0], np.cumsum(loud)))
    at = np.arange(len(sound))
    near = counted[np.minimum(len(sound), at + width + 1)] - counted[np.maximum(0, at - width)]
    return np.asarray(near == 0)


def find_copy(said: Array, other: Array, floor: Floor) -> int | None:
    """Find a copy of a sound in the noise of another channel.

    Args:
        said: The sound, at ``RATE``.
        other: The other channel at the same time, with ``MAX_ECHO_LAG_SECONDS + REFERENCE_SECONDS`` more on
            each side.
        floor: The other channel's own noise.

    Returns:
        Delay of the copy in samples, negative where it leads; ``None`` where no correlation exceeds chance.
    """
    reach, beside = round(MAX_ECHO_LAG_SECONDS * RATE), round(REFERENCE_SECONDS * RATE)
    margin = reach + beside
    if len(said) < _MIN_SECONDS * RATE or len(other) != len(said) + 2 * margin:
        return None
    free = only_noise(other, floor)
    near = np.abs(np.arange(-margin, margin + 1)) <= reach
    best: tuple[float, int] | None = None
    sounds = zip(_BANDS, floor.white_bands(said), floor.white_bands(other), strict=True)
    for band, one, two in sounds:
        alike = _correlate(one, np.where(free, two, 0))
        for taps in (1, _ECHO_TAPS) if band is _BANDS[0] else (1,):
            score = alike.of(taps)
            here, there = np.where(near, score, 0), np.where(near, 0, score)
            at = int(np.argmax(here))
            needed = max(_threshold(taps, 2 * reach + 1), _MIN_REFERENCE_RATIO * float(there.max()))
            if here[at] > needed and (best is None or here[at] / needed > best[0]):
                best = here[at] / needed, at - margin
    return None if best is None else best[1]


@dataclass(frozen=True, slots=True)
class _Correlation:
    """Correlation at each lag, its variance under chance, and the sound's autocorrelation."""

    common: Array
    chance: Array
    own: Array

    def of(self, taps: int) -> Array:
        """Return the statistic of a least-squares fit of ``taps`` taps at each lag; chi-squared by chance."""
        if taps == 1:
            return np.asarray(np.square(self.common) / self.chance)
        distance = np.abs(np.subtract.outer(np.arange(taps), np.arange(taps)))
        own = self.own[distance] / max(self.own[0], _TINY) + 0.01 * np.eye(taps)
        beside = np.lib.stride_tricks.sliding_window_view(np.pad(self.common, (0, taps - 1)), taps)
        # Inverted once for all lags: it is small, and what is added to its diagonal keeps it regular.
        apart = np.linalg.inv(np.linalg.cholesky(own)).T
        explained = np.concatenate(
            [
                np.square(beside[at : at + _LAGS_AT_ONCE] @ apart).sum(axis=1)
                for at in range(0, len(beside), _LAGS_AT_ONCE)
            ]
        )
        # The largest variance among the taps: they differ where free moments begin or end.
        return np.asarray(explained / _largest(np.pad(self.chance, (0, taps - 1), "edge"), taps))


def _largest(values: Array, width: int) -> Array:
    """Return the largest of each ``width`` values that follow each other."""
    done = 1
    while done < width:
        step = min(done, width - done)
        values = np.maximum(values[:-step], values[step:])
        done += step
    return values


def _correlate(one: Array, two: Array) -> _Correlation:
    lags = len(two) - len(one) + 1
    size = 1 << (len(two) - 1).bit_length()
    first, second = np.fft.rfft(one, size), np.fft.rfft(two, size)

    def back(spectrum: npt.NDArray[np.complex128]) -> Array:
        return np.asarray(np.fft.irfft(spectrum, size))

    powers = np.conj(np.fft.rfft(np.square(one), size)), np.fft.rfft(np.square(two), size)
    chance = back(powers[0] * powers[1])[:lags]
    own, of_other = (back(np.square(np.abs(each)) + 0j)[:_MEMORY_SAMPLES] for each in (first, second))
    # Autocorrelation, also that of a narrow band, reduces the number of independent samples.
    together = float(own @ of_other) / (float(own[0] * of_other[0]) + _TINY)
    chance *= max(1.0, 2 * together - 1)
    # A lag at which the other channel has hardly any noise alone proves nothing.
    chance = np.maximum(chance, _MIN_VARIANCE_SHARE * float(chance.max()) + _TINY)
    return _Correlation(back(np.conj(first) * second)[:lags], chance, own[:_ECHO_TAPS])


@lru_cache(maxsize=8)
def _threshold(taps: int, lags: int) -> float:
    """Return the statistic that chance exceeds at any lag, in any test, with ``FALSE_ALARM_RATE``."""
    log = math.log(2 * lags * _TEST_COUNT / FALSE_ALARM_RATE)
    if taps == 1:
        return 2 * log
    # Chernoff: P(chi² of k > r k) <= exp(-(k / 2) (r - 1 - ln r)), r > 1.
    ratio = 1.0 + 2 * log / taps
    for _ in range(60):
        ratio = 1 + 2 * log / taps + math.log(ratio)
    return ratio * taps
