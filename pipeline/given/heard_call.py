"""Listen to a whole call mora by mora, independently of its words.

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
        posteriorgrams: In order, in seconds of the call; quiet stretches have none.
        loud: Stretches that may hold speech, in order.
        power: Mean square of each frame of ``windows.FRAME_SECONDS``, shape (frames,).
    """

    posteriorgrams: tuple[Posteriorgram, ...] = field(repr=False)
    loud: tuple[TimeSpan, ...] = field(repr=False)
    power: NDArray[np.float32] = field(repr=False)


class MoraListener(Protocol):
    """Hears morae: the recogniser's encoder with the phonetic network on top of it."""

    @property
    def at_once(self) -> int:
        """How many windows it can listen to in parallel."""

    def posteriorgrams(self, samples: NDArray[np.float32]) -> tuple[Posteriorgram, ...]:
        """Listen to at most 30 s of 16 kHz mono audio; times in seconds from its start."""


def hear_call(recording: Recording, listener: MoraListener) -> tuple[HeardChannel, ...]:
    """Listen to a whole call.

    Args:
        recording: The decoded call.
        listener: Hears one window at a time.

    Returns:
        What is heard on each channel.  It takes about 0.04 CPU seconds for each second of sound.
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
