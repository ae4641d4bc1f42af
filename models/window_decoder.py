"""Encode, decode and time several windows of one call together: what both hearings have in common.

faster-whisper decodes one window after another, each in an encoder of thirty seconds, and
begins anew where an utterance ended.  Here CTranslate2 encodes windows of about the same length
together, in an encoder no wider than they are, decodes them once and times their words together: weights
are read from memory once a step for all of them, which is most of what decoding costs on a CPU.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.transcribe import RATE, HeardWord

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["SPARE", "Decoded", "Decoding", "WindowDecoder"]

SPARE = 1.0
"""Seconds of padding after the longest window: an end without any loses its last words."""

HOP = 160
"""Samples per frame of the spectrogram, of every Whisper model."""

SECONDS_A_TIME = 0.02
"""Seconds from one time token to the next, of every Whisper model."""

WIDEST = 3000
"""Frames that the encoder takes at most."""


LEAST = 1e-12
"""A probability that is rounded to 0 counts as this: its logarithm has to be a number."""


_PIECES = re.compile(r"[A-Za-z]|[^A-Za-z]+")
"""Letters one by one: a narrow vocabulary has no English words."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How windows are decoded.

    Attributes:
        beam: Hypotheses that are followed.
        times: Whether the model writes when an utterance begins and ends.
        tokens_a_second: Most that is decoded for a second of sound.
        tokens_beside: Allowed beside, for short windows, marks and times.
        least_seconds: Width of the encoder at the least: in one of three seconds the model, made for thirty,
            hears little.
    """

    beam: int
    times: bool
    tokens_a_second: float
    tokens_beside: int
    least_seconds: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was decoded of one window.

    Attributes:
        utterances: Words of each, timed in seconds from the window's start.
        no_speech_probability: Of the window.
        language: The most probable one, ISO 639-1, and its probability; ``None`` if it was not asked for.
    """

    utterances: tuple[tuple[HeardWord, ...], ...]
    no_speech_probability: float
    language: tuple[str, float] | None


