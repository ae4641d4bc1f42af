"""Encode, decode and time several windows of one call together.

faster-whisper decodes one window after another, each in an encoder of thirty seconds, and
begins anew where an utterance ended.  Here CTranslate2 encodes windows of about the same length
together, in an encoder no wider than they are, decodes them once and times their words together: weights
are read from memory once a step for all of them, which is most of what decoding costs on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.speech.ears import SILENCE, Heard
from models.speech.listening_encoder import ListeningEncoder
from models.speech.whisper.frames import HOP
from models.speech.whisper.window_encoder import WindowEncoder
from pipeline.hearing.transcribe import RATE, HeardWord

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["Decoded", "Decoding", "WindowDecoder"]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How windows are decoded.

    Attributes:
        beam: Hypotheses that are followed.
        tokens_a_second: Most that is decoded for a second of sound.
        tokens_beside: Allowed beside, for short windows and marks.
        least_seconds: Width of the encoder at the least: in one of three seconds the model, made for thirty,
            hears little.
    """

    beam: int
    tokens_a_second: float
    tokens_beside: int
    least_seconds: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was decoded of one window.

    Attributes:
        words: Timed in seconds from the window's start.
        no_speech_probability: Of the window.
        heard: What was heard in it beside, likewise.
    """

    words: tuple[HeardWord, ...]
    no_speech_probability: float
    heard: Heard = SILENCE


class WindowDecoder:
    """Decodes windows with a loaded model; it is shared, not copied, and may be asked by several threads.

    Args:
        model: The loaded model.
        ears: Listen to the same windows, or nobody does.
    """

    def __init__(self, model: WhisperModel, ears: ListeningEncoder | None = None) -> None:
        from faster_whisper.tokenizer import Tokenizer

        self._model = model
        self._encoder = WindowEncoder(model.model, model.feature_extractor)
        self._ears = ears
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="ja"
        )

    def decode(self, windows: Sequence[NDArray[np.float32]], how: Decoding) -> tuple[Decoded, ...]:
        """Decode 16 kHz mono windows together.

        Args:
            windows: float32, shape (n,) each; full scale 1.
            how: How.

        Returns:
            One for each window, in order.  The same input gives the same words.

        Raises:
            ValueError: when a window is longer than the model's encoder.
        """
        if not windows:
            return ()
        longest = max(len(window) for window in windows) / RATE
        encoded = self._encoder.together(windows, how.least_seconds)
        listened: Sequence[Heard] = [SILENCE] * len(windows)
        if self._ears is not None:
            listened = self._ears.listen_together(windows, how.least_seconds)
        prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        results = self._model.model.generate(
            encoded,
            [prompt] * len(windows),
            beam_size=how.beam,
            max_length=min(
                self._model.max_length, len(prompt) + how.tokens_beside + round(how.tokens_a_second * longest)
            ),
            return_scores=True,
            return_no_speech_prob=True,
        )
        texts = [[token for token in r.sequences_ids[0] if token < self._tokenizer.eot] for r in results]
        lengths = [len(window) // HOP for window in windows]
        # One list of dictionaries per window; a stub of faster-whisper says one in all.
        timed = self._model.find_alignment(self._tokenizer, texts, encoded, lengths)
        return tuple(
            Decoded(self._on_words(_words(words), heard), float(result.no_speech_prob), heard)
            for words, result, heard in zip(timed, results, listened, strict=True)
        )

    def _on_words(self, words: tuple[HeardWord, ...], heard: Heard) -> tuple[HeardWord, ...]:
        return words if self._ears is None else self._ears.on_words(words, heard)


def _words(timed: Any) -> tuple[HeardWord, ...]:
    return tuple(
        HeardWord(w["word"], float(w["start"]), float(w["end"]), float(w["probability"]))
        for w in timed
        if w["word"]
    )
