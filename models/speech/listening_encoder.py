"""The encoder that the ears read, whichever model writes the words.

    window -> embedded encoder, adapted -> ear, phonetic network      the same beside every recogniser
           -> any model                 -> words                      of any width and any spectrogram

The ears were trained on one encoder: the embedded model's with the telephone adapter.  Where that model
writes the words, both share the encoder's output.  Beside another recogniser the embedded model is loaded
whole, as it also does the second hearing (``models.speech.embedded``).  For words from a file this module
loads the encoder alone: 0.6 s of CPU time and 90 MB with the ears (0.3 GB for a moment; of the decoder only
the part that CTranslate2 requires is loaded).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.registry import (
    EmbeddedModel,
    Encoder,
    embedded_asr,
    is_installed,
    registered_sha256,
    verified_bytes,
)
from models.speech.ear import on_cpu
from models.speech.ears import LISTENED_SECONDS, SILENCE, EarOutput, Ears, NoEarsReason, load_ears
from models.speech.whisper.adapter import load_adapter
from models.speech.whisper.narrow_vocabulary import SPECIAL, narrowed_config, narrowed_weights, without_layers
from models.speech.whisper.processor import Processor
from models.speech.whisper.window_encoder import WindowEncoder
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import RATE, HeardWord
from pipeline.types import Posteriorgram

EMBEDDED: Final = "base"
"""Registry name of the embedded model on whose encoder the ears were trained."""


class ListeningEncoder:
    """The embedded model's encoder with the ears; thread-safe.

    Args:
        encoder: Encoder of the embedded model, with its adapter.
        ears: Networks that read it.
        sha256: SHA-256 of the embedded model's weights (``model.bin``).
        at_once: Number of threads that may listen in parallel without waiting for each other.
    """

    def __init__(self, encoder: WindowEncoder, ears: Ears, sha256: str, at_once: int = 1) -> None:
        self._encoder = encoder
        self._ears = ears
        self.encoder_sha256 = sha256
        self.at_once = at_once

    def listen(self, samples: NDArray[np.float32]) -> EarOutput:
        """Listen to one window.

        Args:
            samples: 16 kHz mono, float32, shape (n,); above 30 s the result is ``SILENCE``.
        """
        if len(samples) > LISTENED_SECONDS * RATE:
            return SILENCE
        (heard,) = self.listen_together([samples])
        return heard

    def listen_to(self, encoded: NDArray[np.float32], samples: int) -> EarOutput:
        """Listen to a window that this encoder has already encoded (``Ears.listen``)."""
        return self._ears.listen(encoded, samples)

    def listen_together(
        self, windows: Sequence[NDArray[np.float32]], least_seconds: float = 0.0
    ) -> tuple[EarOutput, ...]:
        """Listen to several windows one after another, in an encoder as wide as the longest of them.

        Each output is dropped before the next: those of eight windows take 12 MB, and each copy as much.

        Args:
            windows: 16 kHz mono, float32, shape (n,) each.
            least_seconds: Least width of the encoder.

        Returns:
            One output for each window, in order.

        Raises:
            ValueError: a window is longer than the encoder.
        """
        width = max([least_seconds, *(len(window) / RATE for window in windows)])
        return tuple(self._listened(window, width) for window in windows)

    def _listened(self, window: NDArray[np.float32], width: float) -> EarOutput:
        """Listen to one window in an encoder of ``width`` seconds."""
        return self._ears.listen(on_cpu(self._encoder.together([window], width))[0], len(window))

    def on_words(self, words: Sequence[HeardWord], heard: EarOutput) -> tuple[HeardWord, ...]:
        """Give words their times in the sound and their sound probabilities (``Ears.on_words``)."""
        return self._ears.on_words(words, heard)

    def posteriorgrams(self, samples: NDArray[np.float32]) -> tuple[Posteriorgram, ...]:
        """Return the posteriorgrams of one window, in seconds from its start (``listen``)."""
        return self.listen(samples).posteriorgrams


def load_listening_encoder(at: Processor) -> ListeningEncoder | NoEarsReason:
    """Load the embedded encoder and the ears, once per process and place.

    It runs in the precision that the ears were trained with (``Processor.precision``), whatever that of
    the recogniser.

    Args:
        at: Device and threads.

    Returns:
        The listener, or the reason why there is none.

    Raises:
        ModelError: the embedded model, its adapter or a network is not the registered one.
    """
    embedded = installed_embedded()
    return NoEarsReason.NOT_INSTALLED if embedded is None else _loaded(embedded, at)


def installed_embedded() -> EmbeddedModel | None:
    """Return the embedded model on whose encoder the ears were trained; ``None`` if it is not installed."""
    embedded = embedded_asr(EMBEDDED)
    return embedded if embedded is not None and is_installed(embedded) else None


@lru_cache(maxsize=1)
def _loaded(embedded: EmbeddedModel, at: Processor) -> ListeningEncoder:
    import ctranslate2
    from faster_whisper.feature_extractor import FeatureExtractor

    try:
        with tempfile.TemporaryDirectory(prefix="kaiji-ears-") as folder:
            _lay_out(embedded, Path(folder))
            model = ctranslate2.models.Whisper(
                folder,
                device=at.device,
                compute_type=at.precision(),
                inter_threads=at.at_once,
                intra_threads=at.threads_each,
            )
    except (OSError, RuntimeError) as error:
        # CTranslate2 raises RuntimeError, for example when the device is out of memory.
        msg = f"the ears' encoder could not be loaded ({type(error).__name__})"
        raise ModelError(msg) from None
    encoder = WindowEncoder(model, FeatureExtractor(feature_size=model.n_mels))
    return with_ears(encoder, embedded, at.at_once)


def with_ears(encoder: WindowEncoder, embedded: EmbeddedModel, at_once: int) -> ListeningEncoder:
    """Put the ears on the encoder of an embedded model that is loaded with its adapter.

    Raises:
        ModelError: the ears were not trained on it.
    """
    (weights,) = (file for file in embedded.files if file.name == "model.bin")
    adapter = registered_sha256("adapter", embedded.adapter) if embedded.adapter else None
    ears = load_ears(Encoder(weights.sha256, encoder.width(), adapter))
    return ListeningEncoder(encoder, ears, weights.sha256, at_once)


def _lay_out(embedded: EmbeddedModel, folder: Path) -> None:
    """Write the verified model's encoder, adapted, and the minimum that CTranslate2 requires of the rest."""
    content = {
        file.name: verified_bytes(file)
        for file in embedded.files
        if file.name in {"model.bin", "config.json", "vocabulary.txt"}
    }
    vocabulary = content["vocabulary.txt"].decode().splitlines()
    kept = np.array([n for n, token in enumerate(vocabulary) if SPECIAL.fullmatch(token)], dtype=np.int64)
    (weights,) = (file for file in embedded.files if file.name == "model.bin")
    rows = partial(narrowed_weights, wanted=without_layers("decoder"))
    if embedded.adapter:
        rows = partial(rows, change=load_adapter(embedded.adapter, weights.sha256).applied)
    with (folder / "model.bin").open("wb") as file:
        file.writelines(rows(content.pop("model.bin"), kept, len(vocabulary)))
    (folder / "config.json").write_text(narrowed_config(json.loads(content["config.json"]), kept), "utf-8")
    (folder / "vocabulary.txt").write_text("".join(f"{vocabulary[token]}\n" for token in kept), "utf-8")
