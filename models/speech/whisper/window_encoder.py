"""Encode windows of a call, one or several together, in an encoder no wider than they are.

    windows -> spectrograms of one width -> encoder -> input of the decoder and of the ears

A Whisper encoder takes thirty seconds; for a shorter window the silence behind it need not be encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.speech.whisper.frames import HOP, MOST_FRAMES, PADDING_SECONDS
from pipeline.hearing.transcribe import RATE

if TYPE_CHECKING:
    from faster_whisper import WhisperModel


class WindowEncoder:
    """Encoder of a loaded model with its spectrogram; thread-safe.

    Args:
        model: ``ctranslate2.models.Whisper``; it is shared, not copied.
        features: Turns 16 kHz samples into a spectrogram with the model's number of mel bins.
    """

    def __init__(self, model: Any, features: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> None:
        self._model = model
        self._features = features

    def together(self, windows: Sequence[NDArray[np.float32]], least_seconds: float = 0.0) -> Any:
        """Encode windows, in an encoder as wide as the longest of them.

        Args:
            windows: 16 kHz mono, float32, shape (n,) each; full scale 1.
            least_seconds: Least width of the encoder.

        Returns:
            CTranslate2's array, shape (windows, steps, width).

        Raises:
            ValueError: a window is longer than the encoder.
        """
        longest = max(len(window) for window in windows) / RATE
        most = MOST_FRAMES * HOP / RATE
        if longest > most:
            msg = f"a window of {longest:.2f} s; at most {most:.0f} s"
            raise ValueError(msg)
        return self._encoded(self._spectrograms(windows, frames_of(max(least_seconds, longest))))

    def width(self) -> int:
        """Return the number of values in a step of the encoder, measured with the shortest sound (20 ms)."""
        import ctranslate2

        nothing = np.zeros((1, self._model.n_mels, 2), np.float32)
        return int(self._model.encode(ctranslate2.StorageView.from_array(nothing)).shape[-1])

    def _encoded(self, spectrograms: NDArray[np.float32]) -> Any:
        """Encode windows; on a CPU one after another, which gives the same in two thirds of the time.

        The working data of four windows together exceeds the caches.
        """
        import ctranslate2

        model, as_storage = self._model, ctranslate2.StorageView.from_array
        if model.device != "cpu" or len(spectrograms) == 1:
            return model.encode(as_storage(spectrograms))
        each = [np.array(model.encode(as_storage(spectrograms[n : n + 1]))) for n in range(len(spectrograms))]
        return as_storage(np.concatenate(each))

    def _spectrograms(self, windows: Sequence[NDArray[np.float32]], frames: int) -> NDArray[np.float32]:
        """Return spectrograms of one width, shape (windows, mels, frames)."""
        from faster_whisper.audio import pad_or_trim

        rows = [pad_or_trim(self._features(window)[..., :-1], frames) for window in windows]
        return np.ascontiguousarray(np.stack(rows))


def frames_of(seconds: float) -> int:
    """Return the width in frames for ``seconds`` and the padding: an even number, at most ``MOST_FRAMES``."""
    return min(MOST_FRAMES, round((seconds + PADDING_SECONDS) * RATE) // HOP // 2 * 2)


def encode_only_sound(model: WhisperModel) -> None:
    """Make faster-whisper encode a window only up to ``PADDING_SECONDS`` seconds behind its sound.

    By default it pads every window to 30 s.  The adapter was trained on windows without that padding
    (``models.training.adapter.train_adapter``); a model as published loses words in them.

    Args:
        model: The loaded model; from now on it encodes so.
    """
    encode = model.encode

    def encode_sound(features: NDArray[np.float32]) -> Any:
        # Padding is 0 in every bin; a frame of sound never is.
        there = np.flatnonzero(features.any(axis=-2))
        last = int(there[-1]) + 1 if len(there) else 0
        return encode(features[..., : frames_of(last * HOP / RATE)])

    model.encode = encode_sound