class WindowDecoder:
    """Decodes windows with a loaded model; it is shared, not copied, and may be asked by several threads.

    Args:
        model: The loaded model.
    """

    def __init__(self, model: WhisperModel) -> None:
        from faster_whisper.tokenizer import Tokenizer

        self._model = model
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="ja"
        )

    def decode(
        self, windows: Sequence[NDArray[np.float32]], how: Decoding, *, which_language: bool = False
    ) -> tuple[Decoded, ...]:
        """Decode 16 kHz mono windows together.

        Args:
            windows: float32, shape (n,) each; full scale 1.
            how: How.
            which_language: Whether to ask, which costs a step of the decoder.

        Returns:
            One for each window, in order.  The same input gives the same words.

        Raises:
            ValueError: when a window is longer than the model's encoder.
        """
        if not windows:
            return ()
        longest = max(len(window) for window in windows) / RATE
        frames = round((max(how.least_seconds, longest) + SPARE) * RATE) // HOP // 2 * 2
        if frames > WIDEST:
            msg = f"a window of {longest:.2f} s; at most {WIDEST * HOP / RATE - SPARE:.0f} s"
            raise ValueError(msg)
        encoded = self._encoded(self._features(windows, frames))
        prompt = [*self._tokenizer.sot_sequence]
        if not how.times:
            prompt.append(self._tokenizer.no_timestamps)
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
        tokens = [result.sequences_ids[0] for result in results]
        texts = [[token for token in each if token < self._tokenizer.eot] for each in tokens]
        lengths = [len(window) // HOP for window in windows]
        # One list of dictionaries per window; a stub of faster-whisper says one in all.
        timed = self._model.find_alignment(self._tokenizer, texts, encoded, lengths)
        languages = self._model.model.detect_language(encoded) if which_language else [()] * len(windows)
        return tuple(
            Decoded(
                self._by_utterance(each, words, len(window) / RATE) if how.times else (_words(words),),
                float(result.no_speech_prob),
                _language(language),
            )
            for each, words, window, result, language in zip(
                tokens, timed, windows, results, languages, strict=True
            )
        )

    def language(self, window: NDArray[np.float32]) -> tuple[str, float]:
        """The most probable language (ISO 639-1) of a window of 16 kHz, and its probability."""
        frames = min(WIDEST, len(window) // HOP // 2 * 2 + round(SPARE * RATE) // HOP)
        ((found, *_),) = self._model.model.detect_language(self._encoded(self._features([window], frames)))
        return str(found[0]).strip("<|>"), float(found[1])

    def score(self, window: NDArray[np.float32], texts: Sequence[str]) -> tuple[float, ...]:
        """Natural logarithm of the probability of texts, each as all that is said in a window.

        Args:
            window: 16 kHz mono, float32, shape (n,); full scale 1.
            texts: Any.

        Returns:
            One number for each text, at most 0: the sum over its tokens of each one's log probability
            after those before it; minus infinity where the model has no token for what is written.

        Raises:
            ValueError: when the window is longer than the model's encoder.
        """
        frames = round((len(window) / RATE + SPARE) * RATE) // HOP // 2 * 2
        if frames > WIDEST:
            msg = f"a window of {len(window) / RATE:.2f} s; at most {WIDEST * HOP / RATE - SPARE:.0f} s"
            raise ValueError(msg)
        encoded = self._encoded(self._features([window], frames))
        prompt, length = [*self._tokenizer.sot_sequence], len(window) // HOP
        scores = []
        for text in texts:
            # One by one: together they would cost the same, and hold the encoded sound as often.
            tokens = [token for piece in _PIECES.findall(text) for token in self._tokenizer.encode(piece)]
            try:
                (aligned,) = self._model.model.align(encoded, prompt, [tokens], [length])
            except KeyError:  # a token that a narrow vocabulary has not
                scores.append(-np.inf)
                continue
            scores.append(float(np.log(np.maximum(aligned.text_token_probs, LEAST)).sum()))
        return tuple(scores)

    def _by_utterance(
        self, tokens: Sequence[int], timed: Any, seconds: float
    ) -> tuple[tuple[HeardWord, ...], ...]:
        """The words of a window by utterance; the first and last of each cut to the times that are told."""
        from faster_whisper import WhisperModel

        utterances = list(_runs(tokens, self._tokenizer, seconds))
        # faster-whisper's own rules, of which its model is no part.
        WhisperModel.add_word_timestamps(
            _Timed(timed), [utterances], self._tokenizer, None, 0, *_PUNCTUATION, 0.0
        )
        return tuple(_words(each["words"]) for each in utterances)

    def _encoded(self, features: NDArray[np.float32]) -> Any:
        """Encode windows; on a CPU one after another, which gives the same in two thirds of the time.

        Of four windows together what the encoder works with is no longer held by the caches.
        """
        import ctranslate2

        model, as_storage = self._model.model, ctranslate2.StorageView.from_array
        if model.device != "cpu" or len(features) == 1:
            return model.encode(as_storage(features))
        each = [np.array(model.encode(as_storage(features[n : n + 1]))) for n in range(len(features))]
        return as_storage(np.concatenate(each))

    def _features(self, windows: Sequence[NDArray[np.float32]], frames: int) -> NDArray[np.float32]:
        """Spectrograms of one width, shape (windows, mels, frames)."""
        from faster_whisper.audio import pad_or_trim

        rows = [pad_or_trim(self._model.feature_extractor(w)[..., :-1], frames) for w in windows]
        return np.ascontiguousarray(np.stack(rows))


_PUNCTUATION = ("\"'“¿([{-", "\"'.。,，!！?？:：”)]}、")
"""Marks that belong to the word after and before them, as faster-whisper has it."""


class _Timed:
    """Stands in for a model where words are timed already."""

    frames_per_second = RATE // HOP

    def __init__(self, words: Any) -> None:
        self._words = words

    def find_alignment(self, *_: object) -> list[Any]:
        """The words of the one window."""
        return [self._words]


def _runs(tokens: Sequence[int], tokenizer: Any, seconds: float) -> Iterator[dict[str, Any]]:
    """Utterances between time tokens; one that was not ended ends with its window."""
    begin = tokenizer.timestamp_begin
    text: list[int] = []
    start = 0.0
    for token in (*tokens, begin + round(seconds / SECONDS_A_TIME)):
        if token < begin:
            text += [token] if token < tokenizer.eot else []
            continue
        time = (token - begin) * SECONDS_A_TIME
        if text:
            yield {"seek": 0, "start": start, "end": time, "tokens": text}
        text, start = [], time


def _words(timed: Any) -> tuple[HeardWord, ...]:
    return tuple(
        HeardWord(w["word"], float(w["start"]), float(w["end"]), float(w["probability"]))
        for w in timed
        if w["word"]
    )


def _language(found: Any) -> tuple[str, float] | None:
    return (str(found[0][0]).strip("<|>"), float(found[0][1])) if found else None
