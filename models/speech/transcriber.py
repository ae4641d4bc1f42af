"""Load a faster-whisper model by name, path or hub name, and recognise with it.

Why the recogniser is set as it is stands in the facts measured on such calls: sequential
decoding because the batched one loses speech, no voice-activity filter and no silence or
hallucination thresholds because each of them silently drops what was said.  And no temperature but 0:
to draw lots where a window is hard to hear gives another copy of the same call each time and hears no
better.  What looped or ran away is heard again in short pieces (``pipeline.hearing.transcribe``).
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
from models.speech.ears import LISTENED_SECONDS, SILENCE, Heard, Unheard, ears_encoder
from models.speech.embedded import ears_on, embedded_models, load_beside
from models.speech.encoded_once import EncodedOnce, language_of
from models.speech.listening_encoder import EMBEDDED, ListeningEncoder
from models.speech.whisper.processors import Place, place
from models.speech.window_decoder import Decoding
from pipeline.audio.memory import share_arenas
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import RATE, HeardSegment, HeardWord
from pipeline.types import Posteriorgram

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["FasterWhisperRecogniser", "load_transcriber"]

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
"""Most that is decoded of so much sound.  Talk is at most eight morae a second, and most characters are a
token; what is longer is a loop, which ``pipeline.hearing.transcribe`` takes back anyway.  Without a bound a
loop in two seconds of noise is decoded to the model's own limit, three times over: of one call of eight
seconds that was nine tenths of the time."""


class FasterWhisperRecogniser:
    """A ``Recogniser`` on faster-whisper.

    Args:
        model: The loaded model.
        name: What the manifest calls it.
        sha256: Of its weights (``model.bin``).
        at_once: How many threads may recognise at the same time without waiting for each other.
        ears: What listens, or why nobody does.
        again: The model as published, where ``model`` is adapted: second hearings are decoded with it, and
            it is asked for the language.
        adapter: Name of what was added to ``model``, if anything was: then the ears read what it encodes.
        beside: The embedded model, where ``model`` is another one: it hears the call again.

    Attributes:
        unheard: Why nobody listens; ``None`` where the ears do.
        encoder_sha256: Of the weights whose encoder the ears read, or would have read.
        beside: As given.
    """

    def __init__(  # noqa: PLR0913 - what a recogniser is made of
        self,
        model: WhisperModel,
        name: str,
        sha256: str,
        at_once: int = 1,
        ears: ListeningEncoder | Unheard = Unheard.NOT_INSTALLED,
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
        self._ears = None if isinstance(ears, Unheard) else ears
        self.unheard = ears if isinstance(ears, Unheard) else None
        self.encoder_sha256 = ears_encoder().sha256
        self.name = name
        self.sha256 = sha256
        self.at_once = at_once

    def recognise(self, samples: NDArray[np.float32], **changes: object) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono audio.

        Args:
            samples: float32, shape (n,).
            changes: Decoding options that differ from ``DECODING``.

        Returns:
            Utterances with timed words, in order; times in seconds from ``samples[0]``.
        """
        bound = {"max_new_tokens": _most_tokens(len(samples) / RATE)}
        heard = self.listen(samples)
        found, _ = self._model.transcribe(samples, **{**DECODING, **bound, **changes})
        segments = list(found)
        # Of all utterances together: where one ends the next tells as much as its own words.
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
        """Whether ``posteriorgrams`` hears anything: wherever the embedded encoder is installed."""
        return self._ears is not None

    def posteriorgrams(self, samples: NDArray[np.float32]) -> tuple[Posteriorgram, ...]:
        """What is heard mora by mora in at most 30 s of 16 kHz audio, without decoding a word of it.

        Args:
            samples: float32, shape (n,).

        Returns:
            Posteriorgrams in seconds from ``samples[0]``; none where ``hears_morae`` is not so.
        """
        return self.listen(samples).posteriorgrams

    def on_words(self, words: Sequence[HeardWord], heard: Heard) -> tuple[HeardWord, ...]:
        """Say of words when each is heard, and what sounds in it; as they are, where nobody listens.

        Args:
            words: Of one window, in order, in seconds from its start.
            heard: From ``listen``, of the same window.
        """
        return tuple(words) if self._ears is None else self._ears.on_words(words, heard)

    def listen(self, samples: NDArray[np.float32]) -> Heard:
        """What is heard in a window beside its words; nothing, where nobody listens.

        Args:
            samples: float32, shape (n,); of more than 30 s nothing is heard.
        """
        if self._ears is None or len(samples) > LISTENED_SECONDS * RATE:
            return SILENCE
        if self.adapter is None:
            return self._ears.listen(samples)
        # They read what is decoded next: it is encoded once.
        return self._ears.listen_to(on_cpu(self._encoded.encoding(samples))[0], len(samples))

    def in_batches(self, how: Decoding = GREEDY, *, listened: bool = True) -> BatchTranscriber:
        """What decodes short windows together, for a second hearing, with the model that is loaded for it.

        Args:
            how: How windows are decoded.
            listened: Whether the ears listen to them, too.

        Returns:
            The decoder.
        """
        ears = self._ears if listened else None
        return BatchTranscriber(self._again, self.name, self.at_once, how, ears)

    def language(self, samples: NDArray[np.float32]) -> tuple[str, float]:
        """The most probable language of at most 30 s of 16 kHz audio, and its probability.

        Where the model is not adapted, the same samples are encoded no second time if they are recognised
        soon after.
        """
        if self._again is self._model:
            return self._encoded.language(samples)
        return language_of(self._again, samples)


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
        revision: Pins the hub's revision.
        device: ``auto`` takes CUDA where there is one.
        compute_type: ``auto`` is float16 on CUDA and int8 on a CPU.
        cpu_threads: Default: the machine's cores, at most ``whisper.processors.MOST_THREADS``.

    Returns:
        The recogniser, with the ears on the embedded, adapted model: itself, or one that is loaded beside it
        and hears again (``models.speech.embedded``).  On a CPU each thread takes a window of its own.  The
        weights are there once, however many threads.

    Raises:
        ModelError: when it is missing, incomplete, or not the bytes that it must be.
    """
    share_arenas()
    at = place(device, cpu_threads)
    options = at.of_whisper(compute_type)
    # Before the folders: what lies where somebody happens to stand replaces no verified model.
    embedded = embedded_asr(name_or_path)
    if embedded is not None:
        return _load_embedded(embedded, options, at)
    return _load_by_path_or_hub(name_or_path, revision, options, at)


def _word(word: Any) -> HeardWord:
    """A word of faster-whisper's."""
    return HeardWord(word.word, float(word.start), float(word.end), float(word.probability))


