"""What is played to whoever decides on findings, and how long it all takes to hear.

    place          ------|====|--------------------
    heard with it                 |==|                at most REACH_SECONDS away, on one of its channels
    played         ---<--==============-->---------   AROUND_SECONDS before and after

The page plays this, and the queue tells how long it is: what is played for two places is heard once, pauses
and thoughts between them are not counted.  ``kaiji evaluate`` counts the places alone, as agreed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from pipeline.nearby import Nearby
from pipeline.types import TimeSpan

__all__ = ["AROUND_SECONDS", "REACH_SECONDS", "Shown", "listening_seconds", "played"]

REACH_SECONDS: Final = 3.0
"""How far from a place something is that is heard with it."""

AROUND_SECONDS: Final = 1.0
"""What is played before and after."""


class Shown(NamedTuple):
    """A finding as it is shown.

    Attributes:
        time: Of the finding.
        channels: Likewise; none are all.
        question: What it is decided with; empty where it is decided alone.
        beside: Whether it is only heard with another place of the question.
    """

    time: TimeSpan
    channels: tuple[int, ...]
    question: str = ""
    beside: bool = False


def played(shown: Sequence[Shown]) -> tuple[TimeSpan, ...]:
    """Say from when to when each finding is played, without what is played before and after.

    Args:
        shown: All findings of a call.

    Returns:
        In their order: each one's place and what of its question is only heard with it.
    """
    by_question: dict[str, list[Shown]] = defaultdict(list)
    for each in shown:
        if each.question and each.beside:
            by_question[each.question].append(each)
    beside = {question: Nearby(own, lambda one: one.time) for question, own in by_question.items()}
    return tuple(
        _with(each, beside[each.question]) if each.question in beside else each.time for each in shown
    )


def _with(one: Shown, beside: Nearby[Shown]) -> TimeSpan:
    near = [
        other.time
        for other in beside.touching(one.time.start - REACH_SECONDS, one.time.end + REACH_SECONDS)
        if not one.channels or not other.channels or set(one.channels) & set(other.channels)
    ]
    start = min([one.time.start, *(each.start for each in near)])
    return TimeSpan(start, max([one.time.end, *(each.end for each in near)]))


def listening_seconds(shown: Iterable[Shown], length: float) -> float:
    """Say how many seconds of a call are played to whoever listens to every place once.

    Args:
        shown: The findings that somebody decides on.
        length: Of the call, in seconds.

    Returns:
        The seconds that lie in any place as it is played; what is only heard with one needs no listening of
        its own.
    """
    listed = tuple(shown)
    places = [time for each, time in zip(listed, played(listed), strict=True) if not each.beside]
    seconds, heard_until = 0.0, 0.0
    for time in sorted(places):
        start, end = time.start - AROUND_SECONDS, min(time.end + AROUND_SECONDS, length)
        seconds += max(0.0, end - max(start, heard_until))
        heard_until = max(heard_until, end)
    return seconds
