"""Which channel words were said on, where the file that they come from does not say.

A recogniser that was given both channels mixed into one knows no channels.  Of the two, the one is speaking
that is louder for its own measure; the other has its echo at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import Recording

__all__ = ["SpeakingChannel", "above_noise"]

FRAME_SECONDS: Final = 0.1
"""Seconds of a frame in which loudness is compared."""

WORD_END_SECONDS: Final = 0.4
"""Seconds at a word's end that tell who said it: its beginning may be the pause before it."""

NEIGHBOUR_WORDS: Final = 2
"""Words on each side of one that are asked as well: nobody says a single syllable of another's sentence."""

MAX_GAP_SECONDS: Final = 0.5
"""Seconds between two words beyond which they are not asked together: in a pause the speaker may change."""


class SpeakingChannel:
    """Tells of words in a two-channel recording on which channel they were said.

    Args:
        recording: With two channels.
    """

    def __init__(self, recording: Recording) -> None:
        frame = max(1, round(FRAME_SECONDS * recording.rate))
        levels = []
        for samples in recording.samples:
            whole = np.asarray(samples[: len(samples) // frame * frame], dtype=np.float32)
            level = above_noise(np.square(whole.reshape(-1, frame)).mean(axis=1))
            levels.append(level - np.percentile(level, 97) if len(level) else level)
        self._levels = levels

    def of(self, times: Sequence[tuple[float, float]]) -> list[int]:
        """The channel of each word of an utterance.

        Args:
            times: When each begins and ends, in seconds, in order.

        Returns:
            0 or 1 for each.
        """
        own = [self._louder(start, end) for start, end in times]
        near = [
            [
                own[other]
                for other in range(max(0, at - NEIGHBOUR_WORDS), min(len(own), at + NEIGHBOUR_WORDS + 1))
                if max(times[at][0], times[other][0]) - min(times[at][1], times[other][1]) <= MAX_GAP_SECONDS
            ]
            for at in range(len(own))
        ]
        # Where as many say the one as the other, its own sound tells.
        return [
            median_low(votes) if 2 * sum(votes) != len(votes) else own[at] for at, votes in enumerate(near)
        ]

    def _louder(self, start: float, end: float) -> int:
        first = int(max(start, end - WORD_END_SECONDS) / FRAME_SECONDS)
        one, two = (level[first : max(first + 1, round(end / FRAME_SECONDS))] for level in self._levels)
        return int(len(one) > 0 and float(two.mean()) > float(one.mean()))


def above_noise(power: NDArray[np.floating]) -> NDArray[np.float64]:
    """Decibels of what a channel has beyond its quietest tenth.

    Args:
        power: Mean square of each frame, shape (frames,).

    Returns:
        Of each; -100 where it has nothing beyond it.
    """
    noise = np.percentile(power, 10) if len(power) else 0.0
    return np.asarray(10 * np.log10(np.maximum(power.astype(np.float64) - noise, 1e-10)))
