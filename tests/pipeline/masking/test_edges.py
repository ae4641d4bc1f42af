from dataclasses import replace

import numpy as np
import pytest

from pipeline.masking.edge_network import chances
from pipeline.masking.edges import (
    CANDIDATES,
    EAR_FEATURES,
    NO_NEIGHBOUR_SECONDS,
    SOUND_MARGIN_SECONDS,
    Spectrum,
    WordEdge,
    describe,
    find_edge,
    spectrum_of,
)
from pipeline.types import Trace

RATE = 8000


def tone(seconds: float, hertz: float, level: float = 8000.0) -> np.ndarray:
    """A tone that wavers as a voice does, so that no two frames are the same."""
    time = np.arange(round(seconds * RATE)) / RATE
    return level * np.sin(2 * np.pi * hertz * time + 3 * np.sin(2 * np.pi * 5 * time))


def call(*pieces: np.ndarray) -> np.ndarray:
    """The pieces one after another over a quiet line."""
    samples = np.concatenate(pieces)
    return (samples + np.random.default_rng(3).normal(0, 20, samples.size)).astype(np.int16)


def around(samples: np.ndarray, at: float) -> Spectrum:
    """What is listened to for an edge at ``at``."""
    return spectrum_of(samples, RATE, max(0.0, at - SOUND_MARGIN_SECONDS), at + SOUND_MARGIN_SECONDS)


def alone(at: float, inner: float = 0.2) -> WordEdge:
    """An edge with no word near."""
    return WordEdge(at, inner, NO_NEIGHBOUR_SECONDS, NO_NEIGHBOUR_SECONDS)


UNBROKEN = WordEdge(2.0, 0.2, 0.0, 0.4, length=0.6, expected=0.6)
"""Of a word in the midst of talk."""


def said_until(edge: float, side: int) -> Trace:
    """An ear that hears data up to a moment, or from it on, and none beyond."""
    middles = (np.arange(60) + 0.5) * 0.08
    return Trace(0.0, 0.08, tuple(np.where(side * (middles - edge) < 0, 0.98, 0.02).tolist()))


SAID = call(np.zeros(RATE), tone(0.8, 300), np.zeros(RATE))
"""Sound from 1.0 to 1.8 s."""


@pytest.mark.parametrize("off", [-0.3, -0.1, 0.0, 0.1, 0.15])
def test_a_start_after_silence_is_found_wherever_the_word_was_timed(off: float):
    """The edge is a frame into the sound at most (the pad is two), and hardly 0.1 s before it."""
    found = find_edge(around(SAID, 1.0 + off), alone(1.0 + off, 0.5), -1, -12.0)
    assert 0.88 <= found <= 1.015


@pytest.mark.parametrize("off", [-0.25, -0.1, 0.0, 0.1])
def test_an_end_before_silence_is_found_wherever_the_word_was_timed(off: float):
    """Likewise at the end; word ends come early more often than late."""
    found = find_edge(around(SAID, 1.8 + off), alone(1.8 + off, 0.5), 1, -12.0)
    assert 1.795 <= found <= 1.95


def test_the_pause_is_gone_to_and_no_further():
    """A neighbour beyond a pause stays outside, though the word was timed in the middle of it."""
    samples = call(np.zeros(RATE // 2), tone(0.6, 500), np.zeros(RATE // 4), tone(0.8, 300), np.zeros(RATE))
    found = find_edge(around(samples, 1.25), WordEdge(1.25, 0.3, 0.0, 0.5), -1, -12.0)
    assert 1.1 <= found <= 1.355


def test_without_a_sign_in_the_sound_the_edge_goes_outward():
    """One unbroken sound says nothing of where a word in it ends, so certainty costs more of it."""
    samples = call(np.zeros(RATE), tone(2.0, 300), np.zeros(RATE))
    unclear = find_edge(around(samples, 2.0), WordEdge(2.0, 0.2, 0.0, 0.4), 1, -12.0)
    clear = find_edge(around(SAID, 1.8), alone(1.8), 1, -12.0)
    assert unclear - 2.0 > max(0.1, clear - 1.8)


@pytest.mark.parametrize("side", [-1, 1])
def test_chances_sum_to_one(side: int):
    """Every candidate has a chance, and one of them is the edge."""
    given = chances(describe(around(SAID, 1.0), alone(1.0), side, -12.0), side)
    assert given.shape == (CANDIDATES,)
    assert given.min() >= 0
    assert given.sum() == pytest.approx(1)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100])
