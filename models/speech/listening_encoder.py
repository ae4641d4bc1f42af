"""The encoder that the ears read, whichever model recognises the words.

    window -> embedded encoder, adapted -> ear, phonetic network      the same beside every recogniser
           -> any model                 -> words                      of any width and any spectrogram

The ears were trained on one encoder: the embedded model's with the telephone adapter.  Where that model
recognises the words, both share its output; beside another model it is loaded whole, as it also does the
second hearing (``models.speech.embedded``).  Here the encoder is loaded alone, for words from a file: with
the ears that costs 0.6 s of CPU time and 90 MB (0.3 GB for a moment; of the decoder only what CTranslate2
insists on is loaded).
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
from models.speech.ears import LISTENED_SECONDS, SILENCE, Ears, Heard, Unheard, load_ears
from models.speech.whisper.adapter import load_adapter
from models.speech.whisper.narrow_vocabulary import SPECIAL, narrowed_config, narrowed_weights, without_layers
from models.speech.whisper.processors import Place
from models.speech.whisper.window_encoder import WindowEncoder
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import RATE, HeardWord
from pipeline.types import Posteriorgram

__all__ = ["EMBEDDED", "ListeningEncoder", "installed_embedded", "listening", "load_listening_encoder"]

EMBEDDED: Final = "base"
"""Name, in the registry, of the embedded model whose encoder the ears read."""


class ListeningEncoder:
    """The embedded model's encoder with the ears; safe for several threads.

    Args:
        encoder: The embedded model's encoder, with its adapter.
        ears: The networks that read it.
        sha256: SHA-256 of the embedded model's weights (``model.bin``).
        at_once: Number of threads that can listen at the same time without waiting.
    """

    def __init__(self, encoder: WindowEncoder, ears: Ears, sha256: str, at_once: int = 1) -> None:
        self._encoder = encoder
        self._ears = ears
        self.encoder_sha256 = sha256
        self.at_once = at_once

    def listen(self, samples: NDArray[np.float32]) -> Heard:
        """Listen to one window.

        Args:
            samples: 16 kHz mono, float32, shape (n,); a window over 30 s has an empty result.
        """
        if len(samples) > LISTENED_SECONDS * RATE:
            return SILENCE
        (heard,) = self.listen_together([samples])
        return heard

    def listen_to(self, encoded: NDArray[np.float32], samples: int) -> Heard:
        """Listen to the encoding of a window by this encoder (``Ears.listen``)."""
        return self._ears.listen(encoded, samples)

    def listen_together(
        self, windows: Sequence[NDArray[np.float32]], least_seconds: float = 0.0
    ) -> tuple[Heard, ...]:
        """Listen to several windows one after another, in an encoder as wide as the longest of them.

        Each encoding is released before the next window: those of eight windows are 12 MB, and so is a copy.

        Args:
            windows: 16 kHz mono, float32, shape (n,) each.
            least_seconds: Least width of the encoder.

        Returns:
            The output for each window, in order.

        Raises:
            ValueError: when a window is longer than the encoder.
        """
        width = max([least_seconds, *(len(window) / RATE for window in windows)])
        return tuple(self._listened(window, width) for window in windows)

    def _listened(self, window: NDArray[np.float32], width: float) -> Heard:
        """Listen to one window in an encoder of a given width in seconds."""
        return self._ears.listen(on_cpu(self._encoder.together([window], width))[0], len(window))

    def on_words(self, words: Sequence[HeardWord], heard: Heard) -> tuple[HeardWord, ...]:
        """Add times and the ear's probabilities to words (``Ears.on_words``)."""
        return self._ears.on_words(words, heard)

    def posteriorgrams(self, samples: NDArray[np.float32]) -> tuple[Posteriorgram, ...]:
        """Return the posteriorgrams of one window, in seconds from its start (``listen``)."""
        return self.listen(samples).posteriorgrams


def load_listening_encoder(at: Place) -> ListeningEncoder | Unheard:
    """Load the embedded encoder and the ears, once per process and place.

    It runs in the precision in which the ears were trained (``Place.precision``), whatever that of the
    recogniser is.

    Args:
        at: Device and threads.

    Returns:
        The encoder with the ears, or the reason why there are none.

    Raises:
        ModelError: when the embedded model, its adapter or a network is not the registered one.
    """
    embedded = installed_embedded()
    return Unheard.NOT_INSTALLED if embedded is None else _loaded(embedded, at)


def installed_embedded() -> EmbeddedModel | None:
    """Return the embedded model whose encoder the ears read; ``None`` where it is not installed."""
    embedded = embedded_asr(EMBEDDED)
    return embedded if embedded is not None and is_installed(embedded) else None


@lru_cache(maxsize=1)
def _loaded(embedded: EmbeddedModel, at: Place) -> ListeningEncoder:
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
        # Of CTranslate2 the latter, such as where the device has no memory left.
        msg = f"the ears' encoder could not be loaded ({type(error).__name__})"
        raise ModelError(msg) from None
    encoder = WindowEncoder(model, FeatureExtractor(feature_size=model.n_mels))
    return listening(encoder, embedded, at.at_once)


def listening(encoder: WindowEncoder, embedded: EmbeddedModel, at_once: int) -> ListeningEncoder:
    """Attach the ears to the encoder of an embedded model that is loaded with its adapter.

    Raises:
        ModelError: when the ears were not trained on it.
    """
    (weights,) = (file for file in embedded.files if file.name == "model.bin")
    adapter = registered_sha256("adapter", embedded.adapter) if embedded.adapter else None
    ears = load_ears(Encoder(weights.sha256, encoder.width(), adapter))
    return ListeningEncoder(encoder, ears, weights.sha256, at_once)


def _lay_out(embedded: EmbeddedModel, folder: Path) -> None:
    """Write the verified model's encoder, adapted, and what CTranslate2 needs beside it."""
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
