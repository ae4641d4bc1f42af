"""Stretches of time."""

from __future__ import annotations

import pytest

from pipeline.time_span import TimeSpan


def test_the_time_around_others_holds_all_of_them() -> None:
    """From the first start to the last end, whatever their order and however they overlap."""
    times = (TimeSpan(2.0, 3.0), TimeSpan(1.0, 5.0), TimeSpan(4.0, 4.5))
    assert TimeSpan.around(iter(times)) == TimeSpan(1.0, 5.0)
    assert TimeSpan.around(times[:1]) == times[0]
    with pytest.raises(ValueError, match="empty"):
        TimeSpan.around(())
