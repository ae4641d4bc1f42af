"""What is heard of a finding mora by mora, and what the forms of a case that are found in it tell."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.nearby import Nearby
from pipeline.ownership.heard.spoken_forms import ENOUGH_WORTH, SpokenForm
from pipeline.sound.digits import digits_of
from pipeline.sound.heard_morae import heard_between
from pipeline.sound.morae import undrawn
from pipeline.sound.posteriorgram import likeliest
from pipeline.sound.spotting import Hit, covered, spotted
from pipeline.types import Finding, TimeSpan, Transcript

__all__ = [
    "CLEAR_ODDS",
    "SAID_AROUND",
    "Channels",
    "Said",
    "Stretch",
    "figures_beside",
    "other_figures",
    "runs",
    "said_in",
    "tells",
]

CONTEXT_SECONDS: Final = 4.0
"""Seconds around a finding that are searched, too: the rest of a number tells whose a piece of it is."""

LATER_SECONDS: Final = 0.1
"""Seconds by which the morae of a finding are looked for later than its words: behind a surname stands what
matters."""

MAX_NEAR_KANA: Final = 5
"""Kana beside digits of theirs that are searched for other digits: の and two digits."""

MORA_STEPS: Final = 3
"""Steps by which the likeliest mora may begin before a hit: it lasts as long."""

NEAR_STEPS: Final = MAX_NEAR_KANA * MORA_STEPS
"""Steps around digits of theirs in which these kana are said."""

CLEAR_ODDS: Final = -2.0
"""Lowest log odds of a hit with which nobody has to look."""

MIN_ENDING_MORAE: Final = 6
"""Morae of four figures, vowels not drawn: of two numbers in ten thousand one ends alike."""

SAID_AROUND = (
    r"ドス|デスネ|デスガ|デス|デ?ゴザイマス|マス(?=$)|ト?モ[ーオウ]シマス|トイイマス|イイマス|ハイ|"
    r"ジュ[ーウ]ショ|ナマエ|バンゴ[ーウ]|デンワ|ヨロシク"
)
"""What is said around names and numbers, a regular expression of kana."""

_TENS = re.compile(r"ジュ[ーウ]|ヒャク|ビャク|ピャク")
_COUNTERS = re.compile(rf"ゴ[ウー](?:シツ?)?$|バンチ?|チョ[ウー]メ|ダイ(?:イチ|ニ|サン)|{SAID_AROUND}")
_COUNTED = re.compile(rf"^(?:{_COUNTERS.pattern})")
_ANNOUNCED = re.compile(rf"バンゴ[ーウ]|{_COUNTERS.pattern}")  # before figures it is no 番5


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is heard around a finding: its posteriorgram, and which of its steps are the finding's."""

    logs: NDArray[np.float32] = field(repr=False)
    times: NDArray[np.float64] = field(repr=False)
    first: int
    last: int

    def holds(self, hit: Hit) -> bool:
        """Whether a hit lies in the finding, or partly."""
        return hit.start < self.last and hit.end > self.first

    def kana(self, earlier: int = 0) -> str:
        """What is most likely said in it, and in so many steps before it."""
        heard = likeliest(self.logs)
        return "".join(mora.kana for mora in heard if self.first - earlier <= mora.step < self.last)


class Said(NamedTuple):
    """A stretch, and the forms of the case that are said in it."""

    stretch: Stretch
    hits: tuple[Hit, ...]


def said_in(stretch: Stretch, forms: Sequence[SpokenForm]) -> Said:
    """Look for the forms of a case in a stretch, once for all who ask."""
    return Said(stretch, spotted([f.sound for f in forms], stretch.logs, [f.least for f in forms]))


