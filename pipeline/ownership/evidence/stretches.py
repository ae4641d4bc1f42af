"""Cut the posteriorgram of a finding, with a margin, out of the utterances of a call."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.nearby import Nearby
from pipeline.sound.heard_morae import heard_between
from pipeline.sound.posteriorgram import HeardMora, likeliest
from pipeline.sound.spotting import Hit
from pipeline.types import Finding, TimeSpan, Transcript

AROUND_SECONDS: Final = 1.0
"""Margin in seconds on each side: the edges may be off, and the words after a surname matter."""

LATER_SECONDS: Final = 0.1
"""Seconds by which the morae of a finding are searched later than its words: the words after a surname
matter."""

MORA_STEPS: Final = 3
"""Number of steps by which the most probable mora may begin before a matching form: the mora lasts as
long."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posteriorgram of a finding and its margin.

    Attributes:
        logs: Log probabilities of the posteriorgram, shape (steps, classes).
        first, last: The steps ``[first, last)`` are the finding's.
    """

    logs: NDArray[np.float32] = field(repr=False)
    first: int
    last: int

    def holds(self, hit: Hit) -> bool:
        """Whether a hit overlaps the finding."""
        return hit.start < self.last and hit.end > self.first

    def morae(self) -> tuple[HeardMora, ...]:
        """Return the most probable morae of the finding."""
        return tuple(mora for mora in likeliest(self.logs) if self.first <= mora.step < self.last)

    def kana(self) -> str:
        """Return the most probable morae of the finding, in katakana."""
        return "".join(mora.kana for mora in self.morae())

    def left(self, there: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
        """Yield the first step and the kana of each run of the finding outside the marked steps.

        Args:
            there: Whether each step is marked, shape (steps,).
        """
        run, start = "", 0
        for mora in likeliest(self.logs):
            # A hit has the last step of a mora that lasts several.
            marked = there[mora.step : mora.step + MORA_STEPS].any()
            if not marked and self.first <= mora.step < self.last:
                start = start if run else mora.step
                run += mora.kana
            elif run:
                yield start, run
                run = ""
        if run:
            yield start, run


class Channels:
    """Utterances of a call by channel and time."""

    def __init__(self, transcript: Transcript) -> None:
        self._all = transcript.segments
        self._starts = [segment.chars.start for segment in self._all]
        self._near = {
            channel: Nearby((s for s in self._all if s.channel == channel), lambda segment: segment.time)
            for channel in {segment.channel for segment in self._all}
        }

    def stretches(self, finding: Finding) -> tuple[Stretch, ...]:
        """Return one stretch for each utterance with words of a finding; empty without a listener."""
        chars = finding.entity.chars
        first = max(0, bisect.bisect_right(self._starts, chars.start) - 1)
        here = self._all[first : bisect.bisect_left(self._starts, chars.end)]
        said = ((s, [word.time for word in s.words if word.chars.overlaps(chars)]) for s in here)
        found = (
            self._stretch(s.channel, TimeSpan(min(t.start for t in times), max(t.end for t in times)))
            for s, times in said
            if times
        )
        return tuple(stretch for stretch in found if len(stretch.logs))

    def _stretch(self, channel: int, time: TimeSpan) -> Stretch:
        begins, ends = time.start + LATER_SECONDS, time.end + LATER_SECONDS
        around = TimeSpan(max(0.0, begins - AROUND_SECONDS), ends + AROUND_SECONDS)
        near = self._near[channel].touching(around.start - 1.0, around.end + 1.0)
        logs, times = heard_between(near, around)
        first, last = np.searchsorted(times, (begins, ends)).tolist()
        return Stretch(logs, first, last)
