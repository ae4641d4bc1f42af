"""Cut a channel into windows of whole lines, as the product cuts it, and say what is in each."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.hearing.transcribe import RATE
from pipeline.hearing.windows import Window
from pipeline.types import TimeSpan

MARGINS = (0.1, 0.3)
"""Seconds of silence kept around what is said, least and most; the product keeps .12 or .3."""

LONG_MARGIN, LONG_SHARE = 3.0, 0.15
"""In this share of the windows up to so many seconds are kept: loud noise is not cut out."""

SHORTEST = 4.0
"""Seconds that a window may hold at the least."""

EMPTY_SECONDS = (2.0, 12.0)
"""Seconds of a window in which nobody speaks, least and most."""

Data = tuple[float, float, int]
"""Start and end of somebody's data in seconds, and the number, from 1, of its kind in ``KINDS``."""


@dataclass(frozen=True, slots=True)
class Line:
    """What somebody said.

    Attributes:
        time: Seconds of the call.
        channel: Of two.
        text: As it is written.
        kana: As it sounds; empty where nobody knows.
        data: Somebody's data in it, in seconds of the call; ``None`` where nobody knows.
    """

    time: TimeSpan
    channel: int
    text: str = field(repr=False)
    kana: str = field(default="", repr=False)
    data: tuple[Data, ...] | None = ()


class Said(NamedTuple):
    """A line in a window: start and end in seconds of the window, text, kana, somebody's data in it."""

    start: float
    end: float
    text: str
    kana: str
    data: tuple[Data, ...] | None


def windows_of_lines(
    lines: Sequence[Line], duration: float, longest: float, rng: random.Random
) -> Iterator[tuple[Window, tuple[Said, ...]]]:
    """Cut a channel into windows of whole lines, silence left out as the product leaves it out.

    Args:
        lines: Of the channel, in order of their start.
        duration: Of the channel in seconds.
        longest: Seconds a window may hold; each holds at most a random share of it.
        rng: Decides length and margins.

    Yields:
        A window and its lines.  Lines do not overlap in these times; one that is longer than ``longest`` is
        left out.
    """
    units = _together(lines)
    ends = [max(line.time.end for line in unit) for unit in units]
    middles = [(end + after[0].time.start) / 2 for end, after in zip(ends, units[1:], strict=False)]
    edges = [0.0, *middles, max([duration, *ends])]
    group: list[tuple[TimeSpan, list[Line]]] = []
    room, margin = _drawn(longest, rng)
    for unit, end, (low, high) in zip(units, ends, itertools.pairwise(edges), strict=False):
        start = unit[0].time.start
        piece = TimeSpan(max(low, start - margin, 0.0), max(end, min(high, end + margin)))
        if piece.duration > longest:
            continue
        if group and sum(each.duration for each, _ in group) + piece.duration > room:
            yield _window(group)
            group = []
            room, margin = _drawn(longest, rng)
        group.append((piece, unit))
    if group:
        yield _window(group)


def _drawn(longest: float, rng: random.Random) -> tuple[float, float]:
    margin = rng.uniform(*MARGINS) if rng.random() > LONG_SHARE else rng.uniform(MARGINS[1], LONG_MARGIN)
    return longest * max(SHORTEST / longest, rng.random() ** 0.5), margin


def _together(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines that are said at the same time are in one unit."""
    units: list[list[Line]] = []
    end = -1.0
    for line in sorted(lines, key=lambda each: each.time):
        if units and line.time.start < end:
            units[-1].append(line)
        else:
            units.append([line])
        end = max(end, line.time.end)
    return units


def _window(group: Sequence[tuple[TimeSpan, Sequence[Line]]]) -> tuple[Window, tuple[Said, ...]]:
    out: list[Said] = []
    before = 0.0
    for piece, unit in group:
        for line in unit:
            start, end = (before + time - piece.start for time in (line.time.start, line.time.end))
            start = max(start, out[-1][1]) if out else start
            # Of what is said at once nobody knows whose sound comes first.
            kana = line.kana if len(unit) == 1 else ""
            data = line.data and tuple(
                (round(before + low - piece.start, 3), round(before + high - piece.start, 3), kind)
                for low, high, kind in line.data
            )
            out.append(Said(round(start, 3), round(max(start, end), 3), line.text, kana, data))
        before += piece.duration
    return Window(tuple(piece for piece, _ in group), RATE), tuple(out)


def silences(lines: Sequence[Line], duration: float, rng: random.Random) -> Iterator[Window]:
    """Stretches in which nobody speaks.

    Args:
        lines: Of the channel.
        duration: Of the channel in seconds.
        rng: Decides how long they are.

    Yields:
        A window for each pause that is long enough.
    """
    units = _together(lines)
    ends = [0.0, *(max(line.time.end for line in unit) for unit in units)]
    starts = [*(unit[0].time.start for unit in units), duration]
    for low, high in zip(ends, starts, strict=True):
        if high - low > EMPTY_SECONDS[0] + 0.5:
            length = min(high - low - 0.5, rng.uniform(*EMPTY_SECONDS))
            yield Window((TimeSpan(low + 0.25, low + 0.25 + length),), RATE)