def test_frames_are_the_same_at_every_rate(rate: int):
    """A full-scale tone is near 0 dB and a second is a hundred frames, whatever the rate."""
    time = np.arange(rate) / rate
    sound = spectrum_of((32767 * np.sin(2 * np.pi * 1000 * time)).astype(np.int16), rate, 0.0, 1.0)
    assert sound.level.shape == (100,)
    assert sound.level[10:90] == pytest.approx(0, abs=1)


def test_outside_the_recording_is_silence():
    """Frames before the first sample and after the last are there, and quiet."""
    sound = spectrum_of(np.full(800, 9000, dtype=np.int16), RATE, -0.5, 0.6)
    assert sound.level.shape == (110,)
    assert sound.level[:40].max() == sound.level[-40:].max() == pytest.approx(-90, abs=1)


@pytest.mark.parametrize("start", [-5.0, -0.05, 0.4, 0.97, 7.0])
def test_only_the_stretch_is_read(start: float):
    """Of samples in a file too: what is heard does not hang on what lies around it."""

    class _Read:
        def __init__(self, samples) -> None:
            self.samples, self.most = samples, 0

        def __len__(self) -> int:
            return len(self.samples)

        def __getitem__(self, part: slice):
            self.most = max(self.most, part.stop - part.start)
            return self.samples[part]

    samples = np.random.default_rng(3).integers(-9000, 9000, 8000).astype(np.int16)
    whole, read = (
        np.concatenate([np.zeros(80_000, np.int16), samples, np.zeros(80_000, np.int16)]),
        _Read(samples),
    )
    here, there = (
        spectrum_of(whole, 8000, start + 10.0, start + 10.4),
        spectrum_of(read, 8000, start, start + 0.4),
    )
    assert np.allclose(here.level, there.level)
    assert np.allclose(here.bands, there.bands)
    assert read.most <= 0.43 * 8000


def test_silence_at_an_edge_is_left_alone():
    """A word timed late into a silence ends a breath after its sound."""
    assert find_edge(around(SAID, 2.0), alone(2.0, 0.4), 1, -12.0) == pytest.approx(1.9, abs=0.03)


def test_mirrored_sound_gives_mirrored_features():
    """What is inside on one side is outside on the other: both sides are described alike."""
    mirrored = SAID[::-1].copy()
    seconds = len(SAID) / RATE
    edge = WordEdge(1.0, 0.2, 0.1, 0.3)
    one = describe(spectrum_of(SAID, RATE, 0.0, seconds), edge, -1, -12.0)
    two = describe(
        spectrum_of(mirrored, RATE, 0.0, seconds), WordEdge(seconds - 1.0, 0.2, 0.1, 0.3), 1, -12.0
    )
    assert one == pytest.approx(two, abs=0.35)


@pytest.mark.parametrize("side", [-1, 1])
def test_in_one_unbroken_sound_the_edge_follows_the_ear(side: int):
    """Where data is heard to be said .15 s further, there the edge lies."""
    noise = np.random.default_rng(7).normal(0, 3000, 2 * RATE)
    samples = call(np.zeros(RATE), noise, np.zeros(RATE))
    here, further = (
        find_edge(
            around(samples, 2.0), replace(UNBROKEN, traces=(said_until(2.0 + side * off, side),)), side, -12.0
        )
        for off in (0.0, 0.15)
    )
    assert side * (further - here) == pytest.approx(0.15, abs=0.06)


def test_without_an_ear_nothing_is_told_of_it():
    """The last columns are the ear's, and the very last says whether there was one."""
    sound = around(SAID, 1.0)
    deaf, heard = (
        describe(sound, replace(alone(1.0), traces=traces), -1, -12.0)
        for traces in ((), (said_until(1.0, -1),))
    )
    assert not deaf[:, -EAR_FEATURES:].any()
    assert heard[:, -1].all()
    assert np.array_equal(deaf[:, :-EAR_FEATURES], heard[:, :-EAR_FEATURES])
