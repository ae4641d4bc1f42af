"""The two networks that read the adapted encoder of the embedded model: the ear and the phonetic network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.registry import Encoder, bound_encoder
from models.speech.ear import NOTHING, Ear, load_ear, on_words, pooled, traces
from models.speech.phonetic import Phonetic, load_phonetic
from models.speech.word_times import WordTimes
from pipeline.errors import ModelError
from pipeline.hearing.transcribe import HeardWord
from pipeline.types import Posteriorgram, Trace

__all__ = [
    "LISTENED_SECONDS",
    "NETWORKS",
    "SILENCE",
    "Ears",
    "Heard",
    "Unheard",
    "ears_encoder",
    "load_ears",
]

NETWORKS: Final = (("ear", "network"), ("phonetic", "network"))
"""Names of the networks that read an encoder, as in the registry."""


LISTENED_SECONDS: Final = 30.0
"""Longest window in seconds: the encoder's limit.  Every window is shorter."""


class Unheard(StrEnum):
    """Reason why a speech model has no ears.  The values stand in manifests."""

    NOT_INSTALLED = "not_installed"
    """The packages of the embedded model, whose encoder the ears read, are not installed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Output of both networks for one window.

    Attributes:
        kinds: Output of ``Ear.listen``.
        traces: Traces made of it, in seconds from the window's start.
        posteriorgrams: Output of ``Phonetic.hear``.
    """

    kinds: NDArray[np.float32] = field(repr=False)
    traces: tuple[Trace, ...] = field(repr=False)
    posteriorgrams: tuple[Posteriorgram, ...] = field(repr=False)


SILENCE: Final = Heard(NOTHING, (), ())
"""Result for a window without a listener."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Both networks; safe for several threads at once."""

    ear: Ear
    phonetic: Phonetic
    times: WordTimes

    def listen(self, encoded: NDArray[np.float32], samples: int) -> Heard:
        """Listen to one window.

        Args:
            encoded: The encoder's output for the window, from CTranslate2; shape (steps, width).
            samples: Number of 16 kHz samples in the window; the encoder's padding is left out.

        Returns:
            The output of both networks.
        """
        kinds = self.ear.listen(pooled(encoded, samples))
        return Heard(kinds, traces(kinds), self.phonetic.hear(encoded, samples))

    def on_words(self, words: Sequence[HeardWord], heard: Heard) -> tuple[HeardWord, ...]:
        """Add to words the time at which each is heard, and the ear's probabilities in that time.

        Args:
            words: Words of one window, in order, in seconds from its start.
            heard: Output of ``listen`` for the same window.

        Returns:
            The words, with their ``time``, ``spread`` and ``sounds``.
        """
        return on_words(self.times.timed(words, heard.posteriorgrams), heard.kinds)


def ears_encoder() -> Encoder:
    """Return the encoder that both networks were trained on, from the registry.

    Raises:
        ModelError: when a network is bound to no encoder, or the two to different ones.
    """
    one, other = (bound_encoder(section, name) for section, name in NETWORKS)
    if one != other:
        msg = "the registry binds the ear and the phonetic network to different encoders"
        raise ModelError(msg)
    return one


def load_ears(encoder: Encoder) -> Ears:
    """Load both networks (a few ms).

    On another encoder's output they would run without an error and be wrong, so the encoder is checked.

    Args:
        encoder: The encoder that they will read.

    Returns:
        The networks.

    Raises:
        ModelError: when they were not trained on this encoder, or their bytes are not the registered ones.
    """
    if encoder != (bound := ears_encoder()):
        msg = f"the ears read the encoder of {_named(bound)}, not of {_named(encoder)}"
        raise ModelError(msg)
    return Ears(load_ear(), load_phonetic(), WordTimes())


def _named(encoder: Encoder) -> str:
    adapter = f"adapter {encoder.adapter_sha256[:12]}…" if encoder.adapter_sha256 else "no adapter"
    return f"{encoder.sha256[:12]}… ({encoder.width} wide, {adapter})"
