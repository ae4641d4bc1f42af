from __future__ import annotations

import pytest

from tests.bench.capacity import CORES, HEADROOM, Work, need


def test_cores_are_audio_times_ratio_over_the_night():
    """9,600 calls of five minutes at .3 are 240 core hours: thirty cores for eight hours, and headroom."""
    assert need(Work(9_600, 5.0, ratio=0.3, hours=8.0)).cores == pytest.approx(30 * HEADROOM)


def test_ten_times_the_calls_take_ten_times_everything_but_the_rounding():
    """A million is reached by adding machines and desks, not by a cliff."""
    small, large = need(Work(100_000)), need(Work(1_000_000))
    for name in ("cores", "lock", "day_bytes", "kept_bytes", "rows_bytes"):
        assert getattr(large, name) == pytest.approx(10 * getattr(small, name))
    assert 0 <= 10 * small.machines - large.machines < 10 + CORES


def test_a_small_company_needs_one_machine_and_no_server():
    """A hundred calls a day."""
    found = need(Work(100))
    assert (found.workers, found.machines, found.database, found.desks) == (1, 1, "SQLite", 1)


def test_no_desk_holds_its_lock_for_more_than_half_the_night():
    """What saturates first besides the cores."""
    for calls in (10_000, 1_000_000, 3_000_000):
        found = need(Work(calls))
        assert found.lock / found.desks <= 0.5
