"""How far several calls are: by their lengths, with minutes at the pace so far."""

from __future__ import annotations

from flows.masking.pace import Pace


def test_a_long_call_counts_as_long():
    """An hour half done after ten minutes, a minute done before, another to come."""
    pace = Pace().begun(60.0, (3600.0, 60.0), 0.0).begun(3600.0, (60.0,), 10.0).reached(0.5, 620.0)
    assert (pace.done, pace.total) == (1, 3)
    assert pace.share == (60 + 1800) / 3720
    assert pace.minutes_left == 11
    assert pace.left_text == "残りおよそ11分"


def test_a_call_never_goes_back():
    """A second round of checking counts from its beginning; the bar stays."""
    pace = Pace().begun(60.0, (), 0.0).reached(0.9, 30.0).reached(0.5, 40.0)
    assert pace.within == 0.9
    assert pace.left_text == "残り1分ほど"


def test_nothing_is_told_of_a_pace_that_is_none():
    """While models are loaded, and before anything is done."""
    assert Pace().begun(60.0, (), 0.0).reached(0.5, 9.0).minutes_left is None
    assert Pace().begun(60.0, (), 0.0).reached(0.01, 60.0).left_text == ""
    assert Pace().share == 0.0


def test_calls_that_came_meanwhile_are_counted():
    """The total is that of now."""
    pace = Pace().begun(60.0, (60.0,), 0.0).begun(60.0, (60.0, 60.0), 5.0).ended(9.0)
    assert (pace.done, pace.total, pace.share) == (2, 4, 0.5)
