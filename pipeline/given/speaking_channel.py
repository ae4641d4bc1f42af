"""Find the channel on which words were said, where their file does not state it.

A recogniser of both channels mixed into one cannot state it.  The speaker's channel is the one that is louder
relative to its own loud parts; the other carries an echo at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low
from typing import Final

import numpy as np

from pipeline.audio.levels import frame_levels
from pipeline.audio.recording import Recording

FRAME_SECONDS: Final = 0.1
"""Length of a frame for comparing loudness."""

WORD_END_SECONDS: Final = 0.4
"""Greatest length of a word's end that is compared: its beginning may be the pause before it."""

NEIGHBOUR_WORDS: Final = 2
"""Number of words on each side that vote as well: nobody says a single syllable of another's sentence."""

MAX_GAP_SECONDS: Final = 0.5
"""Gap beyond which words do not vote: the speaker may change in a pause."""


class SpeakingChannel:
    """Finds the channel of words in a two-channel recording.

    Args:
        recording: A recording with two channels.
    """

    def __init__(self, recording: Recording) -> None:
        levels = []
        for samples in recording.samples:
            level = frame_levels(samples, recording.rate, FRAME_SECONDS)
            levels.append(level - np.percentile(level, 97) if len(level) else level)
        self._levels = levels

    def of(self, times: Sequence[tuple[float, float]]) -> list[int]:
        """Return the channel of each word of an utterance.

        Args:
            times: Start and end of each word in seconds, in order.

        Returns:
            0 or 1 for each word.
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
        # On a tie the word's own sound decides.
        return [
            median_low(votes) if 2 * sum(votes) != len(votes) else own[at] for at, votes in enumerate(near)
        ]

    def _louder(self, start: float, end: float) -> int:
        first = int(max(start, end - WORD_END_SECONDS) / FRAME_SECONDS)
        one, two = (level[first : max(first + 1, round(end / FRAME_SECONDS))] for level in self._levels)
        return int(len(one) > 0 and float(two.mean()) > float(one.mean()))
