"""What the ear heard in a window, in the time of the call."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.hearing.traces import TRACE_MARGIN_SECONDS, in_channel_time, read_off
from pipeline.hearing.windows import Window
from pipeline.types import TimeSpan, Trace

HEARD = Trace(0.0, 0.1, tuple(n / 100 for n in range(30)))
"""Three seconds of a window; a step's chance says which one it is."""

WINDOW = Window((TimeSpan(10.0, 11.0), TimeSpan(15.0, 17.0)))


def test_a_window_is_carried_to_where_it_was_cut_from() -> None:
    """One trace for each stretch of the channel."""
    first, second = in_channel_time((HEARD,), WINDOW, TimeSpan(10.0, 17.0))
    assert (first.start, first.chances) == (pytest.approx(10.0), HEARD.chances[:10])
    assert (second.start, second.chances) == (pytest.approx(15.0), HEARD.chances[10:])


def test_only_what_is_near_is_kept() -> None:
    """An utterance has what sounds in it and a second around."""
    (trace,) = in_channel_time((HEARD,), WINDOW, TimeSpan(16.3, 16.5))
    assert trace.start == pytest.approx(16.3 - TRACE_MARGIN_SECONDS)
    assert trace.start + trace.step * len(trace.chances) == pytest.approx(17.0)
    assert in_channel_time((HEARD,), WINDOW, TimeSpan(30.0, 31.0)) == ()
    assert in_channel_time((), WINDOW, TimeSpan(10.0, 11.0)) == ()


def test_moments_are_read_off() -> None:
    """Each from the step that it lies in; where nobody listened there is no number."""
    traces = in_channel_time((HEARD,), WINDOW, TimeSpan(10.0, 17.0))
    found = read_off(traces, np.array([9.5, 10.05, 10.95, 11.01, 13.0, 15.0, 16.99, 17.5]))
    assert found == pytest.approx([np.nan, 0.0, 0.09, 0.09, np.nan, 0.1, 0.29, np.nan], nan_ok=True)
    assert np.isnan(read_off((), np.array([1.0]))).all()
