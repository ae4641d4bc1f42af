"""On which channels of a two-channel call is something said heard, and until when?

    caller's channel    ..... 伊 藤 さ ん .....
    operator's channel  .......(伊 藤 さ ん)...     later and quieter: the line's echo, a speaker
                                                   phone, or a codec that folds two channels into one
    masked on both            |-----------|

A name silenced on the speaker's channel alone would stay audible on the other.  Whether it is
there is measured, not assumed, and no level counts, because any level can be turned up:

- Where the other channel carries nothing but its own noise, what can be found in it by correlation can be
  raised from it, and is masked (``pipeline.masking.faint_copy``, which says how often chance is taken for a
  copy).
- Where it carries more, two channels that carry the same sound agree in phase at one delay, over all
  frequencies of the telephone band; two people speaking do not.  An echo that drowns in what else sounds
  there, so that nothing of it can be understood, is not heard: to silence it would take what is said over it.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.recording import Recording, to_samples
from pipeline.hearing.clips import Audio
from pipeline.masking.faint_copy import LATEST, RATE, REFERENCE, Floor, find_copy, floor_of, free_of_others
from pipeline.types import TimeSpan

__all__ = ["carried", "heard_on", "left_on"]

Array = npt.NDArray[np.float64]

_BAND: Final = (200.0, 3400.0)  # hertz: what a telephone passes
_CONTEXT: Final = 1.0  # seconds on each side: the path is the same a moment earlier and later
_QUIET_WITHIN: Final = 10.0  # seconds on each side in which a channel is at its own noise for a moment
# Seconds at its own noise from which a channel holds something that could be understood: what is shorter is
# no intelligible word (``MaskPolicy.merge_gap``).  Of what is shorter itself, half.
_LEAST_FREE: Final = 0.15
# Agreement of unrelated signals of n samples is about 1 / sqrt(n) at any one delay, and at the
# best of all delays 3 to 5 times that.  Of 360 made pairs of unrelated telephone speech 1 in 70
# exceeded 9; of echoes 20 dB down without other speech over them 9 in 10 do.
_AGREEMENT: Final = 9.0
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
    return carried(recording, time, channels)[0]


def carried(
    recording: Recording, time: TimeSpan, channels: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[tuple[int, float], ...]]:
    """As ``heard_on``, and how much later it sounds there.

    Args:
        recording: The call.
        time: The stretch in question.
        channels: Where it was said.

    Returns:
        The channels, ascending; and of each that carries an echo, its index and the seconds by which it
        sounds later there (negative: earlier).
    """
    found, echo = set(channels), []
    for other in range(recording.channels):
        if other in found:
            continue
        lags = (_lag((recording, said), (recording, other), time) for said in channels)
        late = next((lag for lag in lags if lag is not None), None)
        if late is not None:
            found.add(other)
            echo.append((other, round(late, 3)))
    return tuple(sorted(found)), tuple(echo)


def left_on(original: Recording, masked: Audio, time: TimeSpan, channels: tuple[int, ...]) -> tuple[int, ...]:
    """On which channels of the product something is still heard that was masked on others.

    Args:
        original: The call.
        masked: The product, of the same shape.
        time: What was masked.
        channels: On which channels.

    Returns:
        The others that carry it, ascending.
    """
    others = (other for other in range(original.channels) if other not in channels)
    return tuple(
        other
        for other in others
        if any(_lag((original, said), (masked, other), time) is not None for said in channels)
    )


Line = tuple[Audio, int]
"""A channel of a recording."""


def _lag(said: Line, other: Line, time: TimeSpan) -> float | None:
    """Seconds by which one channel carries a stretch of another late; ``None`` where it does not."""
    call = said[0]
    if time.duration == 0 or to_samples(time, call.rate, call.length)[0] >= call.length:
        return None
    wide = _cut(other, time, _QUIET_WITHIN)
    if not wide.any():
        return None
    floor = floor_of(wide, call.law)
    for around in (0.0, _CONTEXT):
        # Within the call: silence beyond its ends would be where everything is heard.
        span = TimeSpan(max(0.0, time.start - around), min(call.length / call.rate, time.end + around))
        one = _cut(said, span, 0.0)
        late = _found_in_noise(one, other, (time, span), floor)
        if late is None:
            late = _same_sound(one - one.mean(), _like(_cut(other, span, 0.0), one))
        if late is not None:
            return late / RATE
    return None


def _found_in_noise(one: Array, other: Line, where: tuple[TimeSpan, TimeSpan], floor: Floor) -> int | None:
    """Samples by which the noise of another channel holds a stretch late, if enough of it is noise."""
    time, span = where
    margin = LATEST + REFERENCE
    two = _like(_cut(other, span, margin), np.zeros(len(one) + 2 * round(margin * RATE)))
    late = find_copy(one, two, floor)
    if late is None:
        return None
    begin = round((time.start - span.start + margin) * RATE) + late
    there = free_of_others(two, floor)[begin : begin + round(time.duration * RATE)]
    least = min(_LEAST_FREE, time.duration / 2)
    return late if np.count_nonzero(there) >= least * RATE else None


def _like(sound: Array, model: Array) -> Array:
    """As long as another, which differs by what rounding makes."""
    out = np.zeros(len(model))
    size = min(len(sound), len(model))
    out[:size] = sound[:size]
    return out


def _cut(line: Line, time: TimeSpan, around: float) -> Array:
    """A stretch of a channel with some seconds on each side, silent beyond the call, at ``RATE``."""
    recording, channel = line
    rate, length = recording.rate, recording.length
    start, end = round((time.start - around) * rate), round((min(time.end, length / rate) + around) * rate)
    end = max(end, start + 1)
    first, last = max(0, start), min(length, end)
    sound = np.zeros(end - start)
    if first < last:
        sound[first - start : last - start] = recording.samples[channel, first:last]
    if rate == RATE:
        return sound
    # What is cut off by the ends of a stretch lies above the telephone's band, or at its very edges.
    size = max(1, round(len(sound) * RATE / rate))
    return np.asarray(np.fft.irfft(np.fft.rfft(sound)[: size // 2 + 1], size) * (size / len(sound)))


def _same_sound(one: Array, two: Array) -> int | None:
    """Samples by which ``two`` holds ``one`` late, beyond chance and to be understood; ``None`` if not."""
    two = two - two.mean()
    reach = min(round(LATEST * RATE), len(one) - 1)
    size = 1 << (len(one) + reach).bit_length()
    first, second = np.fft.rfft(one, size), np.fft.rfft(two, size)
    cross = second * np.conj(first)
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    band = (hertz > _BAND[0]) & (hertz < _BAND[1])
    phase = np.where(band, cross / np.maximum(np.abs(cross), 1e-9), 0)
    # Two-sided spectrum: each bin of the band counts twice.
    agreement = _lags(np.fft.irfft(phase, size), reach) * size / (2 * np.count_nonzero(band))
    at = int(np.argmax(np.abs(agreement)))
    power = float(np.square(one).sum())
    if abs(agreement[at]) * np.sqrt(len(one)) < _AGREEMENT or power == 0:
        return None
    # How much of the other channel is this sound: its projection at that delay.
    common = float(_lags(np.fft.irfft(cross, size), reach)[at]) / power
    echo = common * _delayed(one, at - reach)
    return at - reach if _understood(echo, two - echo, RATE) > _CONFIDENTIAL else None


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
