"""Detect spoken names, addresses and numbers in the encoder's output, whatever text was recognised.

    window of a call -> encoder (Whisper's, computed anyway) -> network -> 12.5 times a second:
        probability that a name / an address / a number is being said

Where the recogniser turned a name into other words, its text no longer holds the name.  The encoder's output,
from which the text was decoded, still holds its sound and its context.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.network import session, softmax
from models.registry import registered_bytes
from pipeline.hearing.transcribe import RATE, HeardWord
from pipeline.types import SOUND_KINDS, Trace

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

POOL = 4
"""Steps of the encoder in one step of the network: a mora takes about two of these."""

ENCODED = 0.02
"""Length of a step of the encoder in seconds."""

STEP = ENCODED * POOL
"""Length of a step of the network in seconds."""

MARGIN_SECONDS = 0.08
"""Margin around a word in seconds whose sound counts as the word's: word times are that coarse."""

NOTHING = np.zeros((0, len(SOUND_KINDS)), dtype=np.float32)
"""Output for a window without sound or without a listener."""


class Ear:
    """The network; thread-safe."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session

    def listen(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Compute the probability of personal data at each step of one window.

        Args:
            encoded: Output of the encoder for the window, pooled (``pooled``), shape (steps, width).

        Returns:
            Probabilities of a name, an address and a number, shape (steps, 3).
        """
        if not len(encoded):
            return NOTHING
        (logits,) = self._session.run(None, {"encoded": encoded[None]})
        return softmax(logits[0])[:, 1 : 1 + len(SOUND_KINDS)]


def on_cpu(encoded: Any) -> NDArray[np.float32]:
    """Copy CTranslate2's encoder output, shape (windows, steps, width), to the CPU as float32."""
    import ctranslate2

    single = encoded.to(ctranslate2.DataType.float32)
    return np.array(single if single.device == "cpu" else single.to_device(ctranslate2.Device.cpu))


def pooled(encoded: NDArray[np.float32], samples: int, pool: int = POOL) -> NDArray[np.float32]:
    """Average the encoder's output over groups of steps, leaving out the padding behind the sound.

    Args:
        encoded: CTranslate2's output for one window, shape (steps, width).
        samples: Length of the window in samples at 16 kHz.
        pool: Steps of the encoder in one group.

    Returns:
        Means of ``pool`` steps each, float32, shape (n, width).
    """
    count = min(-(-samples // round(ENCODED * pool * RATE)), len(encoded) // pool)
    steps = encoded[: count * pool].reshape(count, pool, encoded.shape[1])
    return np.asarray(steps.mean(axis=1), dtype=np.float32)


def on_words(words: Iterable[HeardWord], heard: NDArray[np.float32]) -> tuple[HeardWord, ...]:
    """Add sound probabilities to words.

    Args:
        words: Words of one window, in seconds from its start.
        heard: Output of ``Ear.listen`` for the same window.

    Returns:
        The words, each with the highest probabilities of its time and ``MARGIN_SECONDS``.
    """
    return tuple(_with_sounds(word, heard) for word in words)


def _with_sounds(word: HeardWord, heard: NDArray[np.float32]) -> HeardWord:
    first = max(0, int((word.start - MARGIN_SECONDS) / STEP))
    last = max(first + 1, int(np.ceil((word.end + MARGIN_SECONDS) / STEP)))
    here = heard[min(first, len(heard) - 1) : last]
    return replace(word, sounds=tuple(round(float(p), 4) for p in here.max(axis=0))) if len(here) else word


def traces(heard: NDArray[np.float32]) -> tuple[Trace, ...]:
    """Return the probability of any personal data in one window, from ``Ear.listen``; empty without steps."""
    chances = tuple(round(float(p), 4) for p in heard.sum(axis=1))
    return (Trace(0.0, STEP, chances),) if chances else ()


def load_ear() -> Ear:
    """Load the network that lies beside this module (a few ms).

    Raises:
        ModelError: its bytes are not the registered ones.
    """
    return Ear(session(registered_bytes("ear", "network", Path(__file__).with_name("ear.onnx"))))
