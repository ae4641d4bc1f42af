from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.hearing.windows import (
    FRAME_SECONDS,
    MAX_WINDOW_SECONDS,
    SPEECH_MARGIN_SECONDS,
    Channel,
    Window,
    loud_stretches,
    shorter,
    windows_of,
)
from pipeline.types import TimeSpan

RATE = 1_000


def sound(*parts: tuple[float, float], rate: int = RATE) -> Channel:
    """A channel of ``(seconds, level)`` parts: noise, full scale 1."""
    random = np.random.default_rng(3)
    pieces = [random.normal(0, 1, round(seconds * rate)) * level for seconds, level in parts]
    return Channel.of(np.concatenate(pieces).astype(np.float32), rate)


channels = st.lists(
    st.tuples(st.floats(0.05, 20), st.sampled_from([0.0, 0.001, 0.02, 0.3])), min_size=1, max_size=12
).map(lambda parts: sound(*parts))
"""Silences, line noise, soft and loud speech of any length, in any order."""


def window_of(steps: list[tuple[float, float]]) -> Window:
    """A window of ``(gap, length)`` pieces."""
    ends = np.cumsum([gap + length for gap, length in steps])
    return Window(tuple(TimeSpan(e - n, e) for (_, n), e in zip(steps, ends.tolist(), strict=True)), RATE)


windows = st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.05, 5)), min_size=1, max_size=6).map(window_of)
"""Windows of disjoint pieces in order of time."""


def total(spans: tuple[TimeSpan, ...]) -> float:
    """Seconds in disjoint spans."""
    return sum(span.duration for span in spans)


def joined(spans: tuple[TimeSpan, ...]) -> list[tuple[float, float]]:
    """Spans with those that touch made one."""
    out: list[tuple[float, float]] = []
    for span in spans:
        if out and span.start == out[-1][1]:
            out[-1] = (out[-1][0], span.end)
        else:
            out.append((span.start, span.end))
    return out


@settings(max_examples=40, deadline=None)
@given(channels)
def test_loud_stretches_are_disjoint_and_inside(channel: Channel) -> None:
    """Stretches come in order, never touch, and lie in the channel."""
    stretches = loud_stretches(channel)
    moments = [moment for s in stretches for moment in (s.start, s.end)]
    assert all(a < b for a, b in itertools.pairwise(moments))
    assert all(0 <= moment <= channel.duration for moment in moments)


@settings(max_examples=40, deadline=None)
@given(channels, st.floats(2, 30))
def test_windows_hold_every_loud_stretch_once(channel: Channel, longest: float) -> None:
    """The pieces of all windows, put together again, are the loud stretches: nothing twice, nothing lost."""
    packed = windows_of(channel, longest)
    assert joined(tuple(piece for window in packed for piece in window.pieces)) == [
        (s.start, s.end) for s in loud_stretches(channel)
    ]
    assert all(window.pieces and total(window.pieces) <= longest + 1e-6 for window in packed)


@settings(max_examples=40, deadline=None)
@given(channels, st.floats(1, 8))
def test_a_window_cut_smaller_holds_the_same(channel: Channel, longest: float) -> None:
    """Smaller windows hold exactly what the larger one held, in order."""
    for window in windows_of(channel):
        smaller = shorter(window, channel.samples, longest)
        again = tuple(piece for part in smaller for piece in part.pieces)
        assert joined(again) == joined(window.pieces)
        assert all(total(part.pieces) <= longest + 1e-6 for part in smaller)


@settings(max_examples=40, deadline=None)
@given(channels)
def test_samples_are_as_long_as_the_pieces(channel: Channel) -> None:
    """What the recogniser gets is as long as the pieces say, to a sample for each edge."""
    for window in windows_of(channel):
        expected = total(window.pieces) * RATE
        assert abs(len(window.samples(channel.samples)) - expected) <= len(window.pieces) + 1


@settings(max_examples=40, deadline=None)
@given(windows, st.floats(0, 40), st.floats(0, 10))
def test_times_carried_back_lie_in_the_pieces(window: Window, start: float, length: float) -> None:
    """Start and end come from within a piece, even when a recogniser gives a time after the end."""
    time = window.original(TimeSpan(start, start + length))
    for moment in (time.start, time.end):
        assert any(p.start - 1e-6 <= moment <= p.end + 1e-6 for p in window.pieces)


@settings(max_examples=40, deadline=None)
@given(windows, st.lists(st.floats(0, 40), min_size=2, max_size=8))
def test_times_carried_back_keep_their_order(window: Window, moments: list[float]) -> None:
    """What comes later in the window comes later in the channel."""
    moments.sort()
    for side in ("start", "end"):
        carried = [getattr(window.original(TimeSpan(m, m)), side) for m in moments]
        assert carried == sorted(carried)


@settings(max_examples=40, deadline=None)
@given(windows, st.data())
def test_a_word_inside_a_piece_keeps_its_length(window: Window, data: st.DataObject) -> None:
    """A word that lies in one piece is carried back to where it was spoken, to the last bit of sound."""
    index = data.draw(st.integers(0, len(window.pieces) - 1))
    piece = window.pieces[index]
    before = total(window.pieces[:index])
    share = data.draw(st.floats(0.01, 0.99))
    start = before + share * piece.duration
    time = window.original(TimeSpan(start, before + piece.duration))
    assert time.start == pytest.approx(piece.start + share * piece.duration, abs=1e-6)
    assert time.end == pytest.approx(piece.end, abs=2e-6)


