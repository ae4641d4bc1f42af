"""What is played of places, and how long that is."""

from __future__ import annotations

import pytest

from pipeline.played import AROUND_SECONDS, REACH_SECONDS, Shown, listening_seconds, played
from pipeline.types import TimeSpan


def place(start: float, end: float, question: str = "q1", *channels: int, beside: bool = False) -> Shown:
    """One on the first channel, unless others are named."""
    return Shown(TimeSpan(start, end), channels or (0,), question, beside)


def test_what_is_heard_with_a_place_is_played_with_it() -> None:
    """Before it and behind it, as far as the reach goes; a place of its own question is played by itself."""
    near = (place(8.0, 8.5, beside=True), place(13.0, 13.4, beside=True))
    far = place(20.0, 20.5, beside=True)
    first, *_, other = played([place(10.0, 11.0), *near, far, place(12.0, 12.5, "q2")])
    assert first == TimeSpan(8.0, 13.4)
    assert other == TimeSpan(12.0, 12.5)


@pytest.mark.parametrize(("gap", "end"), [(REACH_SECONDS, 14.5), (REACH_SECONDS + 0.1, 11.0)])
def test_the_reach_has_an_end(gap: float, end: float) -> None:
    """What begins right at it is heard."""
    start = 11.0 + gap
    assert played([place(10.0, 11.0), place(start, start + 0.5, beside=True)])[0] == TimeSpan(10.0, end)


@pytest.mark.parametrize(("channels", "end"), [((1,), 11.0), ((0, 1), 12.5), ((), 12.5)])
def test_who_speaks_on_the_other_channel_is_not_heard_with_it(channels: tuple[int, ...], end: float) -> None:
    """Unless no channel is named, which means all."""
    other = Shown(TimeSpan(12.0, 12.5), channels, "q1", beside=True)
    assert played([place(10.0, 11.0), other])[0].end == end


def test_findings_that_nobody_is_asked_about_are_not_one_question() -> None:
    """They have none."""
    lone = [place(1.0, 2.0, ""), place(3.0, 3.5, "", beside=True)]
    assert played(lone) == (TimeSpan(1.0, 2.0), TimeSpan(3.0, 3.5))


def test_listening_takes_what_is_played_and_a_bit_around_it_once() -> None:
    """At the ends of the call there is nothing around; what two places share is heard once."""
    assert AROUND_SECONDS == 1.0
    assert listening_seconds([place(10.0, 11.0)], 60.0) == pytest.approx(3.0)
    assert listening_seconds([place(0.5, 1.0), place(59.0, 60.0)], 60.0) == pytest.approx(2.0 + 2.0)
    assert listening_seconds([place(12.5, 13.0), place(10.0, 11.0)], 60.0) == pytest.approx(5.0)
    heard_with = place(13.0, 13.5, beside=True)
    assert listening_seconds([heard_with, place(10.0, 11.0)], 60.0) == pytest.approx(5.5)
    assert listening_seconds([], 60.0) == 0.0
