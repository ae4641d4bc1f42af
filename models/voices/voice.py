"""Voice embeddings, and log odds of the wording, of a line.

An embedding identifies a person as a fingerprint does.  The caller compares it with the others of the same
call and must not keep it: no cache, no log, no file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.network import session
from models.registry import registered_bytes
from models.voices.roles import Roles, load_roles
from models.voices.spectra import spectra
from models.voices.third import load_third
from pipeline.speaking.third import Weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

LEAST_ROWS = 8
"""Least number of rows that the network takes; a shorter sound is padded with its last row."""


class Voices:
    """Models of voices and wordings; thread-safe.

    Args:
        network: Network of voice embeddings.
        roles: Model of the wording.
        third: Weights of the evidence for a third person.
    """

    def __init__(self, network: InferenceSession, roles: Roles, third: Weights) -> None:
        self._network, self._roles, self.third = network, roles, third

    def voice(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the embedding of a voice.

        Args:
            sound: Speech of one person, float32 at 16 kHz, shape (n,).

        Returns:
            Of unit length, shape (48,); the closer two are, the likelier one person speaks both.
        """
        rows = spectra(sound)
        if len(rows) < LEAST_ROWS:
            rows = np.pad(
                rows, ((0, LEAST_ROWS - len(rows)), (0, 0)), mode="edge" if len(rows) else "constant"
            )
        (said,) = self._network.run(None, {"rows": rows[None]})
        return np.asarray(said[0], dtype=np.float32)

    def staff(self, text: str) -> float:
        """Return the log odds that staff say a line, by its words."""
        return self._roles.staff(text)


def load_voices() -> Voices:
    """Load the models that lie beside this module (a few ms).

    Raises:
        ModelError: their bytes are not the registered ones.
    """
    path = Path(__file__).with_name("voice.onnx")
    return Voices(session(registered_bytes("voices", "network", path)), load_roles(), load_third())
