"""The telephone adapter: low-rank changes to the embedded recogniser's matrices, applied when it is loaded.

    W   [512 x 2048]  as published, verified            145 MB
    W + U D           U [512 x 64], D [64 x 2048]       the file: int8, a scale for each row, 8 MB

It was trained on made calls and on people's speech (``adapter.md``); the ears (``models.speech.ears``) were
trained on the adapted encoder.  The second hearing uses the model as published, which is loaded as well.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.registry import adapted_model, registered_bytes
from models.speech.whisper.weights_file import Array
from pipeline.errors import ModelError


@dataclass(frozen=True, slots=True)
class Adapter:
    """Low-rank changes to some matrices of a model.

    Attributes:
        changes: Factors U and D, float32, by the name of a matrix in the model's file.
    """

    changes: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]] = field(repr=False)

    def applied(self, array: Array) -> Array:
        """Add the change of an array to it; an array without a change is returned unchanged.

        Raises:
            ModelError: the array has another shape than its change.
        """
        change = self.changes.get(array.name)
        if change is None:
            return array
        up, down = change
        if array.shape != (up.shape[0], down.shape[1]):
            raise ModelError(f"the adapter does not fit {array.name}")
        return array.replaced(array.values().astype(np.float32) + up @ down)


def load_adapter(name: str, sha256: str) -> Adapter:
    """Load an adapter that lies beside this module.

    Args:
        name: Name of its entry in the registry and of its file.
        sha256: SHA-256 of the ``model.bin`` that it will change.

    Raises:
        ModelError: its bytes are not the registered ones, or it was made for another model.
    """
    content = registered_bytes("adapter", name, Path(__file__).with_name(f"{name}.npz"))
    if adapted_model("adapter", name) != sha256:
        raise ModelError(f"the {name} adapter was made for another speech model")
    return read_adapter(content)


def read_adapter(content: bytes) -> Adapter:
    """Read an adapter's file.

    Args:
        content: A ``.npz`` of ``NAME:up`` and ``NAME:down``, int8, and ``…:scale`` for each row.

    Raises:
        ModelError: the content is malformed.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            names = sorted({name.partition(":")[0] for name in stored.files if ":" in name})
            changes = {name: (_rows(stored, f"{name}:up"), _rows(stored, f"{name}:down")) for name in names}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"the adapter cannot be read ({type(error).__name__})") from None
    return Adapter(changes)


def _rows(stored: Any, name: str) -> NDArray[np.float32]:
    return np.asarray(stored[name].astype(np.float32) * stored[f"{name}:scale"][:, None])
