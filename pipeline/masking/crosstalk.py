"""Find the channels of a two-channel call on which a stretch of speech is audible, and with what delay.

    caller's channel    ..... 伊 藤 さ ん .....
    operator's channel  .......(伊 藤 さ ん)...     later and quieter: the line's echo, a speaker
                                                   phone, or a codec that folds two channels into one
    masked on both            |-----------|

A name silenced on the speaker's channel alone could stay audible on the other, so a copy is searched for
there.  No threshold on the level is used, because any level can be amplified:

- Where the other channel carries only its own noise, a copy that correlation finds can be recovered, and is
  masked (``pipeline.masking.faint_copy``, which bounds the rate of false alarms).
- Where it carries more, a copy agrees in phase at one delay over the whole telephone band; two people
    speaking do
  not.  An echo that is unintelligible under other sound stays: masking it would remove that other speech.
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.recording import Recording, to_samples
from pipeline.hearing.clips import Audio
from pipeline.masking.faint_copy import (
    MAX_ECHO_LAG_SECONDS,
    RATE,
    REFERENCE_SECONDS,
    Floor,
    find_copy,
    floor_of,
    only_noise,
)
from pipeline.types import TimeSpan

Array = npt.NDArray[np.float64]

_BAND_HERTZ: Final = (200.0, 3400.0)  # what a telephone passes
_PATH_CONTEXT_SECONDS: Final = 1.0  # on each side: the echo path does not change within a moment
_NOISE_CONTEXT_SECONDS: Final = 10.0  # on each side: somewhere in it the channel is at its own noise
# A copy counts where the channel carries only its own noise for at least this long: a shorter copy is no
# intelligible word (``MaskPolicy.merge_gap``).  For a shorter entity half its length suffices.
MIN_COPY_SECONDS: Final = 0.15
# Least phase agreement, in units of 1 / sqrt(n).  Unrelated signals of n samples reach about 1 at a given
# delay and 3 to 5 at the best of all delays.  Of 360 made pairs of unrelated telephone speech 1 in 70
# exceeded 9; of echoes 20 dB down without other speech over them 9 in 10 do.
_MIN_AGREEMENT: Final = 9.0
# Speech Intelligibility Index (ANSI S3.5-1997, octave bands, table 4): in a band where speech lies 15 dB
# below the other sound nothing of it is understood, 15 dB above it all; each band has a weight.  A telephone
# passes only the start of the last band, which counts fully.  Where the other sound fluctuates, the index
# is computed moment by moment and averaged (Rhebergen and Versfeld 2005, JASA 117).
_INAUDIBLE_DB: Final = 15.0
_AUDIBLE_RANGE_DB: Final = 30.0
_OCTAVE_EDGES_HERTZ: Final = (177.0, 354.0, 707.0, 1414.0, 2828.0, 3400.0)  # edges of the bands
_BAND_WEIGHTS: Final = (0.0617, 0.1671, 0.2373, 0.2648, 0.2142)
# Up to this index speech in the next room counts as confidential (ASTM E1130).
_MAX_CONFIDENTIAL_INDEX: Final = 0.05
_MOMENT_SECONDS: Final = 0.032  # seconds


def audible_channels(recording: Recording, time: TimeSpan, channels: tuple[int, ...]) -> tuple[int, ...]:
    """Add the channels on which the same sound is audible.

    Args:
        recording: The call.
        time: The stretch.
        channels: Channels on which it was said.

    Returns:
        ``channels`` and every other channel with a copy of the sound, ascending.
    """
    return channels_and_echo(recording, time, channels)[0]


def channels_and_echo(
    recording: Recording, time: TimeSpan, channels: tuple[int, ...]
) -> tuple[tuple[int, ...], tuple[tuple[int, float], ...]]:
    """Find the channels with a copy of a stretch, and the delay of each copy.

    Args:
        recording: The call.
        time: The stretch.
        channels: Channels on which it was said.

    Returns:
        The channels including ``channels``, ascending; and for each copy its channel and its delay in seconds
        (negative: early).
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


def copies_left(
    original: Recording, masked: Audio, time: TimeSpan, channels: tuple[int, ...]
) -> tuple[tuple[int, TimeSpan], ...]:
    """Find copies of a masked stretch on the channels of the masked copy where it is not masked itself.

    Args:
        original: The call.
        masked: The masked copy, of the same shape.
        time: The masked stretch.
        channels: Channels on which it is masked.

    Returns:
        Each other channel that holds a copy, ascending, and when it sounds there: later or earlier by the
        delay.  The delay may be that of what is said around, so another mask may lie over that time.
    """
    copies = []
    for other in (other for other in range(original.channels) if other not in channels):
        lags = (_lag((original, said), (masked, other), time) for said in channels)
        late = next((lag for lag in lags if lag is not None), None)
        if late is not None:
            copies.append((other, TimeSpan(max(0.0, time.start + late), max(0.0, time.end + late))))
    return tuple(copies)


Line = tuple[Audio, int]
"""Recording and index of a channel."""