def _most_tokens(seconds: float) -> int:
    return min(MOST_TOKENS, TOKENS_BESIDE + round(TOKENS_A_SECOND * seconds))


def _load_embedded(embedded: EmbeddedModel, options: dict[str, Any], at: Place) -> FasterWhisperRecogniser:
    """Load from the verified bytes."""
    # A second hearing is worth its price as far as it errs otherwise than the first: of six calls twice as
    # much leaked with the adapter in both as with it in the first only (tests/bench/NOTES.md).
    adapters = (embedded.adapter, None) if embedded.adapter else (None,)
    model, *again = embedded_models(embedded, options, adapters)
    (sha256,) = (file.sha256 for file in embedded.files if file.name == "model.bin")
    if not again:
        return _with_ears_beside(model, embedded.name, sha256, at)
    ears = ears_on(model, embedded, at.at_once)
    return FasterWhisperRecogniser(
        model, embedded.name, sha256, at.at_once, ears, again=again[0], adapter=embedded.adapter
    )


def _with_ears_beside(model: WhisperModel, name: str, sha256: str, at: Place) -> FasterWhisperRecogniser:
    """A model that the ears have not learned to read, and the embedded one beside it, which hears again."""
    there = load_beside(at)
    if isinstance(there, Unheard):
        return FasterWhisperRecogniser(model, name, sha256, at.at_once, there)
    ears = there.ears
    beside = FasterWhisperRecogniser(
        there.model, EMBEDDED, ears.encoder_sha256, at.at_once, ears, adapter=there.adapter
    )
    return FasterWhisperRecogniser(model, name, sha256, at.at_once, ears, beside=beside)


def _load_by_path_or_hub(
    name_or_path: str, revision: str | None, options: dict[str, Any], at: Place
) -> FasterWhisperRecogniser:
    """Load another model, and the embedded one beside it."""
    from faster_whisper import WhisperModel
    from faster_whisper.utils import download_model

    path = Path(name_or_path)
    if path.is_dir():
        needed = ("model.bin", "config.json", "tokenizer.json")
        missing = [name for name in needed if not (path / name).is_file()]
        if missing:
            # Without tokenizer.json faster-whisper would quietly ask a hub for another model's.
            msg = f"the model folder lacks {', '.join(missing)}"
            raise ModelError(msg)
    try:
        # By name, too, the weights come to lie in a folder: their bytes are evidence as any other's.
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
