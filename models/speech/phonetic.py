"""Hear morae in what the speech model's encoder gives: a second recogniser, which knows no words.

    window of a call -> encoder (Whisper's, done anyway) -> network -> 25 times a second:
        how probable each mora is, or none

The speech model's decoder writes the likeliest sentence, and where a name is no part of any it writes
another: over a telephone nearly half of the characters are wrong.  What it was guessed from still holds how
it was said: of the morae nine in ten are right (``README.md``).
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

__all__ = ["POOL", "STEP", "Phonetic", "load_phonetic"]

POOL: Final = 2
"""Steps of the encoder that the network reads as one: a mora takes three or four of these."""

STEP: Final = ENCODED * POOL
"""Seconds of a step of the network."""


class Phonetic:
    """The network.  It may be asked by several threads at once."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session

    def hear(self, encoded: NDArray[np.float32], samples: int) -> tuple[Posteriorgram, ...]:
        """What is said in one window.

        Args:
            encoded: Of it, as CTranslate2 gives it, shape (steps, width).
            samples: Of the window, at 16 kHz; what the encoder was filled up with is left out.

        Returns:
            One posteriorgram, in seconds from the window's start; none of nothing.
        """
        steps = pooled(encoded, samples, POOL)
        if not len(steps):
            return ()
        (logits,) = self._session.run(None, {"encoded": steps[None]})
        return (Posteriorgram(0.0, STEP, packed(log_softmax(logits[0]))),)


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log probabilities of classes, the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)


def load_phonetic() -> Phonetic:
    """Load the network that lies beside this module (a few ms).

    Raises:
        ModelError: when its bytes are not the registered ones.
    """
    path = Path(__file__).with_name("phonetic.onnx")
    return Phonetic(session(registered_bytes("phonetic", "network", path)))