def other_figures(stretch: Stretch, hits: Sequence[Hit], known: Sequence[Hit]) -> bool:
    """Whether figures are heard beside those of an address or a number: then it is another one.

    Args:
        stretch: What is heard.
        hits: What of the value is said in it.
        known: What of the same owner's is said anywhere around it: those are no other figures.
    """
    there = covered(known, len(stretch.logs))
    first, last = min(hit.start for hit in hits), max(hit.end for hit in hits)
    # サン in front of ナナマルヨン is a part of it, also where the finding begins behind it.
    wider = replace(
        stretch, first=min(stretch.first, first - NEAR_STEPS), last=max(stretch.last, last + NEAR_STEPS)
    )
    return any(
        figures_beside(run, before=start < last, behind=start > first) for start, run in runs(wider, there)
    )


def figures_beside(run: str, *, before: bool, behind: bool) -> bool:
    """Whether figures are said in some kana where they stand beside figures of theirs.

    シ is a figure, and in every second word: what is not near them, or said behind what counts, is none.

    Args:
        run: Kana between hits.
        before: Whether a hit follows it.
        behind: Whether it follows a hit.
    """
    # Behind 19 there is 番, and then 5.
    near = [_COUNTERS.split(_COUNTED.sub("", run))[0][:MAX_NEAR_KANA]] if behind else []
    near += [_ANNOUNCED.split(run)[-1][-MAX_NEAR_KANA:]] if before else []
    return any(digits_of(each) or _TENS.search(each) for each in near)


def tells(own: Sequence[Hit], hits: Sequence[Hit], forms: Sequence[SpokenForm]) -> int:
    """How much it tells whose a stretch is: what is said in it, and of the same value near it.

    Where it is only how a number begins, the rest has to follow: behind the requester's number, 070 begins
    another one.
    """
    values = {forms[hit.form].value for hit in own}
    begins = all(not forms[hit.form].tells for hit in own)
    behind = max((hit.end for hit in own), default=0) if begins else 0
    near = [hit for hit in (*own, *(h for h in hits if h.start >= behind)) if forms[hit.form].value in values]
    worth = [(_worth(forms[hit.form], hit), hit) for hit in near]
    parts: dict[int, int] = {}
    counted: list[Hit] = []
    # What tells most first: a group that another way of grouping the number has in its middle tells no more.
    for worth_of, hit in sorted(worth, key=lambda each: -each[0]):
        part = forms[hit.form].part
        if part not in parts and not any(hit.start < c.end and c.start < hit.end for c in counted):
            parts[part] = worth_of
            counted.append(hit)
    return sum(parts.values())


def _worth(form: SpokenForm, hit: Hit) -> int:
    """What a form tells where it is heard."""
    clear = form.ends and len(undrawn(form.sound)) >= MIN_ENDING_MORAE and hit.score >= CLEAR_ODDS
    return ENOUGH_WORTH if clear else form.tells


def runs(stretch: Stretch, there: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
    """First step and kana of what is heard in a stretch outside of hits, run by run."""
    run, start = "", 0
    for mora in likeliest(stretch.logs):
        # Of a mora that lasts some steps a hit has the last.
        near = there[mora.step : mora.step + MORA_STEPS].any()
        if not near and stretch.first <= mora.step < stretch.last:
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

    def stretches(self, finding: Finding) -> Iterator[Stretch]:
        """What is heard of a finding, of each utterance that holds some of it."""
        chars = finding.entity.chars
        first = max(0, bisect.bisect_right(self._starts, chars.start) - 1)
        for segment in self._all[first : bisect.bisect_left(self._starts, chars.end)]:
            words = [word for word in segment.words if word.chars.overlaps(chars)]
            if words:
                time = TimeSpan(min(w.time.start for w in words), max(w.time.end for w in words))
                yield self._stretch(segment.channel, time)

    def _stretch(self, channel: int, time: TimeSpan) -> Stretch:
        around = TimeSpan(max(0.0, time.start - CONTEXT_SECONDS), time.end + CONTEXT_SECONDS)
        near = self._near[channel].touching(around.start - 1.0, around.end + 1.0)
        logs, times = heard_between(near, around)
        first, last = np.searchsorted(times, (time.start + LATER_SECONDS, time.end + LATER_SECONDS)).tolist()
        return Stretch(logs, times, first, last)
