"""Decode a batch of short windows at once: the second hearing of a call, at half the first's price.

Decoding is greedy and without word times, where the first hearing uses a beam of five;
``models.speech.window_decoder`` holds the other savings.  A small model tends to loop, so the length of the
text is bounded by the length of the sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.speech.listening_encoder import ListeningEncoder
from models.speech.whisper.frames import PADDING_SECONDS
from models.speech.window_decoder import Decoding, WindowDecoder
from pipeline.hearing.second_hearing import RATE, SECOND_WINDOW_SECONDS
from pipeline.hearing.transcribe import HeardSegment

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

GREEDY = Decoding(beam=1, tokens_a_second=9.0, tokens_beside=12, least_seconds=SECOND_WINDOW_SECONDS)
"""Greedy decoding, bounded per second of sound: fast speech is eight morae a second, mostly a token each at
most."""


class BatchTranscriber:
    """A ``BatchRecogniser`` on a model that a recogniser has loaded.

    Args:
        model: The loaded model; it is shared, not copied.
        name: Name of the model in the manifest.
        at_once: Number of threads that may recognise in parallel without waiting for each other.
        how: Decoding options.
        ears: Listener for the same windows, if any.
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
            One utterance per window, in order, with word times in seconds from the window's start; without
            words where nothing was recognised.  The same input gives the same words.

        Raises:
            ValueError: a window is longer than ``SECOND_WINDOW_SECONDS + SPARE``.
        """
        longest = max((len(window) for window in windows), default=0) / RATE
        if longest > SECOND_WINDOW_SECONDS + PADDING_SECONDS:
            msg = f"a window of {longest:.2f} s; at most {SECOND_WINDOW_SECONDS + PADDING_SECONDS} s"
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
