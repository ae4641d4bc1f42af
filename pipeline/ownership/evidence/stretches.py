"""What is heard of a finding: the piece of posteriorgram in which it is said, and a little around it."""

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

__all__ = ["Channels", "Stretch"]

AROUND_SECONDS: Final = 1.0
"""Seconds around a finding that are searched, too: its edges may be off, and what follows a surname tells."""

LATER_SECONDS: Final = 0.1
"""Seconds by which the morae of a finding are looked for later than its words: behind a surname stands what
matters."""

MORA_STEPS: Final = 3
"""Steps by which the likeliest mora may begin before a form that is found: it lasts as long."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is heard around a finding.

    Attributes:
        logs: Its posteriorgram, log probabilities, shape (steps, classes).
        first, last: The steps ``[first, last)`` are the finding's.
    """

    logs: NDArray[np.float32] = field(repr=False)
    first: int
    last: int

    def holds(self, hit: Hit) -> bool:
        """Whether a hit lies in the finding, or partly."""
        return hit.start < self.last and hit.end > self.first

    def morae(self) -> tuple[HeardMora, ...]:
        """What is most likely said in the finding."""
        return tuple(mora for mora in likeliest(self.logs) if self.first <= mora.step < self.last)

    def kana(self) -> str:
        """The same in katakana."""
        return "".join(mora.kana for mora in self.morae())

    def left(self, there: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
        """First step and kana of each run that is heard in the finding, and is not marked.

        Args:
            there: Which steps are marked, shape (steps,).
        """
        run, start = "", 0
        for mora in likeliest(self.logs):
            # Of a mora that lasts some steps a hit has the last.
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
    """The utterances of a call by channel and time."""

    def __init__(self, transcript: Transcript) -> None:
        self._all = transcript.segments
        self._starts = [segment.chars.start for segment in self._all]
        self._near = {
            channel: Nearby((s for s in self._all if s.channel == channel), lambda segment: segment.time)
            for channel in {segment.channel for segment in self._all}
        }

    def stretches(self, finding: Finding) -> tuple[Stretch, ...]:
        """What is heard of a finding, of each utterance that holds some of it; none where nobody listened."""
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
