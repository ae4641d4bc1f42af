"""Listen to a whole call mora by mora, independently of its words.

channel  ..aaaa..........bbb...........ccccc....dd..
window     [aaaa][bbb][ccccc]   [dd]            -> encoder -> posteriorgram -> times of the channel

Each window can also give words times and sound probabilities (``pipeline.given.aligned_words``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import RECOGNISER_RATE, Recording, Resampled
from pipeline.hearing.batches import in_batches
from pipeline.hearing.traces import in_channel_time
from pipeline.hearing.transcribe import HeardWord
from pipeline.hearing.windows import Channel, Window, loud_stretches, windows_of
from pipeline.types import Posteriorgram, TimeSpan, Trace


class ListenerOutput(Protocol):
    """Interface of the listener's output for one window; times in seconds from its start."""

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Traces of the ear."""

    @property
    def posteriorgrams(self) -> tuple[Posteriorgram, ...]:
        """Posteriorgrams of morae."""


@dataclass(frozen=True, slots=True)
class ListenedWindow:
    """One window with the listener's output.

    Attributes:
        window: Stretches of the channel that it joins.
        heard: Output of the listener.
        on_words: Gives words of the window their times and sounds; in seconds from the window's start.
    """

    window: Window
    heard: ListenerOutput = field(repr=False)
    on_words: Callable[[Sequence[HeardWord]], tuple[HeardWord, ...]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ListenedChannel:
    """The listener's output for one channel.

    Attributes:
        posteriorgrams: In order, in seconds of the call; quiet stretches have none.
        loud: Stretches that may hold speech, in order.
        power: Mean square of each frame of ``windows.FRAME_SECONDS``, shape (frames,).
        windows: Windows of the channel, in order.
    """

    posteriorgrams: tuple[Posteriorgram, ...] = field(repr=False)
    loud: tuple[TimeSpan, ...] = field(repr=False)
    power: NDArray[np.float32] = field(repr=False)
    windows: tuple[ListenedWindow, ...] = field(default=(), repr=False)


H = TypeVar("H", bound=ListenerOutput)


class MoraListener(Protocol[H]):
    """Interface of the listener: the embedded encoder with the ear and the phonetic network on top."""

    @property
    def at_once(self) -> int:
        """Number of windows that it can listen to in parallel."""

    def listen(self, samples: NDArray[np.float32]) -> H:
        """Listen to at most 30 s of 16 kHz mono audio; times in seconds from its start."""

    def on_words(self, words: Sequence[HeardWord], heard: H) -> tuple[HeardWord, ...]:
        """Give words of that audio the times at which they are heard, and their sound probabilities."""


def listen_to_call(recording: Recording, listener: MoraListener[H]) -> tuple[ListenedChannel, ...]:
    """Listen to a whole call.

    Args:
        recording: The decoded call.
        listener: Listens to one window at a time.

    Returns:
        The output for each channel.  It takes about 0.04 CPU seconds for each second of sound.
    """
    channels = [
        Channel.of(Resampled(samples, recording.rate), RECOGNISER_RATE) for samples in recording.samples
    ]
    windows = [(index, window) for index, channel in enumerate(channels) for window in windows_of(channel)]

    def do(batch: Sequence[tuple[int, Window]]) -> list[H]:
        return [listener.listen(window.samples(channels[index].samples)) for index, window in batch]

    heard = in_batches(windows, do, most=1, at_once=listener.at_once)
    whole = TimeSpan(0.0, recording.duration)
    out: list[list[ListenedWindow]] = [[] for _ in channels]
    for (index, window), each in zip(windows, heard, strict=True):
        out[index].append(ListenedWindow(window, each, functools.partial(listener.on_words, heard=each)))
    return tuple(
        ListenedChannel(
            tuple(
                gram
                for each in own
                for gram in in_channel_time(each.heard.posteriorgrams, each.window, whole)
            ),
            loud_stretches(channel, margin=0.0),
            channel.power,
            tuple(own),
        )
        for own, channel in zip(out, channels, strict=True)
    )
