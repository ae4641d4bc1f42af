from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from models.training.calls.throats import MELS, another_voice, bent

RATE = 16_000


def spectrogram(hz: float) -> NDArray[np.float32]:
    """Of half a second of a tone, filled up with as many frames of nothing."""
    tone = np.sin(2 * np.pi * hz * np.arange(RATE // 2) / RATE).astype(np.float32)
    frames = FeatureExtractor()(tone)[:, :50].T
    return np.concatenate((frames, np.zeros_like(frames)))


@pytest.mark.parametrize("hz", [400.0, 900.0, 1500.0, 3000.0])
@pytest.mark.parametrize("factor", [0.88, 0.95, 1.07, 1.12])
def test_a_tone_moves_by_the_factor(hz: float, factor: float) -> None:
    """The loudest bin is that of the tone that the shorter or longer throat would give, or next to it."""
    moved, wanted = bent(spectrogram(hz), factor), spectrogram(hz * factor)
    assert abs(int(moved[20].argmax()) - int(wanted[20].argmax())) <= 1


def test_nothing_moves_by_nothing() -> None:
    """A throat of the same length is the same voice."""
    whole = spectrogram(700.0)
    np.testing.assert_allclose(bent(whole, 1.0), whole, atol=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_another_voice_is_another_and_as_long(seed: int) -> None:
    """Its sound differs; what filled it up is nothing still, and the same seed gives the same."""
    whole = spectrogram(700.0)
    one, same = (another_voice(whole, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    assert one.shape == whole.shape == (100, MELS)
    assert not one[50:].any()
    assert np.abs(one[:50] - whole[:50]).max() > 0.05
