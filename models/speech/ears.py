"""The ears: the ear and the phonetic recogniser, two networks on the embedded model's adapted encoder."""

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

NETWORKS: Final = (("ear", "network"), ("phonetic", "network"))
"""Registry section and name of each network that reads the encoder."""


LISTENED_SECONDS: Final = 30.0
"""Longest window in seconds, the limit of a Whisper encoder; the windows of a call are shorter."""


class NoEarsReason(StrEnum):
    """Reason why no ears run beside a speech model.  Manifests store the values."""

    NOT_INSTALLED = "not_installed"
    """The packages of the embedded model, whose encoder the ears read, are not installed."""


@dataclass(frozen=True, slots=True)
class EarOutput:
    """Output of the ears for one window; times in seconds from its start.

    Attributes:
        kinds: Output of ``Ear.listen``.
        traces: Probability of any personal data, from ``kinds``.
        posteriorgrams: Output of ``Phonetic.hear``.
    """

    kinds: NDArray[np.float32] = field(repr=False)
    traces: tuple[Trace, ...] = field(repr=False)
    posteriorgrams: tuple[Posteriorgram, ...] = field(repr=False)


SILENCE: Final = EarOutput(NOTHING, (), ())
"""Output for a window that is too long, or without ears."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Both networks and the forced alignment of words; thread-safe."""

    ear: Ear
    phonetic: Phonetic
    times: WordTimes

    def listen(self, encoded: NDArray[np.float32], samples: int) -> EarOutput:
        """Run both networks on one window.

        Args:
            encoded: CTranslate2's output for the window, shape (steps, width).
            samples: Length of the window in samples at 16 kHz; the padding behind it is left out.

        Returns:
            The output of both.
        """
        kinds = self.ear.listen(pooled(encoded, samples))
        return EarOutput(kinds, traces(kinds), self.phonetic.hear(encoded, samples))

    def on_words(self, words: Sequence[HeardWord], heard: EarOutput) -> tuple[HeardWord, ...]:
        """Give words the times at which they are heard, and their sound probabilities.

        Args:
            words: Words of one window, in order, in seconds from its start.
            heard: Output of ``listen`` for the same window.

        Returns:
            The words with ``start``, ``end``, ``spread`` and ``sounds``.
        """
        return on_words(self.times.timed(words, heard.posteriorgrams), heard.kinds)


def ears_encoder() -> Encoder:
    """Return the encoder that both networks were trained on, by the registry.

    Raises:
        ModelError: a network is bound to no encoder, or the two to different ones.
    """
    one, other = (bound_encoder(section, name) for section, name in NETWORKS)
    if one != other:
        msg = "the registry binds the ear and the phonetic network to different encoders"
        raise ModelError(msg)
    return one


def load_ears(encoder: Encoder) -> Ears:
    """Load both networks (a few ms).

    On another encoder's output their results would be meaningless, so the encoder is checked.

    Args:
        encoder: Encoder whose output they will read.

    Returns:
        The ears.

    Raises:
        ModelError: they were not trained on this encoder, or their bytes are not the registered ones.
    """
    if encoder != (bound := ears_encoder()):
        msg = f"the ears read the encoder of {_named(bound)}, not of {_named(encoder)}"
        raise ModelError(msg)
    return Ears(load_ear(), load_phonetic(), WordTimes())


def _named(encoder: Encoder) -> str:
    adapter = f"adapter {encoder.adapter_sha256[:12]}…" if encoder.adapter_sha256 else "no adapter"
    return f"{encoder.sha256[:12]}… ({encoder.width} wide, {adapter})"
