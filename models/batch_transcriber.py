"""Decode a batch of short windows at once: the second hearing of a call, at a fifth of the first's price.

faster-whisper decodes one window after another, thirty seconds wide, with beams and temperature
fallbacks.  Here CTranslate2 encodes and decodes several windows together, greedily and once, in an
encoder no wider than they are, and the words of the whole batch are timed together.

A small model loops when left alone: nothing may be longer than it could be said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline.second_hearing import BATCH_WINDOW, RATE
from pipeline.transcribe import HeardSegment, HeardWord

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["BatchTranscriber"]

SPARE = 1.0
"""Seconds of padding after the longest window: an end without any loses its last words."""

TOKENS_A_SECOND = 9.0
"""Most that is decoded for a second of sound: fast speech is eight morae, and most are a token at most."""

TOKENS_AT_LEAST = 12
"""Allowed beside, for short windows and punctuation."""

HOP = 160
"""Samples per frame of the spectrogram, of every Whisper model."""


class BatchTranscriber:
    """A ``BatchRecogniser`` on the model that the first hearing has loaded.

    Args:
        model: The loaded model; it is shared, not copied.
        name: What the manifest calls it.
    """

    def __init__(self, model: WhisperModel, name: str) -> None:
        from faster_whisper.tokenizer import Tokenizer

        self._model = model
        self.name = name
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="ja"
        )

    def recognise_batch(self, windows: Sequence[NDArray[np.float32]]) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono windows of at most ``BATCH_WINDOW`` seconds each.

        Args:
            windows: float32, shape (n,) each; full scale 1.

        Returns:
            One utterance per window, in order, its words in seconds from the window's start;
            without words where nothing was recognised.  The same input gives the same words.

        Raises:
            ValueError: when a window is longer than the encoder is made for here.
        """
        import ctranslate2

        if not windows:
            return ()
        longest = max(len(window) for window in windows) / RATE
        if longest > BATCH_WINDOW + SPARE:
            msg = f"a window of {longest:.2f} s; at most {BATCH_WINDOW + SPARE} s"
            raise ValueError(msg)
        features = ctranslate2.StorageView.from_array(self._features(windows))
        encoded = self._model.model.encode(features)
        prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        results = self._model.model.generate(
            encoded,
            [prompt] * len(windows),
            beam_size=1,
            max_length=len(prompt) + TOKENS_AT_LEAST + round(TOKENS_A_SECOND * longest),
            return_no_speech_prob=True,
        )
        tokens = [[t for t in result.sequences_ids[0] if t < self._tokenizer.eot] for result in results]
        lengths = [len(window) // HOP for window in windows]
        # One list of dictionaries per window; a stub of faster-whisper says one in all.
        timed = self._model.find_alignment(self._tokenizer, tokens, encoded, lengths)
        return tuple(
            HeardSegment(
                tuple(
                    HeardWord(w["word"], float(w["start"]), float(w["end"]), float(w["probability"]))
                    for w in words
                    if w["word"]
                ),
                float(result.no_speech_prob),
            )
            for words, result in zip(timed, results, strict=True)
        )

    def _features(self, windows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Spectrograms of one width, shape (windows, mels, frames)."""
        from faster_whisper.audio import pad_or_trim

        frames = round((BATCH_WINDOW + SPARE) * RATE) // HOP
        rows = [pad_or_trim(self._model.feature_extractor(w)[..., :-1], frames) for w in windows]
        return np.ascontiguousarray(np.stack(rows))
