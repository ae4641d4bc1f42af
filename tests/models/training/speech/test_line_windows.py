"""Windows hold whole lines, at their times."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from models.training.speech.line_windows import Line, windows_of_lines
from pipeline.types import TimeSpan

LINES = tuple(
    Line(TimeSpan(start, start + length), 0, f"行{n}。", f"カナ{n}")
    for n, (start, length) in enumerate([(1, 3), (4.2, 5), (9.0, 0.4), (30, 2), (33, 8), (50, 6), (70, 20)])
)


@pytest.mark.parametrize("seed", range(20))
def test_every_line_is_whole_in_one_window(seed: int) -> None:
    """At most as long as allowed, in order, and each line where the window holds it."""
    seen = []
    for window, lines in windows_of_lines(LINES, 95.0, 27.0, random.Random(seed)):
        assert window.duration <= 27.0
        for start, end, text, *_ in lines:
            line = next(each for each in LINES if each.text == text)
            assert 0 <= start <= end <= window.duration + 1e-6
            assert window.original(TimeSpan(end, end)).end == pytest.approx(line.time.end, abs=2e-3)
            seen.append(text)
        ends = [0.0, *(end for _, end, *_ in lines)]
        assert all(start >= before for (start, *_), before in zip(lines, ends, strict=False))
    assert seen == [line.text for line in LINES]


def test_of_what_is_said_at_once_no_kana_are_known() -> None:
    """Its text is, in order of the start."""
    ((_, lines),) = windows_of_lines(LINES[1:3], 12.0, 27.0, random.Random(1))
    assert [(line.text, line.kana) for line in lines] == [("行1。", ""), ("行2。", "")]


def test_a_line_that_no_window_can_hold_is_left_out() -> None:
    """And the others are there."""
    kept = [line.text for _, lines in windows_of_lines(LINES, 95.0, 14.0, random.Random(1)) for line in lines]
    assert kept == [line.text for line in LINES[:-1]]


def test_somebodys_data_is_where_its_line_is() -> None:
    """In seconds of the window, whatever was cut out before it."""
    line = replace(LINES[3], data=((30.5, 31.25, 1),))
    ((window, lines),) = windows_of_lines([LINES[0], line], 60.0, 27.0, random.Random(2))
    (low, high, kind) = lines[1].data[0]
    assert kind == 1
    assert window.original(TimeSpan(low, low)).start == pytest.approx(30.5, abs=2e-3)
    assert high - low == pytest.approx(0.75, abs=2e-3)


def test_what_people_have_read_is_marked_by_nobody() -> None:
    """Unknown is not the same as none."""
    ((_, lines),) = windows_of_lines([replace(LINES[0], data=None)], 5.0, 27.0, random.Random(1))
    assert lines[0].data is None
