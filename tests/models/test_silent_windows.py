from __future__ import annotations

import numpy as np
import pytest

from models.speech.ears import NOISE
from models.speech.transcriber import load_transcriber
from pipeline.hearing.transcribe import RATE


def test_noise_in_which_no_mora_is_heard_is_not_decoded(monkeypatch: pytest.MonkeyPatch):
    """Half a minute of it costs an encoding; a window too short to be sure is decoded as ever."""
    recogniser = load_transcriber(cpu_threads=1)
    decoded: list[int] = []

    def transcribe(samples: np.ndarray, **_: object) -> tuple[tuple[()], None]:
        decoded.append(len(samples))
        return (), None

    monkeypatch.setattr(recogniser._model, "transcribe", transcribe)
    noise = np.random.default_rng(1).normal(0, 0.01, 27 * RATE).astype(np.float32)
    short = round((NOISE - 0.5) * RATE)

    assert recogniser.recognise(noise) == ()
    assert decoded == []
    recogniser.recognise(noise[:short])
    assert decoded == [short]
