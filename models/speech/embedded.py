"""Load the embedded speech model from its verified bytes, as published or with the telephone adapter.

With the adapter it also runs beside any other recogniser: the ears read its encoder, and it does the second
hearing.  A second hearing is worth its price as far as its errors differ from the first's, and this model
was trained on calls.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.registry import EmbeddedFile, EmbeddedModel, verified_bytes
from models.speech.ears import Unheard
from models.speech.listening_encoder import ListeningEncoder, installed_embedded, listening
from models.speech.whisper.adapter import load_adapter
from models.speech.whisper.narrow_vocabulary import (
    NarrowWhisper,
    kept_tokens,
    narrowed_config,
    narrowed_weights,
)
from models.speech.whisper.processors import Place
from models.speech.whisper.window_encoder import WindowEncoder, encode_only_sound
from pipeline.errors import ModelError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["Beside", "ears_on", "embedded_models", "load_beside"]


@dataclass(frozen=True, slots=True)
class Beside:
    """The embedded model with its adapter, beside another recogniser.

    Attributes:
        model: The loaded model.
        ears: The networks that read its encoder.
        adapter: Name of its adapter.
    """

    model: WhisperModel
    ears: ListeningEncoder
    adapter: str | None


def embedded_models(
    embedded: EmbeddedModel, options: Mapping[str, Any], adapters: Sequence[str | None]
) -> list[WhisperModel]:
    """Load the model from temporary files.

    CTranslate2 never releases files that it is handed in memory: 180 MB beside the model itself.

    Args:
        embedded: The model.
        options: Arguments of ``faster_whisper.WhisperModel``.
        adapters: The adapter of each copy that is loaded.

    Raises:
        ModelError: when there is no room for the files, or a file is not the registered one.
    """
    from faster_whisper import WhisperModel

    files = {file.name: file for file in embedded.files}
    try:
        with tempfile.TemporaryDirectory(prefix="kaiji-model-") as folder:
            places = [Path(folder) / str(number) for number in range(len(adapters))]
            kept = _lay_out(files, places, adapters)
            models = [WhisperModel(str(place), **options) for place in places]
    except OSError as error:
        msg = f"the speech model could not be laid into {tempfile.gettempdir()} ({type(error).__name__})"
        raise ModelError(msg) from None
    for model in models:
        # faster-whisper only calls it, and asks for what it is.
        model.model = NarrowWhisper(model.model, kept)
    return models


def ears_on(model: WhisperModel, embedded: EmbeddedModel, at_once: int) -> ListeningEncoder:
    """Attach the ears to the loaded embedded model; from now on its encoder skips padding."""
    encode_only_sound(model)
    return listening(WindowEncoder(model.model, model.feature_extractor), embedded, at_once)


def load_beside(at: Place) -> Beside | Unheard:
    """Load the embedded model with its adapter beside another one, once per process and place.

    It runs in the precision in which the ears were trained (``Place.precision``), whatever that of the other
    model is.

    Args:
        at: Device and threads.

    Returns:
        The model, or the reason why there are no ears.

    Raises:
        ModelError: when the model, its adapter or a network is not the registered one.
    """
    embedded = installed_embedded()
    return Unheard.NOT_INSTALLED if embedded is None else _loaded_beside(embedded, at)


@lru_cache(maxsize=1)
def _loaded_beside(embedded: EmbeddedModel, at: Place) -> Beside:
    (model,) = embedded_models(embedded, at.of_whisper("auto"), (embedded.adapter,))
    return Beside(model, ears_on(model, embedded, at.at_once), embedded.adapter)


def _lay_out(
    files: Mapping[str, EmbeddedFile], places: Sequence[Path], adapters: Sequence[str | None]
) -> NDArray[np.int64]:
    """Write a model's files into folders without the tokens that no call needs; return the kept tokens.

    Args:
        files: Files of the model, read and verified once.
        places: Folders to make.
        adapters: The adapter for each folder.
    """
    content = {name: verified_bytes(file) for name, file in files.items()}
    vocabulary = content["vocabulary.txt"].decode().splitlines()
    kept = kept_tokens(vocabulary)
    model = content.pop("model.bin")
    content["config.json"] = narrowed_config(json.loads(content["config.json"]), kept).encode()
    content["vocabulary.txt"] = "".join(f"{vocabulary[token]}\n" for token in kept).encode()
    for folder, adapter in zip(places, adapters, strict=True):
        folder.mkdir()
        rows = partial(narrowed_weights, model, kept, len(vocabulary))
        if adapter:
            rows = partial(rows, change=load_adapter(adapter, files["model.bin"].sha256).applied)
        with (folder / "model.bin").open("wb") as weights:
            weights.writelines(rows())
        for name, written in content.items():
            (folder / name).write_bytes(written)
    return kept
