"""How loud a channel is above its noise."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio.levels import BLOCK_FRAMES, frame_levels, reaching


def test_a_frame_ten_times_as_loud_has_twenty_decibels_more() -> None:
    """Above the quietest tenth; a rest that makes no frame has no level."""
    samples = np.repeat(np.array([1, 1, 100, 1000], dtype=np.int16), 10)
    levels = frame_levels(np.append(samples, samples[:5]), 10, 1.0)
    assert levels[3] - levels[2] == pytest.approx(20.0, abs=0.1)
    assert levels[:2] == pytest.approx([-100.0, -100.0])
    assert len(levels) == 4


def test_a_long_call_is_measured_in_blocks() -> None:
    """The levels are those of the whole."""
    samples = np.random.default_rng(1).integers(-999, 999, 2 * BLOCK_FRAMES + 7).astype(np.int16)
    power = np.square(samples.astype(np.float64))
    expected = 10 * np.log10(np.maximum(power - np.percentile(power, 10), 1e-10))
    assert frame_levels(samples, 1, 1.0) == pytest.approx(expected, abs=0.01)


def test_silence_and_nothing_have_levels() -> None:
    """No call is refused for them here."""
    assert len(frame_levels(np.zeros(0, dtype=np.int16), 10, 1.0)) == 0
    assert frame_levels(np.zeros(20, dtype=np.int16), 10, 1.0) == pytest.approx([-100.0, -100.0])


def test_an_echo_is_late_and_holds_the_loudest() -> None:
    """One frame early at most, as frames are cut; of nothing nothing reaches."""
    assert list(reaching(np.array([0.0, 0, 9, 0, 0, 0]), 2)) == [0, 9, 9, 9, 9, 0]
    assert len(reaching(np.zeros(0), 2)) == 0
