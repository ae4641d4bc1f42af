from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.speech.encoded_once import KEPT, EncodedOnce


class FakeWhisper:
    """Its spectrogram is the sound, its encoding the spectrogram's sum; counts how often it encodes."""

    def __init__(self) -> None:
        """Nothing has been encoded."""
        self.model = self
        self.encoded = 0

    def feature_extractor(self, window: NDArray[np.float32]) -> NDArray[np.float32]:
        """A frame for each sample and one more, as faster-whisper's."""
        return np.concatenate((window, np.zeros(1, np.float32)))[None]

    def encode(self, features: NDArray[np.float32]) -> float:
        """Of so many frames, whatever was said."""
        self.encoded += 1
        assert features.shape[-1] == 3000
        return float(features.sum())

    def detect_language(self, encoded: float) -> list[list[tuple[str, float]]]:
        """Loud is Japanese."""
        return [[("<|ja|>" if encoded > 1 else "<|en|>", 0.9), ("<|de|>", 0.1)]]


def frames(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """What faster-whisper gives its encoder to recognise a window."""
    return np.pad(window[None], ((0, 0), (0, 3000 - len(window))))


def test_what_was_asked_about_is_not_encoded_again() -> None:
    """To recognise the window takes what the question was answered from, and only once."""
    whisper = FakeWhisper()
    once = EncodedOnce(whisper)  # type: ignore[arg-type]
    window = np.ones(100, np.float32)
    assert once.languages(window) == {"ja": 0.9, "de": 0.1}
    assert whisper.encoded == 1
    assert whisper.encode(frames(window)) == 100.0
    assert whisper.encoded == 1
    assert whisper.encode(frames(window)) == 100.0
    assert whisper.encoded == 2


def test_another_window_is_encoded_by_itself() -> None:
    """What was kept is for the very same sound only."""
    whisper = FakeWhisper()
    EncodedOnce(whisper).languages(np.ones(100, np.float32))  # type: ignore[arg-type]
    assert whisper.encode(frames(np.full(100, 2.0, np.float32))) == 200.0


@pytest.mark.parametrize("asked", [1, KEPT, 5 * KEPT])
def test_no_more_is_kept_than_a_call_asks_for(asked: int) -> None:
    """A refused call leaves little behind, and the next one's windows push it out."""
    once = EncodedOnce(FakeWhisper())  # type: ignore[arg-type]
    for number in range(asked):
        once.languages(np.full(100, number, np.float32))
    assert len(once._kept) == min(asked, KEPT)
