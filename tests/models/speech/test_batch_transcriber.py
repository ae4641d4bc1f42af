from __future__ import annotations

import numpy as np
import pytest

from models.speech.batch_transcriber import GREEDY, BatchTranscriber
from models.speech.transcriber import load_transcriber
from models.speech.whisper.frames import PADDING_SECONDS
from pipeline.hearing.second_hearing import RATE, SECOND_WINDOW_SECONDS


@pytest.fixture(scope="module")
def base() -> BatchTranscriber:
    """The embedded model, loaded once."""
    recogniser = load_transcriber("base", device="cpu", cpu_threads=1)
    return recogniser.in_batches()


def noise(seconds: float, seed: int = 1) -> np.ndarray:
    """Nothing that is speech; a small model hears something in it all the same."""
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def test_every_window_has_its_utterance_within_its_time(base: BatchTranscriber) -> None:
    """One utterance per window, in order; words of plain values, in order, none after the window's end."""
    windows = [noise(3.0), np.zeros(8_000, np.float32), noise(SECOND_WINDOW_SECONDS, seed=2)]
    heard = base.recognise_batch(windows)
    assert len(heard) == len(windows)
    for window, segment in zip(windows, heard, strict=True):
        assert type(segment.no_speech_probability) is float
        for word in segment.words:
            assert type(word.start) is type(word.end) is type(word.probability) is float
            assert 0 <= word.start <= word.end <= len(window) / RATE + 0.05
        assert len(segment.words) <= GREEDY.tokens_beside + GREEDY.tokens_a_second * SECOND_WINDOW_SECONDS
    assert heard == base.recognise_batch(windows)


def test_no_window_is_no_utterance(base: BatchTranscriber) -> None:
    """A channel that never sounds has none."""
    assert base.recognise_batch([]) == ()


def test_a_window_that_would_be_cut_off_is_refused(base: BatchTranscriber) -> None:
    """What lies beyond the encoder's width would be lost silently."""
    with pytest.raises(ValueError, match="window"):
        base.recognise_batch([noise(SECOND_WINDOW_SECONDS + PADDING_SECONDS + 0.1)])
