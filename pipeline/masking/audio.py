"""Apply a plan to sound: replace masked samples by a tone computed from constants alone.

    item times    |--a--|      |--b--| |--c--|          (c follows b within merge_gap)
    windows       |==1==|      |======2======|
    result     ...|~tone|......|~~~~~tone~~~~|.......   (. bit-identical to the input)

Samples are replaced, never faded, scaled or overlaid: speech could be recovered from those.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.audio.g711 import quantise
from pipeline.audio.recording import to_samples
from pipeline.audio.spans import Spans, merged, minus, union
from pipeline.audio.stored import StoredSamples
from pipeline.errors import CallUnsafeError
from pipeline.types import MaskAction, MaskItem, MaskPlan

Samples = npt.NDArray[np.int16]

# Broadcasting uses a 1 kHz tone for this.  It passes every telephone codec and has a
# whole number of samples per period at 8, 16, 32 and 48 kHz.
_TONE_HERTZ: Final = 1000.0
# -20 dBFS: below speech, so that a listener is not startled; far above the -38 dBFS from
# which an evaluation counts a frame as speech.
_TONE_DBFS: Final = -20.0
_BLOCK_SAMPLES: Final = 1 << 20  # samples of a channel that are masked at once
_EDGE_SECONDS: Final = 0.005  # a raised cosine this long makes no click


def kept_by_decision(plan: MaskPlan, channel: int) -> tuple[MaskItem, ...]:
    """Return the items on a channel that a person decided to keep; no gap between masks covers them."""
    return tuple(
        item
        for item in plan.items
        if item.decided and item.action is MaskAction.KEEP and channel in item.channels
    )


def masked_windows(plan: MaskPlan, channel: int, rate: int, length: int) -> tuple[tuple[int, int], ...]:
    """Compute the sample ranges of one channel that the plan replaces.

    Args:
        plan: The plan.
        channel: Index of the channel.
        rate: Samples per second.
        length: Samples in the channel.

    Returns:
        Half-open sample ranges, ordered, disjoint, not empty, within ``[0, length)``.  Masks closer
        than ``plan.policy.merge_gap`` are joined, unless a person decided to keep what lies between.
    """
    spans = [
        to_samples(item.time_on(channel), rate, length) for item in plan.masked if channel in item.channels
    ]
    kept = [to_samples(item.time, rate, length) for item in kept_by_decision(plan, channel)]
    joined = merged(spans, plan.policy.merge_gap * rate, kept)
    return tuple((int(start), int(end)) for start, end in joined)


def newly_audible(then: MaskPlan, now: MaskPlan, shape: tuple[int, int], rate: int) -> Spans:
    """Find the stretches that an earlier plan masks and a later one does not.

    A listener of the earlier masked copy has not heard them.

    Args:
        then: The earlier plan.
        now: The later plan.
        shape: (channels, samples) of the call.
        rate: Samples per second.

    Returns:
        Stretches in seconds, on any channel.
    """
    channels, size = shape
    opened = []
    for channel in range(channels):
        before, after = (masked_windows(plan, channel, rate, size) for plan in (then, now))
        opened.append([(a / rate, b / rate) for a, b in minus(before, after)])
    return union(*opened)


def fill(length: int, rate: int, kind: str, law: str) -> Samples:
    """Compute the samples of a masked window, from these four arguments alone.

    Args:
        length: Samples wanted.
        rate: Samples per second.
        kind: ``"tone"`` (1 kHz at -20 dBFS with an edge of 5 ms) or ``"silence"``.
        law: One of ``g711.LAWS``; the result holds only values that the law can write.
            A-law has no zero, so its silence is a constant 8.

    Returns:
        int16, shape (length,).

    Raises:
        ValueError: when ``kind`` is neither.
    """
    if kind == "silence":
        wave = np.zeros(length, np.int16)
    elif kind == "tone":
        wave = _tone(length, rate)
    else:
        msg = f"not a fill: {kind!r}"
        raise ValueError(msg)
    return quantise(wave, law)


def _tone(length: int, rate: int) -> Samples:
    # The phase restarts every second: exact at any length, and no large sine argument.
    wave = np.resize(_second_of_tone(rate), length)
    width = min(round(_EDGE_SECONDS * rate), length // 2)
    if width:
        edge = 0.5 - 0.5 * np.cos(math.pi * (np.arange(width) + 0.5) / width)
        wave[:width] = np.rint(wave[:width] * edge)
        wave[-width:] = np.rint(wave[-width:] * edge[::-1])
    return wave


@lru_cache(maxsize=8)
def _second_of_tone(rate: int) -> Samples:
    """Return one second of the tone, made by pydub at the call's own rate.

    The project is asked to use pydub, and this is its only use.  pydub has had no commit since 2022 and needs
    ``audioop``, which Python 3.13 removed.  The call itself never passes through it: it would convert G.711
    to 8-bit linear, resample to 44.1 kHz, overlay tones instead of replacing samples, and cross-fade at
    joints.
    """
    with warnings.catch_warnings():
        # pydub warns that ffmpeg is missing, which a tone does not need, and that audioop is deprecated.
        warnings.simplefilter("ignore")
        from pydub.generators import Sine
    tone = Sine(_TONE_HERTZ, sample_rate=rate, bit_depth=16).to_audio_segment(1000, volume=_TONE_DBFS)
    return np.array(tone.get_array_of_samples(), np.int16)


def mask_audio(samples: Samples, rate: int, plan: MaskPlan, law: str = "pcm16") -> Samples:
    """Replace every masked window; every other sample stays bit-identical.

    Args:
        samples: int16, shape (channels, n); not changed.
        rate: Samples per second.
        plan: Items to mask, with their channels.
        law: Encoding of the output, one of ``g711.LAWS``; the fill holds only values of this law.

    Returns:
        A new array of the same shape.

    Raises:
        CallUnsafeError: a masked item has no channel, a channel that the call lacks, or a time outside the
            call, so it could not be masked.
    """
    out, at = np.empty_like(samples), 0
    for piece in masked_pieces(samples, rate, plan, law):
        out[:, at : at + piece.shape[1]] = piece
        at += piece.shape[1]
    return out


def masked_pieces(
    samples: Samples | StoredSamples, rate: int, plan: MaskPlan, law: str = "pcm16"
) -> Iterator[Samples]:
    """Yield the result of ``mask_audio`` block by block, so that hours of sound are never held twice.

    Args:
        samples: int16, shape (channels, n); not changed.
        rate: Samples per second.
        plan: Items to mask, with their channels.
        law: Encoding of the output, one of ``g711.LAWS``.

    Yields:
        New arrays of shape (channels, some), in order of time.

    Raises:
        CallUnsafeError: as in ``mask_audio``, before the first piece.
    """
    channels, length = samples.shape
    for item in plan.masked:
        start, end = to_samples(item.time, rate, length)
        if start == end:
            raise CallUnsafeError(f"item {item.item_id}: no sound to mask at {item.time.start:.3f} s")
        if not item.channels or not set(item.channels) <= set(range(channels)):
            raise CallUnsafeError(f"item {item.item_id}: channels {item.channels} of {channels}")
    windows = [
        (channel, *window)
        for channel in range(channels)
        for window in masked_windows(plan, channel, rate, length)
    ]
    for at in range(0, length, _BLOCK_SAMPLES):
        piece = samples[:, at : at + _BLOCK_SAMPLES].copy()
        for channel, start, end in windows:
            low, high = max(start, at), min(end, at + piece.shape[1])
            if low < high:
                filled = fill(end - start, rate, plan.policy.fill, law)
                piece[channel, low - at : high - at] = filled[low - start : high - start]
        yield piece
