"""Load a faster-whisper model by name, path or hub name, and recognise with it.

Measurements on telephone calls determine the options.  Decoding is sequential, as batched decoding loses
speech.  There is no voice-activity filter and no silence or hallucination threshold, as each silently drops
speech.  The temperature is always 0: sampling in difficult windows changes the result from run to run and is
no more accurate.  Text that loops or runs away is recognised again in short pieces
(``pipeline.hearing.transcribe``).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.registry import EmbeddedModel, embedded_asr, file_sha256
from models.speech.batch_transcriber import GREEDY, BatchTranscriber
from models.speech.ear import on_cpu
from models.speech.ears import LISTENED_SECONDS, SILENCE, EarOutput, NoEarsReason, ears_encoder
from models.speech.embedded import ears_on, embedded_models, load_beside
from models.speech.encoded_once import EncodedOnce
from models.speech.listening_encoder import EMBEDDED, ListeningEncoder
from models.speech.whisper.processor import Processor, choose_processor
from models.speech.window_decoder import Decoding
from pipeline.audio.memory import share_arenas
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import RATE, HeardSegment, HeardWord
from pipeline.types import Posteriorgram

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

DECODING: Mapping[str, Any] = {
    "language": "ja",
    "beam_size": 5,
    "temperature": 0.0,
    "no_speech_threshold": None,
    "hallucination_silence_threshold": None,
    "condition_on_previous_text": False,
    "word_timestamps": True,
    "vad_filter": False,
}


TOKENS_A_SECOND, TOKENS_BESIDE, MOST_TOKENS = 14.0, 40, 440
"""Bounds of the decoded tokens: per second, in addition, and in all.  Speech is at most eight morae a second,
and most characters are one token; a longer text is a loop, which ``pipeline.hearing.transcribe`` discards
anyway.  Without a bound a loop in two seconds of noise is decoded to the model's own limit, three times over:
nine tenths of the time for one call of eight seconds."""


MIN_FOREIGN_PROBABILITY = 0.8
"""Probability of one other language from which a published model takes a window for foreign.  Of 24 windows
of synthetic speech in six other languages it finds 11."""

MIN_JAPANESE_PROBABILITY = 0.2
"""Probability of Japanese below which the adapted model takes a window for foreign.  It finds 11 of the same
24, and gives 58 windows of Japanese calls .88 or more and 22 people reading aloud .2 or more: it has learned
from Japanese alone (``tests/bench/notes/verifying.md``)."""


class FasterWhisperRecogniser:
    """A ``Recogniser`` on faster-whisper.

    Args:
        model: The loaded model.
        name: Name of the model in the manifest.
        sha256: SHA-256 of its weights (``model.bin``).
        at_once: Number of threads that may recognise in parallel without waiting for each other.
        ears: The ears, or the reason why there are none.
        again: The model as published, where ``model`` is adapted; it does second hearings.
        adapter: Name of the adapter of ``model``, if any; the ears then read the encoder of ``model``.
        beside: The embedded model, where ``model`` is another one; it does the second hearing.

    Attributes:
        unheard: Reason why there are no ears; ``None`` where there are.
        encoder_sha256: SHA-256 of the weights whose encoder the ears read, or would read.
        beside: As given.
    """

    def __init__(  # noqa: PLR0913 - what a recogniser is made of
        self,
        model: WhisperModel,
        name: str,
        sha256: str,
        at_once: int = 1,
        ears: ListeningEncoder | NoEarsReason = NoEarsReason.NOT_INSTALLED,
        *,
        again: WhisperModel | None = None,
        adapter: str | None = None,
        beside: FasterWhisperRecogniser | None = None,
    ) -> None:
        self.beside = beside
        self.adapter = adapter
        self._model = model
        self._again = again or model
        self._encoded = EncodedOnce(model)
        self._ears = None if isinstance(ears, NoEarsReason) else ears
        self.unheard = ears if isinstance(ears, NoEarsReason) else None
        self.encoder_sha256 = ears_encoder().sha256
        self.name = name
        self.sha256 = sha256
        self.at_once = at_once

    def recognise(self, samples: NDArray[np.float32], **changes: object) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono audio.

        Args:
            samples: float32, shape (n,).
            changes: Decoding options that replace those of ``DECODING``.

        Returns:
            Utterances with timed words, in order; times in seconds from ``samples[0]``.
        """
        bound = {"max_new_tokens": _most_tokens(len(samples) / RATE)}
        heard = self.listen(samples)
        found, _ = self._model.transcribe(samples, **{**DECODING, **bound, **changes})
        segments = list(found)
        # Align all utterances together: the start of the next limits the end of the one before.
        words = iter(self.on_words([_word(w) for s in segments for w in s.words or ()], heard))
        return tuple(
            HeardSegment(
                tuple(itertools.islice(words, len(segment.words or ()))),
                float(segment.no_speech_prob),
                traces=heard.traces,
                posteriorgrams=heard.posteriorgrams,
            )
            for segment in segments
        )

    @property
    def hears_morae(self) -> bool:
        """Whether ``posteriorgrams`` returns any: wherever the embedded encoder is installed."""
        return self._ears is not None

    def posteriorgrams(self, samples: NDArray[np.float32]) -> tuple[Posteriorgram, ...]:
        """Return the posteriorgrams of at most 30 s of 16 kHz audio, without decoding words.

        Args:
            samples: float32, shape (n,).

        Returns:
            Posteriorgrams in seconds from ``samples[0]``; empty unless ``hears_morae``.
        """
        return self.listen(samples).posteriorgrams

    def on_words(self, words: Sequence[HeardWord], heard: EarOutput) -> tuple[HeardWord, ...]:
        """Give words their times in the sound and their sound probabilities; unchanged without ears.

        Args:
            words: Words of one window, in order, in seconds from its start.
            heard: Output of ``listen`` for the same window.
        """
        return tuple(words) if self._ears is None else self._ears.on_words(words, heard)

    def listen(self, samples: NDArray[np.float32]) -> EarOutput:
        """Return the output of the ears for a window; ``SILENCE`` without ears.

        Args:
            samples: float32, shape (n,); above 30 s the result is ``SILENCE``.
        """
        if self._ears is None or len(samples) > LISTENED_SECONDS * RATE:
            return SILENCE
        if self.adapter is None:
            return self._ears.listen(samples)
        # The ears read the output that is decoded next, so encode once.
        return self._ears.listen_to(on_cpu(self._encoded.encoding(samples))[0], len(samples))

    def in_batches(self, how: Decoding = GREEDY, *, listened: bool = True) -> BatchTranscriber:
        """Return a decoder of short windows for a second hearing, on the model loaded for it.

        Args:
            how: Decoding options.
            listened: Whether the ears listen to the windows, too.

        Returns:
            The decoder.
        """
        ears = self._ears if listened else None
        return BatchTranscriber(self._again, self.name, self.at_once, how, ears)

    def is_foreign(self, samples: NDArray[np.float32]) -> bool:
        """Whether at most 30 s of 16 kHz audio are in another language than Japanese.

        Recognising the same samples soon after does not encode them again.
        """
        languages = self._encoded.languages(samples)
        japanese = languages.pop("ja", 0.0)
        if self.adapter is not None:
            return japanese < MIN_JAPANESE_PROBABILITY
        return max(languages.values(), default=0.0) >= MIN_FOREIGN_PROBABILITY


