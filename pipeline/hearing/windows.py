"""Cut a channel into windows for the recogniser: up to 27 s of speech each, cut in silence.

Cuts at fixed times would split words, and the long silences of a two-channel call make a recogniser loop and
lose the words that follow.  So a channel is cut at quiet moments, and long silences are left out:

    channel  ..aaaa..........bbb...........ccccc....dd..
    window     [aaaa][bbb][ccccc]   [dd]            each window keeps the times of its pieces
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.spans import minus
from pipeline.hearing.stillness import still_stretches
from pipeline.nearby import Nearby
from pipeline.types import TimeSpan

FRAME_SECONDS = 0.01
"""Length of an energy frame."""

ABOVE_NOISE_DB = 9.0
"""Decibels above a channel's quietest tenth from which a frame may be speech; low, because sound that is left
out here is never recognised."""

BELOW_SPEECH_DB = 38.0
"""Decibels below a channel's loud speech from which a frame is no speech."""

SPEECH_MARGIN_SECONDS = 0.3
"""Seconds kept on each side of speech: soft onsets and endings lie there."""

MIN_SILENCE_SECONDS = 0.3
"""Shortest silence that ends a word, where it was left out within the word's time."""

MAX_WINDOW_SECONDS = 27.0
"""Longest window: the model takes 30 s, and loses the last words of a window close to that."""


_BLOCK_FRAMES = 6_000
"""Frames processed at a time: a minute, 4 MB."""


class Sound(Protocol):
    """Samples of one channel: an array, or an object that is sliced like one."""

    def __len__(self) -> int:
        """Return the number of samples."""

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        """Return a slice of the samples, shape (n,)."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a call and the power of each frame.

    Attributes:
        samples: Samples of the whole channel; float32 when sliced, full scale 1.
        rate: Samples per second.
        power: Mean square of each whole frame of ``FRAME_SECONDS``, shape (frames,).
        still: Long stretches of steady noise, in order of time (``pipeline.hearing.stillness``).
    """

    samples: Sound = field(repr=False)
    rate: int
    power: NDArray[np.float32] = field(repr=False)
    still: tuple[TimeSpan, ...] = ()

    @classmethod
    def of(cls, samples: Sound, rate: int) -> Channel:
        """Compute the power of each frame, a minute at a time."""
        frame = _frame(rate)
        count = len(samples) // frame
        power = np.empty(count, np.float32)
        for first in range(0, count, _BLOCK_FRAMES):
            last = min(count, first + _BLOCK_FRAMES)
            piece = samples[first * frame : last * frame].reshape(-1, frame)
            power[first:last] = np.square(piece).mean(axis=1)
        return cls(samples, rate, power, still_stretches(samples, rate))

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Window:
    """Stretches of a channel that the recogniser takes as one piece of audio.

    Attributes:
        pieces: Stretches of the channel in order; their lengths add up to the window's.
        rate: Samples per second.
    """

    pieces: tuple[TimeSpan, ...]
    rate: int = field(default=16_000)

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return sum(piece.duration for piece in self.pieces)

    def samples(self, channel: Sound) -> NDArray[np.float32]:
        """Cut the window out of its channel, float32 shape (n,)."""
        return np.concatenate(
            [channel[round(p.start * self.rate) : round(p.end * self.rate)] for p in self.pieces]
        )

    def original(self, time: TimeSpan) -> TimeSpan:
        """Convert a time in the window to the channel's, in seconds; never outside ``pieces``."""
        start = self._original(time.start, at_end=False)
        return TimeSpan(start, max(start, self._original(time.end, at_end=True)))

    def spoken(self, time: TimeSpan) -> TimeSpan:
        """Convert a word's time to the channel's; where it spans left-out silence, keep the longest part.

        The recogniser times a piece's last word up to the next piece, and often a piece's first word from the
        end of the piece before; unclipped, such a word would last through the silence between them.
        """
        whole = self.original(time)
        parts: list[TimeSpan] = []
        for piece in self.pieces:
            start, end = max(whole.start, piece.start), min(whole.end, piece.end)
            if start >= end:
                continue
            if parts and start - parts[-1].end < MIN_SILENCE_SECONDS:
                start = parts.pop().start
            parts.append(TimeSpan(start, end))
        return max(parts, key=lambda part: (part.duration, part.start), default=whole)

    def _original(self, seconds: float, *, at_end: bool) -> float:
        left = seconds
        for piece in self.pieces:
            # A word's end exactly at the end of a piece belongs to that piece, not to the next one.
            if left < piece.duration or (at_end and left <= piece.duration + 1e-6):
                return piece.start + max(0.0, left)
            left -= piece.duration
        return self.pieces[-1].end


