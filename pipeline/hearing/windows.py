"""What of a channel is given to the recogniser at once: up to half a minute of speech, cut in silence.

A recogniser that reads thirty seconds from wherever it happens to be cuts words in two, and
one that reads the long silences of a two-channel call loops over its own words and loses what
comes next.  So a channel is cut where it is quiet, and long silences are shortened:

    channel  ..aaaa..........bbb...........ccccc....dd..
    window     [aaaa][bbb][ccccc]   [dd]            with the times to carry words back
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

__all__ = ["FRAME", "LONGEST", "Channel", "Sound", "Window", "loud_stretches", "shorter", "windows_of"]

FRAME = 0.01
"""Seconds per energy frame."""

ABOVE_NOISE_DB = 9.0
"""Decibels over a channel's quiet tenth at which a frame may be speech; generous, because what is
left out here is never heard."""

BELOW_SPEECH_DB = 38.0
"""Nothing this far below the channel's loud speech is speech on the same telephone."""

MARGIN = 0.3
"""Seconds kept on each side of speech: soft onsets and endings lie there."""

SILENCE = 0.3
"""Seconds of silence left out in the midst of a word from which it is no part of it."""

LONGEST = 27.0
"""Seconds in a window; the model's own limit is 30, and an end close to it loses its last words."""


_STRIDE = 6_000
"""Frames whose loudness is worked out at once: a minute, 4 MB."""


class Sound(Protocol):
    """Samples of one channel: an array, or what can be cut like one without being one."""

    def __len__(self) -> int:
        """How many there are."""

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]:
        """A stretch of them."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of a call and how loud each moment of it is.

    Attributes:
        samples: Full scale 1, float32 where they are cut out.
        rate: Samples per second.
        power: Mean square of each whole ``FRAME``, shape (frames,).
        still: Long stretches of nothing but steady noise, in order (``pipeline.hearing.stillness``).
    """

    samples: Sound = field(repr=False)
    rate: int
    power: NDArray[np.float32] = field(repr=False)
    still: tuple[TimeSpan, ...] = ()

    @classmethod
    def of(cls, samples: Sound, rate: int) -> Channel:
        """Go through the samples, a minute at a time."""
        frame = _frame(rate)
        count = len(samples) // frame
        power = np.empty(count, np.float32)
        for first in range(0, count, _STRIDE):
            last = min(count, first + _STRIDE)
            piece = samples[first * frame : last * frame].reshape(-1, frame)
            power[first:last] = np.square(piece).mean(axis=1)
        return cls(samples, rate, power, still_stretches(samples, rate))

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Window:
    """Samples for the recogniser and where they come from.

    ``pieces`` are the channel's stretches in order; their lengths add up to the window's.
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
        """Carry a time in the window back to the channel, in seconds; never outside ``pieces``."""
        start = self._original(time.start, at_end=False)
        return TimeSpan(start, max(start, self._original(time.end, at_end=True)))

    def spoken(self, time: TimeSpan) -> TimeSpan:
        """As ``original``, of a word: where a silence was left out in it, on that side which has more of it.

        A word that ends a piece is timed to the beginning of the next one's first, and that one, often, from
        the end of the one before: carried back as it is, it would last through the silence.
        """
        whole = self.original(time)
        parts: list[TimeSpan] = []
        for piece in self.pieces:
            start, end = max(whole.start, piece.start), min(whole.end, piece.end)
            if start >= end:
                continue
            if parts and start - parts[-1].end < SILENCE:
                start = parts.pop().start
            parts.append(TimeSpan(start, end))
        return max(parts, key=lambda part: (part.duration, part.start), default=whole)

    def _original(self, seconds: float, *, at_end: bool) -> float:
        left = seconds
        for piece in self.pieces:
            # A word that ends exactly where a piece ends belongs to it, not to the next one's start.
            if left < piece.duration or (at_end and left <= piece.duration + 1e-6):
                return piece.start + max(0.0, left)
            left -= piece.duration
        return self.pieces[-1].end


def loud_stretches(channel: Channel, margin: float = MARGIN, least: float = 0.0) -> tuple[TimeSpan, ...]:
    """Where a channel may hold speech: what is loud for it and not still.

    Args:
        channel: The whole of it.
        margin: Seconds kept on each side.
        least: Stretches shorter than this many seconds are left out.

    Returns:
        Disjoint stretches in order of time, in seconds.
    """
    if not len(channel.power):
        return (TimeSpan(0.0, channel.duration),) if len(channel.samples) else ()
    frame, rate = _frame(channel.rate), channel.rate
    level = 10 * np.log10(np.convolve(channel.power, np.ones(5) / 5, mode="same") + 1e-10)
    noise, loud = np.percentile(level, (10, 97))
    # Where speech fills a call its quiet tenth is speech too: never ask for more than the lower bound.
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
    """What of the stretches is not still: where a call is mostly noise, noise is as loud as its loud part."""
    near = Nearby(still, lambda each: each)
    return [
        TimeSpan(start, end)
        for each in stretches
        for start, end in minus(
            [(each.start, each.end)], [(s.start, s.end) for s in near.touching(each.start, each.end)]
        )
    ]


def windows_of(channel: Channel, longest: float = LONGEST) -> tuple[Window, ...]:
    """Pack a channel's speech into windows.

    Args:
        channel: The whole of it.
        longest: Seconds a window may hold.

    Returns:
        Windows in order of time; every loud stretch is in exactly one.
    """
    return _packed(loud_stretches(channel), channel.samples, channel.rate, longest)


def shorter(window: Window, samples: Sound, longest: float) -> tuple[Window, ...]:
    """Cut a window into smaller ones.

    Args:
        window: Of the channel ``samples``.
        samples: Of the whole channel, full scale 1.
        longest: Seconds a window may hold.

    Returns:
        Windows in order of time that hold exactly what ``window`` holds.
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
    """Cut a stretch that is too long at the quietest moment of its last third, again and again."""
    out: list[TimeSpan] = []
    start = stretch.start
    while stretch.end - start > longest:
        low, high = start + longest * 2 / 3, start + longest
        frame = _frame(rate)
        window = samples[round(low * rate) : round(high * rate)]
        window = window[: len(window) // frame * frame]
        power = np.square(window.reshape(-1, frame)).mean(axis=1)
        # Fifteen hundredths of quiet: a stop consonant is shorter.  Whole ones only: half a quiet
        # at the edge of what is looked at would always seem the quietest.
        quiet = min(15, len(power))
        sums = np.convolve(power, np.ones(quiet), mode="valid")
        cut = low + (int(sums.argmin()) + quiet / 2) * frame / rate
        out.append(TimeSpan(start, cut))
        start = cut
    out.append(TimeSpan(start, stretch.end))
    return out


def _frame(rate: int) -> int:
    """Samples in a frame."""
    return max(1, round(rate * FRAME))
