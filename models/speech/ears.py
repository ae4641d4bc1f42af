"""What listens to the embedded model's adapted encoder: the ear, and the phonetic recogniser."""

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
"""What reads an encoder, as the registry calls it."""


LISTENED_SECONDS: Final = 30.0
"""Seconds that are listened to at most: all that an encoder takes.  Every window is shorter."""


class Unheard(StrEnum):
    """Why nobody listens beside a speech model.  The values stand in manifests."""

    NOT_INSTALLED = "not_installed"
    """The packages of the embedded model, whose encoder the ears read, are not there."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in one window.

    Attributes:
        kinds: From ``Ear.listen``.
        traces: Of it, in seconds from the window's start.
        posteriorgrams: From ``Phonetic.hear``.
    """

    kinds: NDArray[np.float32] = field(repr=False)
    traces: tuple[Trace, ...] = field(repr=False)
    posteriorgrams: tuple[Posteriorgram, ...] = field(repr=False)


SILENCE: Final = Heard(NOTHING, (), ())
"""Of a window that nobody listened to."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Both networks, each of which may be asked by several threads at once."""

    ear: Ear
    phonetic: Phonetic
    times: WordTimes

    def listen(self, encoded: NDArray[np.float32], samples: int) -> Heard:
        """Listen to one window.

        Args:
            encoded: Of it, as CTranslate2 gives it, shape (steps, width).
            samples: Of the window, at 16 kHz; what the encoder was filled up with is left out.

        Returns:
            What was heard.
        """
        kinds = self.ear.listen(pooled(encoded, samples))
        return Heard(kinds, traces(kinds), self.phonetic.hear(encoded, samples))

    def on_words(self, words: Sequence[HeardWord], heard: Heard) -> tuple[HeardWord, ...]:
        """Say of words when each is heard, and what sounds in it.

        Args:
            words: Of one window, in order, in seconds from its start.
            heard: From ``listen``, of the same window.

        Returns:
            The words, with their ``time``, ``spread`` and ``sounds``.
        """
        return on_words(self.times.timed(words, heard.posteriorgrams), heard.kinds)


def ears_encoder() -> Encoder:
    """The one encoder that both networks have learned to read, by the registry.

    Raises:
        ModelError: when a network is bound to none, or the two to different ones.
    """
    one, other = (bound_encoder(section, name) for section, name in NETWORKS)
    if one != other:
        msg = "the registry binds the ear and the phonetic network to different encoders"
        raise ModelError(msg)
    return one


def load_ears(encoder: Encoder) -> Ears:
    """Load both networks (a few ms).

    Of another encoder's output they would say something, too, and all of it wrong.

    Args:
        encoder: What they will read.

    Returns:
        What listens to it.

    Raises:
        ModelError: when they have not learned to read this very encoder, or their bytes are not the
            registered ones.
    """
    if encoder != (bound := ears_encoder()):
        msg = f"the ears read the encoder of {_named(bound)}, not of {_named(encoder)}"
        raise ModelError(msg)
    return Ears(load_ear(), load_phonetic(), WordTimes())


def _named(encoder: Encoder) -> str:
    adapter = f"adapter {encoder.adapter_sha256[:12]}…" if encoder.adapter_sha256 else "no adapter"
    return f"{encoder.sha256[:12]}… ({encoder.width} wide, {adapter})"
