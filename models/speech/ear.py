"""Detect by sound that a name, an address or a number is being said, however the recogniser writes it.

    window of a call -> encoder (Whisper's, done anyway) -> network -> 12.5 times a second:
        probability that a name / an address / a number is being said now

Where the recogniser writes a name as other words, the text alone cannot bring the name back.  The encoder's
output still holds how it was said and what was said around it.
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

__all__ = ["NOTHING", "POOL", "STEP", "Ear", "load_ear", "on_cpu", "on_words", "pooled", "traces"]

POOL = 4
"""Encoder steps that are averaged into one step of the network: a mora takes about two."""

ENCODED = 0.02
"""Seconds of a step of the encoder."""

STEP = ENCODED * POOL
"""Seconds of a step of the network."""

AROUND = 0.08
"""Margin in seconds around a word: word times are that coarse."""

NOTHING = np.zeros((0, len(SOUND_KINDS)), dtype=np.float32)
"""Result for a window without a listener."""


class Ear:
    """The network; safe for several threads at once."""

    def __init__(self, session: InferenceSession) -> None:
        self._session = session

    def listen(self, encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities of each kind of data in one window.

        Args:
            encoded: The averaged output of the encoder (``pooled``); shape (steps, width).

        Returns:
            Probabilities of a name, an address and a number, shape (steps, 3).
        """
        if not len(encoded):
            return NOTHING
        (logits,) = self._session.run(None, {"encoded": encoded[None]})
        return softmax(logits[0])[:, 1 : 1 + len(SOUND_KINDS)]


def on_cpu(encoded: Any) -> NDArray[np.float32]:
    """Return an encoding of CTranslate2 as float32 on the CPU; shape (windows, steps, width)."""
    import ctranslate2

    single = encoded.to(ctranslate2.DataType.float32)
    return np.array(single if single.device == "cpu" else single.to_device(ctranslate2.Device.cpu))


def pooled(encoded: NDArray[np.float32], samples: int, pool: int = POOL) -> NDArray[np.float32]:
    """Average the encoder's output into the steps of the network.

    Args:
        encoded: The encoder's output for one window, from CTranslate2; shape (steps, width).
        samples: Number of 16 kHz samples in the window; the encoder's padding is left out.
        pool: Encoder steps for each step of the network.

    Returns:
        Means of ``pool`` steps each, float32, shape (n, width).
    """
    count = min(-(-samples // round(ENCODED * pool * RATE)), len(encoded) // pool)
    steps = encoded[: count * pool].reshape(count, pool, encoded.shape[1])
    return np.asarray(steps.mean(axis=1), dtype=np.float32)


def on_words(words: Iterable[HeardWord], heard: NDArray[np.float32]) -> tuple[HeardWord, ...]:
    """Add the ear's probabilities to words.

    Args:
        words: Words of one window, in seconds from its start.
        heard: Output of ``Ear.listen`` for the same window.

    Returns:
        The words, each with the highest probabilities within its time and ``AROUND``.
    """
    return tuple(_with_sounds(word, heard) for word in words)


def _with_sounds(word: HeardWord, heard: NDArray[np.float32]) -> HeardWord:
    first = max(0, int((word.start - AROUND) / STEP))
    last = max(first + 1, int(np.ceil((word.end + AROUND) / STEP)))
    here = heard[min(first, len(heard) - 1) : last]
    return replace(word, sounds=tuple(round(float(p), 4) for p in here.max(axis=0))) if len(here) else word


def traces(heard: NDArray[np.float32]) -> tuple[Trace, ...]:
    """Turn the output of ``Ear.listen`` for one window into traces; empty for an empty window."""
    chances = tuple(round(float(p), 4) for p in heard.sum(axis=1))
    return (Trace(0.0, STEP, chances),) if chances else ()


def load_ear() -> Ear:
    """Load the network that lies beside this module (a few ms).

    Raises:
        ModelError: when its bytes are not the registered ones.
    """
    return Ear(session(registered_bytes("ear", "network", Path(__file__).with_name("ear.onnx"))))
