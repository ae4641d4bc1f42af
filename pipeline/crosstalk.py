"""On which channels of a two-channel call is something said heard?

    caller's channel    ..... 伊 藤 さ ん .....
    operator's channel  .......(伊 藤 さ ん)...     later and quieter: the line's echo, a speaker
                                                   phone, or a codec that folds two channels into one

A name silenced on the speaker's channel alone would stay audible on the other.  Whether it is
there is measured, not assumed: two channels that carry the same sound agree in phase at one
delay, over all frequencies of the telephone band; two people speaking do not.  An echo that drowns
in what else sounds there, so that nothing of it can be understood, is not heard: to silence it would
take what is said over it.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio import Recording, to_samples
from pipeline.types import TimeSpan

__all__ = ["heard_on"]

_BAND: Final = (200.0, 3400.0)  # hertz: what a telephone passes
_LATEST: Final = 0.3  # seconds that an echo may lag; satellite and packet lines stay below
_CONTEXT: Final = 1.0  # seconds on each side: the path is the same a moment earlier and later
# Agreement of unrelated signals of n samples is about 1 / sqrt(n) at any one delay, and at the
# best of all delays 3 to 5 times that.  Of 360 made pairs of unrelated telephone speech 1 in 70
# exceeded 9; of echoes 20 dB down without other speech over them 9 in 10 do.
_AGREEMENT: Final = 9.0
# What is common to both channels must be this loud on the other to be heard at all (int16 RMS).
_AUDIBLE: Final = 32768 * 10 ** (-70 / 20)
# Under other sound nothing of speech is understood in a band where its level lies 15 dB below that, and all
# of it where it lies 15 dB above; what each band counts for is given (Speech Intelligibility Index, octave
# bands, ANSI S3.5-1997, table 4; of the last the telephone passes the beginning, and all of it is counted).
# Where the other sound comes and goes the share is worked out moment by moment and averaged (Rhebergen and
# Versfeld 2005, JASA 117).
_BELOW: Final = 15.0
_RANGE: Final = 30.0
_OCTAVES: Final = (177.0, 354.0, 707.0, 1414.0, 2828.0, 3400.0)  # hertz: edges of the bands
_COUNTS: Final = (0.0617, 0.1671, 0.2373, 0.2648, 0.2142)
# Up to here speech in the next room is confidential (articulation index, ASTM E1130).
_CONFIDENTIAL: Final = 0.05
_MOMENT: Final = 0.032  # seconds


def heard_on(recording: Recording, time: TimeSpan, channels: tuple[int, ...]) -> tuple[int, ...]:
    """Add the channels on which the sound of these channels is heard as well.

    Args:
        recording: The call.
        time: The stretch in question.
        channels: Where it was said.

    Returns:
        ``channels`` and every other one that carries the same sound there, ascending.
    """
    found = set(channels)
    for other in range(recording.channels):
        if other not in found and any(_carries(recording, time, said, other) for said in channels):
            found.add(other)
    return tuple(sorted(found))


def _carries(recording: Recording, time: TimeSpan, said: int, other: int) -> bool:
    near = TimeSpan(max(0.0, time.start - _CONTEXT), time.end + _CONTEXT)
    for span in (time, near):
        start, end = to_samples(span, recording.rate, recording.length)
        one, two = (recording.samples[channel, start:end].astype(np.float64) for channel in (said, other))
        if _same_sound(one - one.mean(), two - two.mean(), recording.rate) if end > start else False:
            return True
    return False


def _same_sound(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64], rate: int) -> bool:
    """Whether ``two`` holds ``one`` at some delay, audibly and beyond chance."""
    reach = min(round(_LATEST * rate), len(one) - 1)
    size = 1 << (len(one) + reach).bit_length()
    first, second = np.fft.rfft(one, size), np.fft.rfft(two, size)
    cross = second * np.conj(first)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    band = (hertz > _BAND[0]) & (hertz < _BAND[1])
    phase = np.where(band, cross / np.maximum(np.abs(cross), 1e-9), 0)
    # Two-sided spectrum: each bin of the band counts twice.
    agreement = _lags(np.fft.irfft(phase, size), reach) * size / (2 * np.count_nonzero(band))
    at = int(np.argmax(np.abs(agreement)))
    if abs(agreement[at]) * np.sqrt(len(one)) < _AGREEMENT:
        return False
    # How much of the other channel is this sound: its projection at that delay.
    power = float(np.square(one).sum())
    common = float(_lags(np.fft.irfft(cross, size), reach)[at]) / power if power else 0.0
    if abs(common) * np.sqrt(power / len(one)) <= _AUDIBLE:
        return False
    echo = common * _delayed(one, at - reach)
    return _understood(echo, two - echo, rate) > _CONFIDENTIAL


def _delayed(sound: npt.NDArray[np.float64], late: int) -> npt.NDArray[np.float64]:
    """Sound so many samples later, or earlier below zero, of the same length."""
    out = np.zeros(len(sound))
    out[max(0, late) : len(sound) + min(0, late)] = sound[max(0, -late) : len(sound) - max(0, late)]
    return out


def _understood(speech: npt.NDArray[np.float64], other: npt.NDArray[np.float64], rate: int) -> float:
    """How much of speech may be understood under other sound: 0 nothing, about 1 all."""
    levels, noise = _levels(speech, rate).mean(axis=0), _levels(other, rate)
    above = 10 * np.log10((levels + 1e-9) / (noise + 1e-9))
    return float(np.clip((above + _BELOW) / _RANGE, 0, 1).mean(axis=0) @ np.array(_COUNTS))


def _levels(sound: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """Power of each moment in each band, shape (moments, bands); one moment of what is shorter."""
    size = min(len(sound), round(_MOMENT * rate))
    framed = sound[: len(sound) // size * size].reshape(-1, size)
    spectra = np.square(np.abs(np.fft.rfft(framed * np.hanning(size), axis=1)))
    hertz = np.fft.rfftfreq(size, 1 / rate)
    bands = [(hertz >= low) & (hertz < high) for low, high in itertools.pairwise(_OCTAVES)]
    return np.stack([spectra[:, band].sum(axis=1) for band in bands], axis=1)


def _lags(correlation: npt.NDArray[np.float64], reach: int) -> npt.NDArray[np.float64]:
    """Delays from ``-reach`` to ``reach`` of a circular correlation."""
    return np.concatenate([correlation[-reach:], correlation[: reach + 1]]) if reach else correlation[:1]
