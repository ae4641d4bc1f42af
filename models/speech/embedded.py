"""Load the embedded speech model from its verified bytes, as published or with the telephone adapter.

With the adapter it also runs beside any other recogniser: the ears read its encoder, and it does the second
hearing.  A second hearing pays as far as its errors differ from the first's, and this model was trained on
calls.
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
from models.speech.ears import NoEarsReason
from models.speech.listening_encoder import ListeningEncoder, installed_embedded, with_ears
from models.speech.whisper.adapter import load_adapter
from models.speech.whisper.narrow_vocabulary import (
    NarrowWhisper,
    kept_tokens,
    narrowed_config,
    narrowed_weights,
)
from models.speech.whisper.processor import Processor
from models.speech.whisper.window_encoder import WindowEncoder, encode_only_sound
from pipeline.errors import ModelError

if TYPE_CHECKING:
    from faster_whisper import WhisperModel


@dataclass(frozen=True, slots=True)
class EmbeddedBeside:
    """The embedded model with its adapter, loaded beside another recogniser.

    Attributes:
        model: The loaded model.
        ears: The ears on its encoder.
        adapter: Name of its adapter.
    """

    model: WhisperModel
    ears: ListeningEncoder
    adapter: str | None


def embedded_models(
    embedded: EmbeddedModel, options: Mapping[str, Any], adapters: Sequence[str | None]
) -> list[WhisperModel]:
    """Load the model once for each adapter, from temporary files that are deleted afterwards.

    Files are used because CTranslate2 keeps a model that is passed in memory: 180 MB beside the model itself.

    Args:
        embedded: Registry entry of the model.
        options: Options of ``faster_whisper.WhisperModel``.
        adapters: Name of the adapter of each loaded model; ``None`` for the model as published.

    Returns:
        The models, in order of ``adapters``.

    Raises:
        ModelError: there is no room for the files, or a file is not the registered one.
    """
    from faster_whisper import WhisperModel

    files = {file.name: file for file in embedded.files}
    try:
        with tempfile.TemporaryDirectory(prefix="kaiji-model-") as folder:
            places = [Path(folder) / str(number) for number in range(len(adapters))]
            kept = _lay_out(files, places, adapters)
            models = [WhisperModel(str(place), **options) for place in places]
    except OSError as error:
        # Where there is no temporary folder at all, asking for its name fails as well.
        msg = f"the speech model could not be laid into the temporary folder ({type(error).__name__})"
        raise ModelError(msg) from None
    for model in models:
        # faster-whisper only calls its methods and reads its attributes, so a wrapper suffices.
        model.model = NarrowWhisper(model.model, kept)
    return models


def ears_on(model: WhisperModel, embedded: EmbeddedModel, at_once: int) -> ListeningEncoder:
    """Put the ears on the embedded model with its adapter; from now on the model encodes only sound."""
    encode_only_sound(model)
    return with_ears(WindowEncoder(model.model, model.feature_extractor), embedded, at_once)


def load_beside(at: Processor) -> EmbeddedBeside | NoEarsReason:
    """Load the embedded model with its adapter beside another recogniser, once per process and place.

    It runs in the precision that the ears were trained with (``Processor.precision``), whatever that of
    the other model.

    Args:
        at: Device and threads.

    Returns:
        The model, or the reason why there are no ears.

    Raises:
        ModelError: the model, its adapter or a network is not the registered one.
    """
    embedded = installed_embedded()
    return NoEarsReason.NOT_INSTALLED if embedded is None else _loaded_beside(embedded, at)


@lru_cache(maxsize=1)
def _loaded_beside(embedded: EmbeddedModel, at: Processor) -> EmbeddedBeside:
    (model,) = embedded_models(embedded, at.of_whisper("auto"), (embedded.adapter,))
    return EmbeddedBeside(model, ears_on(model, embedded, at.at_once), embedded.adapter)


def _lay_out(
    files: Mapping[str, EmbeddedFile], places: Sequence[Path], adapters: Sequence[str | None]
) -> NDArray[np.int64]:
    """Write a model's files into folders, without the tokens that no call needs.

    Args:
        files: Files of the model; they are read and verified once.
        places: Folders to create.
        adapters: Adapter of each folder.

    Returns:
        The numbers of the kept tokens.
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
