"""Encode, decode and time several windows of one call together.

faster-whisper decodes one window after another, each in an encoder of thirty seconds, and restarts at the end
of each utterance.  Here CTranslate2 encodes windows of about the same length together, in an encoder no wider
than they are, decodes them once and times their words together.  Each step reads the weights from memory once
for all windows, which is most of the cost of decoding on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.speech.ears import SILENCE, EarOutput
from models.speech.listening_encoder import ListeningEncoder
from models.speech.whisper.frames import HOP
from models.speech.whisper.window_encoder import WindowEncoder
from pipeline.hearing.transcribe import RATE, HeardWord

if TYPE_CHECKING:
    from faster_whisper import WhisperModel


@dataclass(frozen=True, slots=True)
class Decoding:
    """Decoding options.

    Attributes:
        beam: Beam size.
        tokens_a_second: Greatest number of tokens per second of sound.
        tokens_beside: Tokens allowed in addition, for short windows and punctuation.
        least_seconds: Least width of the encoder: the model, made for thirty seconds, recognises little in an
            encoder of three.
    """

    beam: int
    tokens_a_second: float
    tokens_beside: int
    least_seconds: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """Result for one window; times in seconds from its start.

    Attributes:
        words: Timed words.
        no_speech_probability: Probability that the window holds no speech.
        heard: Output of the ears.
    """

    words: tuple[HeardWord, ...]
    no_speech_probability: float
    heard: EarOutput = SILENCE


class WindowDecoder:
    """Decodes windows with a loaded model, which is shared, not copied; thread-safe.

    Args:
        model: The loaded model.
        ears: Listener for the same windows, if any.
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
            how: Decoding options.

        Returns:
            One result for each window, in order.  The same input gives the same words.

        Raises:
            ValueError: a window is longer than the model's encoder.
        """
        if not windows:
            return ()
        longest = max(len(window) for window in windows) / RATE
        encoded = self._encoder.together(windows, how.least_seconds)
        listened: Sequence[EarOutput] = [SILENCE] * len(windows)
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
        # One list of dictionaries per window; faster-whisper's stub declares a single list.
        timed = self._model.find_alignment(self._tokenizer, texts, encoded, lengths)
        return tuple(
            Decoded(self._on_words(_words(words), heard), float(result.no_speech_prob), heard)
            for words, result, heard in zip(timed, results, listened, strict=True)
        )

    def _on_words(self, words: tuple[HeardWord, ...], heard: EarOutput) -> tuple[HeardWord, ...]:
        return words if self._ears is None else self._ears.on_words(words, heard)


def _words(timed: Any) -> tuple[HeardWord, ...]:
    return tuple(
        HeardWord(w["word"], float(w["start"]), float(w["end"]), float(w["probability"]))
        for w in timed
        if w["word"]
    )
