"""Recognise morae in the encoder's output: a second recogniser, without a vocabulary.

    window of a call -> encoder (Whisper's, computed anyway) -> network -> 25 times a second:
        probability of each mora, or of none

The speech model's decoder writes the likeliest sentence; a name that occurs in no likely sentence becomes
another word, and over a telephone nearly half of the characters are wrong.  The encoder's output still holds
the sound: nine morae in ten are right (``phonetic.md``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.network import session
from models.registry import registered_bytes
from models.speech.ear import ENCODED, pooled
from pipeline.sound.posteriorgram import packed
from pipeline.types import Posteriorgram

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

POOL: Final = 2
"""Steps of the encoder in one step of the network: a mora takes three or four of these."""

STEP: Final = ENCODED * POOL
"""Length of a step of the network in seconds."""


class Phonetic:
    """The network; thread-safe."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session

    def hear(self, encoded: NDArray[np.float32], samples: int) -> tuple[Posteriorgram, ...]:
        """Compute the posteriorgram of one window.

        Args:
            encoded: CTranslate2's output for the window, shape (steps, width).
            samples: Length of the window in samples at 16 kHz; the padding behind it is left out.

        Returns:
            One posteriorgram, in seconds from the window's start; empty without steps.
        """
        steps = pooled(encoded, samples, POOL)
        if not len(steps):
            return ()
        (logits,) = self._session.run(None, {"encoded": steps[None]})
        return (Posteriorgram(0.0, STEP, packed(log_softmax(logits[0]))),)


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return log probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)


def load_phonetic() -> Phonetic:
    """Load the network that lies beside this module (a few ms).

    Raises:
        ModelError: its bytes are not the registered ones.
    """
    path = Path(__file__).with_name("phonetic.onnx")
    return Phonetic(session(registered_bytes("phonetic", "network", path)))
