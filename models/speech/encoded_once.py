"""Detect a window's language, listen to it and recognise it with a single run of the encoder.

    languages(window)   spectrogram -> encoder -> languages            the encoder's output is cached
    encoding(window)    spectrogram -> encoder                         the encoder's output is cached
    recognise(window)   spectrogram -> cached output -> decoder

The ears read the adapted encoder, which also recognises.  Beside another recogniser only language detection
and recognition share the output.  Encoding is most of the cost of detecting a language, and faster-whisper
caches nothing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.speech.whisper.frames import MOST_FRAMES

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

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

    def languages(self, window: NDArray[np.float32]) -> dict[str, float]:
        """Return the probability of each language (ISO 639-1) of at most 30 s of 16 kHz audio."""
        (found,) = self._model.model.detect_language(self.encoding(window))
        return {str(token).strip("<|>"): float(probability) for token, probability in found}

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


def _spectrogram(model: WhisperModel, window: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the spectrogram, padded to 30 s as faster-whisper does it."""
    from faster_whisper.audio import pad_or_trim

    return np.asarray(pad_or_trim(model.feature_extractor(window)[..., :-1], MOST_FRAMES))


def _name(features: NDArray[np.float32]) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(features).tobytes()).digest()