@pytest.mark.parametrize(
    ("start", "end", "spoken"),
    [
        (1.5, 2.2, TimeSpan(11.5, 12.0)),
        (1.9, 2.4, TimeSpan(30.0, 30.4)),
        (0.5, 1.0, TimeSpan(10.5, 11.0)),
        (2.1, 2.5, TimeSpan(30.1, 30.5)),
        (1.8, 2.2, TimeSpan(30.0, 30.2)),
        (3.4, 4.0, TimeSpan(31.4, 32.1)),
        (5.5, 6.0, TimeSpan(33.1, 33.1)),
    ],
)
def test_a_word_does_not_last_through_a_silence(start: float, end: float, spoken: TimeSpan) -> None:
    """It is where most of it is, of two halves the later; a gap no longer than a stop is part of it."""
    window = Window((TimeSpan(10.0, 12.0), TimeSpan(30.0, 31.5), TimeSpan(31.6, 33.1)), RATE)
    time = window.spoken(TimeSpan(start, end))
    assert (time.start, time.end) == (pytest.approx(spoken.start), pytest.approx(spoken.end))


@settings(max_examples=40, deadline=None)
@given(windows, st.floats(0, 40), st.floats(0, 3))
def test_where_a_word_is_spoken_lies_in_its_time(window: Window, start: float, length: float) -> None:
    """A silence is taken out, nothing is added."""
    time = TimeSpan(start, start + length)
    whole, spoken = window.original(time), window.spoken(time)
    assert whole.start - 1e-6 <= spoken.start <= spoken.end <= whole.end + 1e-6


def test_speech_is_found_with_its_margin() -> None:
    """A second of speech in line noise is one stretch, wider by the margin on both sides."""
    (stretch,) = loud_stretches(sound((5, 0.001), (1, 0.1), (5, 0.001)))
    assert stretch.start == pytest.approx(5 - SPEECH_MARGIN_SECONDS, abs=0.05)
    assert stretch.end == pytest.approx(6 + SPEECH_MARGIN_SECONDS, abs=0.05)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        (((8, 0.1),), "speech without a pause"),
        (((20, 0.0005), (0.4, 0.1), (20, 0.0005)), "one word in a long silence"),
        (((3, 0.001), (2, 0.005), (3, 0.001), (4, 0.3)), "a soft speaker beside a loud one"),
        (((3, 0.0), (2, 0.1), (3, 0.0)), "speech in digital silence"),
    ],
)
def test_no_speech_is_left_out(parts: tuple[tuple[float, float], ...], what: str) -> None:
    """Whatever surrounds it, what is far above the line's noise is given to the recogniser."""
    channel = sound(*parts)
    stretches = loud_stretches(channel)
    at = 0.0
    for seconds, level in parts:
        if level >= 0.005:
            assert any(s.start <= at + 0.01 and at + seconds <= s.end + 0.01 for s in stretches), what
        at += seconds


def test_long_silences_are_left_out() -> None:
    """Of two short sentences in two minutes of line noise only a few seconds are recognised."""
    channel = sound((40, 0.0005), (4, 0.1), (60, 0.0005), (4, 0.1), (10, 0.0005))
    (window,) = windows_of(channel)
    assert len(window.pieces) == 2
    assert total(window.pieces) < 10


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050])
def test_times_hold_at_any_rate(rate: int) -> None:
    """After a minute of noise the times are still right, where a frame is no whole number of samples too."""
    (stretch,) = loud_stretches(sound((60, 0.001), (4, 0.1), (10, 0.001), rate=rate))
    assert stretch.start == pytest.approx(60 - SPEECH_MARGIN_SECONDS, abs=0.05)
    assert stretch.end == pytest.approx(64 + SPEECH_MARGIN_SECONDS, abs=0.05)


@pytest.mark.parametrize("pause_at", [19.0, 22.0, 25.5])
def test_long_speech_is_cut_where_it_is_quietest(pause_at: float) -> None:
    """A short pause, not even half as loud as the speech around it, is where a long speech is cut."""
    channel = sound((pause_at, 0.2), (0.2, 0.13), (40 - pause_at, 0.2))
    first, second = windows_of(channel)
    assert pause_at <= first.pieces[-1].end <= pause_at + 0.2
    assert second.pieces[0].start == first.pieces[-1].end
    assert total(first.pieces) <= MAX_WINDOW_SECONDS


def test_short_stretches_can_be_left_out() -> None:
    """``least`` drops a click and keeps a word."""
    channel = sound((2, 0.0005), (0.1, 0.3), (2, 0.0005), (1, 0.3), (2, 0.0005))
    assert len(loud_stretches(channel, margin=0.0)) == 2
    (word,) = loud_stretches(channel, margin=0.0, least=0.7)
    assert word.start == pytest.approx(4.1, abs=0.05)


@pytest.mark.parametrize("samples", [0, 1, 7])
def test_almost_nothing_is_no_error(samples: int) -> None:
    """No samples give no stretch, fewer than a frame give one that holds them all."""
    stretches = loud_stretches(Channel.of(np.zeros(samples, np.float32), RATE))
    assert total(stretches) * RATE == pytest.approx(samples)


def test_loudness_is_the_same_in_one_go() -> None:
    """Worked out a minute at a time, the power of every frame is what the whole array gives."""
    channel = sound((150.005, 0.1))
    frame = round(RATE * FRAME_SECONDS)
    whole = np.asarray(channel.samples)[: len(channel.power) * frame].reshape(-1, frame)
    assert len(channel.power) == 15000
    assert np.array_equal(channel.power, np.square(whole).mean(axis=1))
