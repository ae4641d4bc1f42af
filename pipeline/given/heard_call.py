"""A whole call as the listener hears it, mora by mora, whoever wrote its words.

channel  ..aaaa..........bbb...........ccccc....dd..
window     [aaaa][bbb][ccccc]   [dd]            -> encoder -> posteriorgram -> back to the channel's time
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import RECOGNISER_RATE, Recording, Resampled
from pipeline.hearing.batches import in_batches
from pipeline.hearing.traces import in_channel_time
from pipeline.hearing.windows import Channel, Window, loud_stretches, windows_of
from pipeline.types import Posteriorgram, TimeSpan

__all__ = ["HeardChannel", "MoraListener", "hear_call"]


@dataclass(frozen=True, slots=True)
class HeardChannel:
    """What is heard on one channel.

    Attributes:
        posteriorgrams: In order, in seconds of the call; of what is quiet there are none.
        loud: Stretches that may hold speech, in order.
        power: Mean square of each ``FRAME``, shape (frames,).
    """

    posteriorgrams: tuple[Posteriorgram, ...] = field(repr=False)
    loud: tuple[TimeSpan, ...] = field(repr=False)
    power: NDArray[np.float32] = field(repr=False)


class MoraListener(Protocol):
    """Hears morae: the embedded encoder with the phonetic network behind it."""

    @property
    def at_once(self) -> int:
        """Windows that it can listen to at the same time."""

    def posteriorgrams(self, samples: NDArray[np.float32]) -> tuple[Posteriorgram, ...]:
        """What is heard in at most 30 s of 16 kHz mono audio, in seconds from its start."""


def hear_call(recording: Recording, listener: MoraListener) -> tuple[HeardChannel, ...]:
    """Listen to a whole call.

    Args:
        recording: The decoded call.
        listener: Hears one window.

    Returns:
        What is heard on each.  Time grows with the seconds of sound: about .04 CPU seconds each.
    """
    channels = [
        Channel.of(Resampled(samples, recording.rate), RECOGNISER_RATE) for samples in recording.samples
    ]
    windows = [(index, window) for index, channel in enumerate(channels) for window in windows_of(channel)]

    def do(batch: Sequence[tuple[int, Window]]) -> list[tuple[Posteriorgram, ...]]:
        return [listener.posteriorgrams(window.samples(channels[index].samples)) for index, window in batch]

    heard = in_batches(windows, do, most=1, at_once=listener.at_once)
    out: list[list[Posteriorgram]] = [[] for _ in channels]
    for (index, window), grams in zip(windows, heard, strict=True):
        out[index] += in_channel_time(grams, window, TimeSpan(0.0, recording.duration))
    return tuple(
        HeardChannel(tuple(grams), loud_stretches(channel, margin=0.0), channel.power)
        for grams, channel in zip(out, channels, strict=True)
    )