def _lag(said: Line, other: Line, time: TimeSpan) -> float | None:
    """Return the delay in seconds of a stretch on another channel; ``None`` without a copy there."""
    call = said[0]
    if time.duration == 0 or to_samples(time, call.rate, call.length)[0] >= call.length:
        return None
    wide = _cut(other, time, _NOISE_CONTEXT_SECONDS)
    if not wide.any():
        return None
    floor = floor_of(wide, call.law)
    for around in (0.0, _PATH_CONTEXT_SECONDS):
        # Stay within the call: any sound would seem to be a copy in the silence beyond its ends.
        span = TimeSpan(max(0.0, time.start - around), min(call.length / call.rate, time.end + around))
        one = _cut(said, span, 0.0)
        late = _found_in_noise(one, other, (time, span), floor)
        if late is None:
            late = _same_sound(one - one.mean(), _like(_cut(other, span, 0.0), one))
        if late is not None:
            return late / RATE
    return None


def _found_in_noise(one: Array, other: Line, where: tuple[TimeSpan, TimeSpan], floor: Floor) -> int | None:
    """Return the delay in samples of a copy in the other channel's noise, where enough of it is noise."""
    time, span = where
    margin = MAX_ECHO_LAG_SECONDS + REFERENCE_SECONDS
    two = _like(_cut(other, span, margin), np.zeros(len(one) + 2 * round(margin * RATE)))
    late = find_copy(one, two, floor)
    if late is None:
        return None
    begin = round((time.start - span.start + margin) * RATE) + late
    there = only_noise(two, floor)[begin : begin + round(time.duration * RATE)]
    least = min(MIN_COPY_SECONDS, time.duration / 2)
    return late if np.count_nonzero(there) >= least * RATE else None


def _like(sound: Array, model: Array) -> Array:
    """Cut or pad a sound to another's length, from which it differs by rounding."""
    out = np.zeros(len(model))
    size = min(len(sound), len(model))
    out[:size] = sound[:size]
    return out


def _cut(line: Line, time: TimeSpan, around: float) -> Array:
    """Return a stretch of a channel with ``around`` seconds on each side, at ``RATE``, zero-padded."""
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
    # FFT resampling: its artefacts lie above the telephone band or at the very ends of the stretch.
    size = max(1, round(len(sound) * RATE / rate))
    return np.asarray(np.fft.irfft(np.fft.rfft(sound)[: size // 2 + 1], size) * (size / len(sound)))


def _same_sound(one: Array, two: Array) -> int | None:
    """Return the delay in samples at which ``two`` holds ``one`` intelligibly, or ``None``."""
    two = two - two.mean()
    reach = min(round(MAX_ECHO_LAG_SECONDS * RATE), len(one) - 1)
    size = 1 << (len(one) + reach).bit_length()
    first, second = np.fft.rfft(one, size), np.fft.rfft(two, size)
    cross = second * np.conj(first)
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    band = (hertz > _BAND_HERTZ[0]) & (hertz < _BAND_HERTZ[1])
    bins = np.count_nonzero(band)
    if not bins:
        return None  # a few samples have no band that could agree
    phase = np.where(band, cross / np.maximum(np.abs(cross), 1e-9), 0)
    # Two-sided spectrum: each bin of the band counts twice.
    agreement = _lags(np.fft.irfft(phase, size), reach) * size / (2 * bins)
    at = int(np.argmax(np.abs(agreement)))
    power = float(np.square(one).sum())
    if abs(agreement[at]) * np.sqrt(len(one)) < _MIN_AGREEMENT or power == 0:
        return None
    # The amplitude of the sound in the other channel: its projection at that delay.
    common = float(_lags(np.fft.irfft(cross, size), reach)[at]) / power
    echo = common * _delayed(one, at - reach)
    return at - reach if _understood(echo, two - echo, RATE) > _MAX_CONFIDENTIAL_INDEX else None


def _delayed(sound: npt.NDArray[np.float64], late: int) -> npt.NDArray[np.float64]:
    """Shift a sound by a number of samples (earlier below zero); same length."""
    out = np.zeros(len(sound))
    out[max(0, late) : len(sound) + min(0, late)] = sound[max(0, -late) : len(sound) - max(0, late)]
    return out


def _understood(speech: npt.NDArray[np.float64], other: npt.NDArray[np.float64], rate: int) -> float:
    """Return the intelligibility index of speech under other sound: 0 nothing, about 1 all."""
    levels, noise = _levels(speech, rate).mean(axis=0), _levels(other, rate)
    above = 10 * np.log10((levels + 1e-9) / (noise + 1e-9))
    return float(
        np.clip((above + _INAUDIBLE_DB) / _AUDIBLE_RANGE_DB, 0, 1).mean(axis=0) @ np.array(_BAND_WEIGHTS)
    )


def _levels(sound: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """Return the power of each moment in each band, shape (moments, bands); a short sound is one moment."""
    size = min(len(sound), round(_MOMENT_SECONDS * rate))
    framed = sound[: len(sound) // size * size].reshape(-1, size)
    spectra = np.square(np.abs(np.fft.rfft(framed * np.hanning(size), axis=1)))
    hertz = np.fft.rfftfreq(size, 1 / rate)
    bands = [(hertz >= low) & (hertz < high) for low, high in itertools.pairwise(_OCTAVE_EDGES_HERTZ)]
    return np.stack([spectra[:, band].sum(axis=1) for band in bands], axis=1)


def _lags(correlation: npt.NDArray[np.float64], reach: int) -> npt.NDArray[np.float64]:
    """Return the delays from ``-reach`` to ``reach`` of a circular correlation."""
    return np.concatenate([correlation[-reach:], correlation[: reach + 1]]) if reach else correlation[:1]
