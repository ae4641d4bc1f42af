"""Stretches of a call that are played to an analyst, and the time to hear them all.

    finding        ------|====|--------------------
    heard with it                 |==|                at most REACH_SECONDS away, on one of its channels
    played         ---<--==============-->---------   AROUND_SECONDS before and after

The page plays these stretches, and the queue states their length: time played for two findings counts once;
pauses and thoughts between them are not counted.  ``kaiji evaluate`` counts the findings alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from pipeline.nearby import Nearby
from pipeline.types import TimeSpan

REACH_SECONDS: Final = 3.0
"""Greatest distance of a candidate that is heard with a finding."""

AROUND_SECONDS: Final = 1.0
"""Time played before and after a finding."""


class Shown(NamedTuple):
    """A finding as it is shown.

    Attributes:
        time: Time of the finding.
        channels: Channels of the finding; empty for all.
        question: Question that it belongs to; empty where it is decided alone.
        beside: Whether it is only heard with another finding of the question.
    """

    time: TimeSpan
    channels: tuple[int, ...]
    question: str = ""
    beside: bool = False


def played(shown: Sequence[Shown]) -> tuple[TimeSpan, ...]:
    """Return the stretch that is played for each finding, without the time before and after.

    Args:
        shown: All findings of a call.

    Returns:
        In their order: the time of each, extended to the findings of its question that are heard with it.
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
    """Return the seconds that are played to an analyst who listens to every finding once.

    Args:
        shown: Findings that somebody decides on.
        length: Length of the call, in seconds.

    Returns:
        Length of the union of the played stretches; findings that are only heard with another one add
        nothing.
    """
    listed = tuple(shown)
    places = [time for each, time in zip(listed, played(listed), strict=True) if not each.beside]
    seconds, heard_until = 0.0, 0.0
    for time in sorted(places):
        start, end = time.start - AROUND_SECONDS, min(time.end + AROUND_SECONDS, length)
        seconds += max(0.0, end - max(start, heard_until))
        heard_until = max(heard_until, end)
    return seconds
