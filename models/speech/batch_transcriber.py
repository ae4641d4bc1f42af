"""Decode a batch of short windows at once: the second hearing of a call, at half the first's price.

Greedily and without times, where the first hearing follows five hypotheses; what else makes it cheap is
``models.speech.window_decoder``.

A small model loops when left alone: nothing may be longer than it could be said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.speech.listening_encoder import ListeningEncoder
from models.speech.whisper.frames import SPARE
from models.speech.window_decoder import Decoding, WindowDecoder
from pipeline.hearing.second_hearing import RATE, SECOND_WINDOW_SECONDS
from pipeline.hearing.transcribe import HeardSegment

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

__all__ = ["GREEDY", "BatchTranscriber"]

GREEDY = Decoding(beam=1, tokens_a_second=9.0, tokens_beside=12, least_seconds=SECOND_WINDOW_SECONDS)
"""Most that is decoded for a second of sound: fast speech is eight morae, and most are a token at most."""


class BatchTranscriber:
    """A ``BatchRecogniser`` on a model that a recogniser has loaded.

    Args:
        model: The loaded model; it is shared, not copied.
        name: What the manifest calls it.
        at_once: How many threads may recognise at the same time without waiting for each other.
        how: How windows are decoded.
        ears: Listen to the same windows, or nobody does.
    """

    def __init__(
        self,
        model: WhisperModel,
        name: str,
        at_once: int = 1,
        how: Decoding = GREEDY,
        ears: ListeningEncoder | None = None,
    ) -> None:
        self._decoder = WindowDecoder(model, ears)
        self._how = how
        self.name = name
        self.at_once = at_once

    def recognise_batch(self, windows: Sequence[NDArray[np.float32]]) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono windows of at most ``SECOND_WINDOW_SECONDS`` seconds each.

        Args:
            windows: float32, shape (n,) each; full scale 1.

        Returns:
            One utterance per window, in order, its words in seconds from the window's start;
            without words where nothing was recognised.  The same input gives the same words.

        Raises:
            ValueError: when a window is longer than the encoder is made for here.
        """
        longest = max((len(window) for window in windows), default=0) / RATE
        if longest > SECOND_WINDOW_SECONDS + SPARE:
            msg = f"a window of {longest:.2f} s; at most {SECOND_WINDOW_SECONDS + SPARE} s"
            raise ValueError(msg)
        return tuple(
            HeardSegment(
                each.words,
                each.no_speech_probability,
                traces=each.heard.traces,
                posteriorgrams=each.heard.posteriorgrams,
            )
            for each in self._decoder.decode(windows, self._how)
        )
