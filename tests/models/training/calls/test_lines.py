"""Lines wear speech out and move nothing in time."""

from __future__ import annotations

import random

import numpy as np
import pytest

from models.training.calls.lines import CODECS, RATE, through, worn


def speech(seconds: float = 2.0) -> np.ndarray:
    """Noise of a voice's colour that swells, with a pause in the middle."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    sound = np.fft.irfft(spectrum * np.exp(-(((hertz - 700) / 500) ** 2)), count)
    sound *= 0.5 + 0.5 * np.sin(np.arange(count) / RATE * 2 * np.pi * 3)
    sound[count // 2 : count // 2 + RATE // 4] = 0
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


@pytest.mark.parametrize(
    ("codec", "bits"), [(name, bits) for name, (_, _, each) in CODECS.items() for bits in each]
)
def test_a_codec_moves_nothing_by_more_than_its_delay(codec: str, bits: int) -> None:
    """As many samples, and the likest ones at most 5 ms later."""
    sound = speech()
    out = through(sound, codec, bits)
    assert out.shape == sound.shape
    likeness = np.fft.irfft(np.fft.rfft(out) * np.conj(np.fft.rfft(sound)))
    late = int(np.argmax(likeness))
    assert min(late, len(sound) - late) <= 0.005 * RATE
    assert np.corrcoef(np.roll(sound, late), out)[0, 1] > 0.4


def test_it_is_worn_in_many_ways_and_the_same_for_a_seed() -> None:
    """Never louder than full scale, always as long."""
    sound = speech()
    made = [worn(sound, random.Random(seed)) for seed in range(20)]
    assert all(each.shape == sound.shape and np.abs(each).max() <= 1 for each in made)
    assert len({each.tobytes() for each in made}) == 20
    assert worn(sound, random.Random(3)).tobytes() == made[3].tobytes()


def test_silence_stays_quiet() -> None:
    """What is worn out of nothing is no speech."""
    silence = np.zeros(RATE, np.float32)
    assert all(np.abs(worn(silence, random.Random(seed))).max() < 0.1 for seed in range(20))
