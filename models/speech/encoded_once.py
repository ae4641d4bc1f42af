"""Ask a window's language, listen to it and recognise it at the price of one encoding.

    language(window)    spectrogram -> encoder -> which language?         the encoder's output is kept
    encoding(window)    spectrogram -> encoder                            likewise
    recognise(window)   spectrogram -> the same, so what was kept -> decoder

With the telephone adapter another encoder recognises: then language and ears share what was kept, and no
silence is encoded behind a short window.

Encoding is most of what the question costs, and faster-whisper keeps none of it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.speech.ears import LISTENED_SECONDS
from models.speech.whisper.window_encoder import frames_of
from pipeline.hearing.transcribe import RATE

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["EncodedOnce"]

KEPT = 12
"""Windows whose encoding is kept at most: more than are asked about in a call and heard at once; 3 MB each
for ``base``."""


class EncodedOnce:
    """Stands before a model's encoder and remembers what it gave for windows asked about.

    Args:
        model: The loaded model; from now on it encodes through this.
        least_seconds: Width of the encoder at the least.  A model that decodes what it is asked about needs
            the whole 30 s, as faster-whisper decodes.
    """

    def __init__(self, model: WhisperModel, least_seconds: float = LISTENED_SECONDS) -> None:
        self._model = model
        self._least_seconds = least_seconds
        self._encode = model.encode
        self._kept: dict[bytes, Any] = {}
        model.encode = self._once

    def language(self, window: NDArray[np.float32]) -> tuple[str, float]:
        """The most probable language (ISO 639-1) of at most 30 s of 16 kHz audio, and its probability."""
        ((found, *_),) = self._model.model.detect_language(self.encoding(window))
        return str(found[0]).strip("<|>"), float(found[1])

    def encoding(self, window: NDArray[np.float32], *, last: bool = False) -> Any:
        """The encoder's output for at most 30 s of 16 kHz audio, filled up to the encoder's width.

        Args:
            window: float32, shape (n,).
            last: Whether nobody asks for it again; else it is kept.
        """
        from faster_whisper.audio import pad_or_trim

        # As faster-whisper does it, to the byte: else it is encoded once more, and nothing worse.
        frames = frames_of(max(self._least_seconds, len(window) / RATE))
        features = pad_or_trim(self._model.feature_extractor(window)[..., :-1], frames)
        name = _name(features)
        encoded = self._kept.pop(name, None)
        if encoded is None:
            encoded = self._encode(features)
        if last:
            return encoded
        for older in list(self._kept)[: 1 - KEPT]:
            self._kept.pop(older, None)
        self._kept[name] = encoded
        return encoded

    def _once(self, features: NDArray[np.float32]) -> Any:
        """As ``WhisperModel.encode``; what was kept is given out once."""
        kept = self._kept.pop(_name(features), None) if self._kept else None
        return self._encode(features) if kept is None else kept


def _name(features: NDArray[np.float32]) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(features).tobytes()).digest()
