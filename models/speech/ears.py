"""What listens to the speech model's encoder beside its decoder: the ear, and the phonetic recogniser."""

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
from pipeline.hearing.transcribe import HeardWord
from pipeline.types import Posteriorgram, Trace

__all__ = ["NETWORKS", "SILENCE", "Ears", "Heard", "Unheard", "load_ears"]

NETWORKS: Final = (("ear", "network"), ("phonetic", "network"))
"""What reads an encoder, as the registry calls it."""


class Unheard(StrEnum):
    """Why nobody listens beside a speech model.  The values stand in manifests."""

    OTHER_ENCODER = "other_encoder"
    OTHER_WIDTH = "other_width"


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


def load_ears(encoder: Encoder) -> Ears | Unheard:
    """Load both networks, if they have learned to read this very encoder (a few ms).

    Of another encoder's output they would say something, too, and all of it wrong.

    Args:
        encoder: Of the loaded speech model.

    Returns:
        What listens to it, or why nobody does.

    Raises:
        ModelError: when their bytes are not the registered ones.
    """
    bound = [bound_encoder(section, name) for section, name in NETWORKS]
    if any(each.sha256 != encoder.sha256 for each in bound):
        return Unheard.OTHER_ENCODER
    if any(each.width != encoder.width for each in bound):
        return Unheard.OTHER_WIDTH
    return Ears(load_ear(), load_phonetic(), WordTimes())