def loud_stretches(
    channel: Channel, margin: float = SPEECH_MARGIN_SECONDS, least: float = 0.0
) -> tuple[TimeSpan, ...]:
    """Find the stretches of a channel that may hold speech.

    Args:
        channel: The whole channel.
        margin: Seconds kept on each side of speech.
        least: Seconds below which a stretch is left out.

    Returns:
        Disjoint stretches in order of time, in seconds.
    """
    if not len(channel.power):
        return (TimeSpan(0.0, channel.duration),) if len(channel.samples) else ()
    frame, rate = _frame(channel.rate), channel.rate
    level = 10 * np.log10(np.convolve(channel.power, np.ones(5) / 5, mode="same") + 1e-10)
    noise, loud = np.percentile(level, (10, 97))
    # Where speech fills a call, its quietest tenth is speech too: the bound stays below the loud parts.
    bound = min(max(noise + ABOVE_NOISE_DB, loud - BELOW_SPEECH_DB), loud - 18.0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (level > bound).astype(np.int8), [0]))))
    out: list[TimeSpan] = []
    for first, last in edges.reshape(-1, 2):
        start = max(0.0, first * frame / rate - margin)
        end = min(channel.duration, last * frame / rate + margin)
        if out and start <= out[-1].end:
            out[-1] = TimeSpan(out[-1].start, end)
        else:
            out.append(TimeSpan(start, end))
    moving = out if not channel.still else _without(out, channel.still)
    return tuple(stretch for stretch in moving if stretch.duration >= least)


def _without(stretches: list[TimeSpan], still: tuple[TimeSpan, ...]) -> list[TimeSpan]:
    """Cut still time out of the stretches: in a call of mostly noise, noise counts as loud."""
    near = Nearby(still, lambda each: each)
    return [
        TimeSpan(start, end)
        for each in stretches
        for start, end in minus(
            [(each.start, each.end)], [(s.start, s.end) for s in near.touching(each.start, each.end)]
        )
    ]


def windows_of(channel: Channel, longest: float = MAX_WINDOW_SECONDS) -> tuple[Window, ...]:
    """Pack a channel's speech into windows.

    Args:
        channel: The whole channel.
        longest: Length of the longest window, in seconds.

    Returns:
        Windows in order of time.  A loud stretch longer than ``longest`` is cut; nothing of it is lost or
        doubled.
    """
    return _packed(loud_stretches(channel), channel.samples, channel.rate, longest)


def shorter(window: Window, samples: Sound, longest: float) -> tuple[Window, ...]:
    """Cut a window into smaller ones.

    Args:
        window: A window of the channel.
        samples: Samples of the whole channel, full scale 1.
        longest: Length of the longest new window, in seconds.

    Returns:
        Windows in order of time that together hold the sound of ``window``.
    """
    return _packed(window.pieces, samples, window.rate, longest)


def _packed(stretches: tuple[TimeSpan, ...], samples: Sound, rate: int, longest: float) -> tuple[Window, ...]:
    pieces = [part for stretch in stretches for part in _split(stretch, samples, rate, longest)]
    groups: list[list[TimeSpan]] = []
    for piece in pieces:
        if groups and sum(p.duration for p in groups[-1]) + piece.duration <= longest:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return tuple(Window(tuple(group), rate) for group in groups)


def _split(stretch: TimeSpan, samples: Sound, rate: int, longest: float) -> list[TimeSpan]:
    """Cut a stretch that is too long for a window, at the quietest moment of each window's last third."""
    out: list[TimeSpan] = []
    start = stretch.start
    while stretch.end - start > longest:
        low, high = start + longest * 2 / 3, start + longest
        frame = _frame(rate)
        window = samples[round(low * rate) : round(high * rate)]
        window = window[: len(window) // frame * frame]
        power = np.square(window.reshape(-1, frame)).mean(axis=1)
        # The quietest 0.15 s: a stop consonant is shorter.  Only whole stretches of that length count: a
        # shorter one at the edge would always seem the quietest.
        quiet = min(15, len(power))
        sums = np.convolve(power, np.ones(quiet), mode="valid")
        cut = low + (int(sums.argmin()) + quiet / 2) * frame / rate
        out.append(TimeSpan(start, cut))
        start = cut
    out.append(TimeSpan(start, stretch.end))
    return out


def _frame(rate: int) -> int:
    """Return the number of samples in a frame."""
    return max(1, round(rate * FRAME_SECONDS))
