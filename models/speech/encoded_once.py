"""Detect a window's language, listen to it and recognise it with a single run of the encoder.

    language(window)    spectrogram -> encoder -> language             the encoder's output is cached
    encoding(window)    spectrogram -> encoder                         the encoder's output is cached
    recognise(window)   spectrogram -> cached output -> decoder

The ears read the adapted encoder, which also recognises; the language is detected with the model as
published.  Beside another recogniser only language detection and recognition share the output.  Encoding is
most of the cost of detecting a language, and faster-whisper caches nothing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.speech.whisper.frames import MOST_FRAMES
from models.speech.whisper.window_encoder import frames_of
from pipeline.hearing.second_hearing import SECOND_WINDOW_SECONDS
from pipeline.hearing.transcribe import RATE

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["EncodedOnce", "language_of"]

KEPT = 12
"""Greatest number of cached windows: more than are examined and recognised at once in a call; 3 MB each for
``base``."""


class EncodedOnce:
    """Cache in front of a model's encoder.

    Args:
        model: The loaded model; from now on it encodes through this cache.
    """

    def __init__(self, model: WhisperModel) -> None:
        self._model = model
        self._encode = model.encode
        self._kept: dict[bytes, Any] = {}
        model.encode = self._once

    def language(self, window: NDArray[np.float32]) -> tuple[str, float]:
        """Return the likeliest language (ISO 639-1) of at most 30 s of 16 kHz audio, and its probability."""
        return _language(self._model, self.encoding(window))

    def encoding(self, window: NDArray[np.float32]) -> Any:
        """Return the encoder's output for at most 30 s of 16 kHz audio, and cache it.

        Args:
            window: float32, shape (n,).
        """
        # Equal to faster-whisper's spectrogram to the byte; otherwise the window would only be encoded twice.
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
        """Replace ``WhisperModel.encode``; a cached output is used once and dropped."""
        kept = self._kept.pop(_name(features), None) if self._kept else None
        return self._encode(features) if kept is None else kept


def language_of(model: WhisperModel, window: NDArray[np.float32]) -> tuple[str, float]:
    """Detect the language as ``EncodedOnce.language``, for a model that does not recognise the window.

    Nothing is cached, so only the loudest ``SECOND_WINDOW_SECONDS`` are encoded: half the price, and none of
    48 windows of calls was taken for foreign.
    """
    frames = frames_of(SECOND_WINDOW_SECONDS)
    return _language(model, model.encode(_spectrogram(model, _loudest(window), frames)))


def _loudest(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the loudest stretch of ``SECOND_WINDOW_SECONDS``, or the window itself if it is no longer."""
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
    model: WhisperModel, window: NDArray[np.float32], frames: int = MOST_FRAMES
) -> NDArray[np.float32]:
    """Return the spectrogram, padded as faster-whisper does it, by default to 30 s."""
    from faster_whisper.audio import pad_or_trim

    return np.asarray(pad_or_trim(model.feature_extractor(window)[..., :-1], frames))


def _name(features: NDArray[np.float32]) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(features).tobytes()).digest()
