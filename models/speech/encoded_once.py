"""Detect a window's language, listen to it and recognise it at the price of one encoding.

    language(window)    spectrogram -> encoder -> which language?         the encoder's output is kept
    encoding(window)    spectrogram -> encoder                            likewise
    recognise(window)   spectrogram -> the same, so what was kept -> decoder

The ears read the adapted encoder, which also recognises; the published model detects the language.  Without
an adapter, language and words share an encoding.

Encoding is most of the cost of detecting a language, and faster-whisper keeps no encoding.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.speech.whisper.frames import WIDEST
from models.speech.whisper.window_encoder import frames_of
from pipeline.hearing.second_hearing import SECOND_WINDOW_SECONDS
from pipeline.hearing.transcribe import RATE

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["EncodedOnce", "language_of"]

KEPT = 12
"""Most encodings that are kept: more than the windows asked about in a call at once; 3 MB each
for ``base``."""


class EncodedOnce:
    """Stands before a model's encoder and remembers what it gave for windows asked about.

    Args:
        model: The loaded model; from now on it encodes through this.
    """

    def __init__(self, model: WhisperModel) -> None:
        self._model = model
        self._encode = model.encode
        self._kept: dict[bytes, Any] = {}
        model.encode = self._once

    def language(self, window: NDArray[np.float32]) -> tuple[str, float]:
        """The most probable language (ISO 639-1) of at most 30 s of 16 kHz audio, and its probability."""
        return _language(self._model, self.encoding(window))

    def encoding(self, window: NDArray[np.float32]) -> Any:
        """What the model's encoder gives of at most 30 s of 16 kHz audio; it is kept.

        Args:
            window: float32, shape (n,).
        """
        # As faster-whisper does it, to the byte: else it is encoded once more, and nothing worse.
        features = _spectrogram(self._model, window)
        name = _name(features)
        encoded = self._kept.pop(name, None)
        if encoded is None:
            encoded = self._encode(features)
        for older in list(self._kept)[: 1 - KEPT]:
            self._kept.pop(older, None)
        self._kept[name] = encoded
        return encoded

    def _once(self, features: NDArray[np.float32]) -> Any:
        """As ``WhisperModel.encode``; what was kept is given out once."""
        kept = self._kept.pop(_name(features), None) if self._kept else None
        return self._encode(features) if kept is None else kept


def language_of(model: WhisperModel, window: NDArray[np.float32]) -> tuple[str, float]:
    """The same as ``EncodedOnce.language`` of a model that decodes no such window.

    No encoding is kept, so the loudest ``SECOND_WINDOW_SECONDS`` are asked alone: half the price, and of 48
    windows of calls none was taken for foreign.
    """
    frames = frames_of(SECOND_WINDOW_SECONDS)
    return _language(model, model.encode(_spectrogram(model, _loudest(window), frames)))


def _loudest(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the loudest ``SECOND_WINDOW_SECONDS`` of a window, and a shorter window whole."""
    size = round(SECOND_WINDOW_SECONDS * RATE)
    if len(window) <= size:
        return window
    energy = np.concatenate(([0.0], np.cumsum(np.square(window, dtype=np.float64))))
    start = int(np.argmax(energy[size:] - energy[:-size]))
    return window[start : start + size]


def _language(model: WhisperModel, encoded: Any) -> tuple[str, float]:
    ((found, *_),) = model.model.detect_language(encoded)
    return str(found[0]).strip("<|>"), float(found[1])


def _spectrogram(
    model: WhisperModel, window: NDArray[np.float32], frames: int = WIDEST
) -> NDArray[np.float32]:
    """Filled up as faster-whisper does it, by default to 30 s."""
    from faster_whisper.audio import pad_or_trim

    return np.asarray(pad_or_trim(model.feature_extractor(window)[..., :-1], frames))


def _name(features: NDArray[np.float32]) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(features).tobytes()).digest()