def load_transcriber(
    name_or_path: str = "base",
    *,
    revision: str | None = None,
    device: str = "auto",
    compute_type: str = "auto",
    cpu_threads: int | None = None,
) -> FasterWhisperRecogniser:
    """Load a speech model.

    Args:
        name_or_path: ``base`` (embedded, verified, with the telephone adapter), ``base-plain`` (without it),
            a folder of a converted model (of one that is called as an embedded one: ``./base``), or any name
            a hub knows (``large-v3-turbo``, ``kotoba-tech/kotoba-whisper-v2.0-faster``).
        revision: Revision on the hub.
        device: ``cpu``, ``cuda``, or ``auto`` for CUDA where there is one.
        compute_type: Precision; ``auto`` is float16 on CUDA and int8 on a CPU.
        cpu_threads: Default: the machine's cores, at most ``whisper.processor.MOST_THREADS``.

    Returns:
        The recogniser, with the ears on the embedded, adapted model: the recogniser's own, or one loaded
            beside
        it that also does the second hearing (``models.speech.embedded``).  On a CPU each thread recognises a
        window of its own; all threads share the weights.

    Raises:
        ModelError: the model is missing, incomplete, or not the registered one.
    """
    share_arenas()
    at = choose_processor(device, cpu_threads)
    options = at.of_whisper(compute_type)
    # Before the folders: what lies where somebody happens to stand replaces no verified model.
    embedded = embedded_asr(name_or_path)
    if embedded is not None:
        return _load_embedded(embedded, options, at)
    return _load_by_path_or_hub(name_or_path, revision, options, at)


def _word(word: Any) -> HeardWord:
    """Convert a word of faster-whisper."""
    return HeardWord(word.word, float(word.start), float(word.end), float(word.probability))


def _most_tokens(seconds: float) -> int:
    return min(MOST_TOKENS, TOKENS_BESIDE + round(TOKENS_A_SECOND * seconds))


def _load_embedded(
    embedded: EmbeddedModel, options: dict[str, Any], at: Processor
) -> FasterWhisperRecogniser:
    """Load the embedded model from its verified bytes."""
    # A second hearing pays as far as its errors differ from the first's: on six calls twice as much leaked
    # with the adapter in both as with it in the first only (tests/bench/notes/second-hearing.md).
    adapters = (embedded.adapter, None) if embedded.adapter else (None,)
    model, *again = embedded_models(embedded, options, adapters)
    (sha256,) = (file.sha256 for file in embedded.files if file.name == "model.bin")
    if not again:
        return _with_ears_beside(model, embedded.name, sha256, at)
    ears = ears_on(model, embedded, at.at_once)
    return FasterWhisperRecogniser(
        model, embedded.name, sha256, at.at_once, ears, again=again[0], adapter=embedded.adapter
    )


def _with_ears_beside(model: WhisperModel, name: str, sha256: str, at: Processor) -> FasterWhisperRecogniser:
    """Wrap a model that the ears were not trained on, with the embedded one beside it."""
    there = load_beside(at)
    if isinstance(there, NoEarsReason):
        return FasterWhisperRecogniser(model, name, sha256, at.at_once, there)
    ears = there.ears
    beside = FasterWhisperRecogniser(
        there.model, EMBEDDED, ears.encoder_sha256, at.at_once, ears, adapter=there.adapter
    )
    return FasterWhisperRecogniser(model, name, sha256, at.at_once, ears, beside=beside)


def _load_by_path_or_hub(
    name_or_path: str, revision: str | None, options: dict[str, Any], at: Processor
) -> FasterWhisperRecogniser:
    """Load a model from a folder or a hub, with the embedded one beside it."""
    from faster_whisper import WhisperModel
    from faster_whisper.utils import download_model

    path = Path(name_or_path)
    if path.is_dir():
        needed = ("model.bin", "config.json", "tokenizer.json")
        missing = [name for name in needed if not (path / name).is_file()]
        if missing:
            # Without tokenizer.json faster-whisper would silently ask a hub for another model's.
            msg = f"the model folder lacks {', '.join(missing)}"
            raise ModelError(msg)
    try:
        # A model from a hub is downloaded into a folder, too, so that its bytes can be hashed as evidence.
        folder = path if path.is_dir() else Path(download_model(name_or_path, revision=revision))
        sha256 = file_sha256(folder / "model.bin")
        model = WhisperModel(str(folder), **options)
    except (OSError, ValueError, RuntimeError) as error:
        # Hub clients raise OSError children, CTranslate2 RuntimeError, faster-whisper ValueError.
        msg = (
            f"the speech model could not be loaded ({type(error).__name__}); "
            "give an installed name, a folder or a reachable hub name"
        )
        raise ModelError(msg) from error
    name = path.name if path.is_dir() else name_or_path
    called = f"{name}@{revision}" if revision else name
    return _with_ears_beside(model, called, sha256, at)
