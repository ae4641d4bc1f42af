"""Find what a plan that is made anew masks of what an earlier one gave, where no person has decided.

    made first    |--a--|             |----c----|
    given         |~~~~~|  (b)        |~~~~|           b kept, the end of c given by a person's decision
    made anew     |--a--|  |--b--|    |----c----|  |-d-|
    newly masked           |--b--|                 |-d-|

What people decided stands: what they gave is given, whatever is found there now, and what they masked is
masked.  A voice and the words said in it are decided apart, so one does not answer for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pipeline.audio.recording import Recording
from pipeline.audio.spans import Spans, length, minus, union
from pipeline.masking.audio import masked_windows
from pipeline.third_voice import THIRD_VOICE, Remains
from pipeline.types import CharSpan, MaskAction, MaskItem, MaskPlan, Party, Transcript
from pipeline.verifying.widen import SOURCE

__all__ = ["MIN_SECONDS", "Course", "NewMask", "Since", "masked_since"]

MIN_SECONDS: Final = 0.05
"""A stretch up to this length is an edge that is set otherwise now; no mora is as short."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a plan came to what was given.

    Attributes:
        first: The plan before any decision, with the items that came up during the review.
        given: The plan as the decisions left it.
    """

    first: MaskPlan
    given: MaskPlan


@dataclass(frozen=True, slots=True)
class NewMask:
    """A finding that is masked now and was given.

    Attributes:
        entity_type: As in the plan made anew.
        before: Whose it was in the given plan; ``None`` where nothing was found there.
        spans: What of it was given, on any channel.
    """

    entity_type: str
    before: Party | None
    spans: Spans


@dataclass(frozen=True, slots=True)
class Since:
    """How a plan made anew differs from what was given.

    Attributes:
        masks: The findings that are masked now and were given, in order of time.
        opened: Number of findings that were masked by nobody's decision and whose words are kept now.
    """

    masks: tuple[NewMask, ...]
    opened: int

    @property
    def seconds(self) -> float:
        """Seconds that were given and are masked now."""
        return length(union(*(mask.spans for mask in self.masks)))


def masked_since(
    course: Course, now: MaskPlan, call: tuple[Transcript, Recording], within: Iterable[tuple[float, float]]
) -> Since:
    """Compare a plan that is made anew with what was given.

    Args:
        course: Of the plan that was given.
        now: The plan that is made anew, of the same words.
        call: The words and the recording.
        within: The stretches of the call that were given at all, in seconds.

    Returns:
        The difference.  Of a mask that only has other edges, what is longer than ``MIN_SECONDS`` counts.
    """
    transcript, recording = call
    outside = minus(((0.0, recording.duration),), union(within))
    sides = {voice: _Decided(course, recording, voice=voice) for voice in (False, True)}
    masks = []
    for item in now.masked:
        decided = sides[item.entity_type == THIRD_VOICE]
        if _said(item, decided.kept_chars, transcript):
            spans = union(*(decided.open(item, channel, outside) for channel in item.channels))
            if spans:
                masks.append(NewMask(item.entity_type, decided.party_at(item), spans))
    return Since(tuple(masks), sum(_opened(course, now, transcript, outside)))


def _said(item: MaskItem, decided: Iterable[CharSpan], transcript: Transcript) -> bool:
    """Whether some of an item's words lie outside what people decided; one without words has none there."""
    if item.chars.start == item.chars.end:
        return True
    return _has_words(transcript, item.chars.without(decided))


def _has_words(transcript: Transcript, chars: Iterable[CharSpan]) -> bool:
    return any(char.isalnum() for each in chars for char in transcript.text[each.start : each.end])


class _Decided:
    """What a plan hides of one side, its words or its voices, and what people gave of it.

    Args:
        course: Of the plan that was given.
        recording: The call.
        voice: Whether it is about third persons' voices, or else about words.
    """

    def __init__(self, course: Course, recording: Recording, *, voice: bool) -> None:
        self._items = [item for item in course.given.items if (item.entity_type == THIRD_VOICE) is voice]
        given = course.given if voice else _without_told_voices(course.given)
        kept = [item for item in self._items if item.action is MaskAction.KEEP and _by_people(item, course)]
        self.kept_chars = tuple(item.chars for item in kept)
        masked = [item for item in course.first.masked if (item.entity_type == THIRD_VOICE) is voice]
        self._hidden: dict[int, Spans] = {}
        self._answered: dict[int, Spans] = {}
        for channel in range(recording.channels):
            windows = masked_windows(given, channel, recording.rate, recording.length)
            hidden = union((start / recording.rate, end / recording.rate) for start, end in windows)
            self._hidden[channel] = hidden
            # What was masked before people decided, and is not after, they have given.
            self._answered[channel] = union(
                minus(union(_times(masked, channel)), hidden), _times(kept, channel)
            )

    def open(self, item: MaskItem, channel: int, outside: Spans) -> Spans:
        """The stretches of an item that were given on a channel by nobody's decision."""
        time = item.time_on(channel)
        covered = union(self._hidden[channel], self._answered[channel], outside)
        left = minus(((time.start, time.end),), covered)
        return tuple((start, end) for start, end in left if end - start > MIN_SECONDS)

    def party_at(self, item: MaskItem) -> Party | None:
        """Whose the given plan says an item's words are; of several findings, by the one that shares most."""
        near = [
            (other.time.apart(item.time), other.item_id, other.party)
            for other in self._items
            if set(other.channels) & set(item.channels) and _is_same_place(other, item)
        ]
        return min(near)[2] if near else None


def _is_same_place(other: MaskItem, item: MaskItem) -> bool:
    """Whether two items share words; one without words is where it sounds."""
    if all(each.chars.start < each.chars.end for each in (other, item)):
        return other.chars.overlaps(item.chars)
    return other.time.overlaps(item.time)


def _times(items: Iterable[MaskItem], channel: int) -> list[tuple[float, float]]:
    times = (item.time_on(channel) for item in items if channel in item.channels)
    return [(time.start, time.end) for time in times]


def _without_told_voices(plan: MaskPlan) -> MaskPlan:
    """The plan without the voices of which only the sound is masked: their words were given."""
    hides = (each for each in plan.items if each.remains is not Remains.TEXT)
    return replace(plan, items=tuple(hides))


def _by_people(item: MaskItem, course: Course) -> bool:
    """Whether a person decided on an item, or said whose it is."""
    first: Mapping[str, MaskItem] = {each.item_id: each for each in course.first.items}
    # The second half of a split item is named after the first one.
    before = first.get(item.item_id) or first.get(item.item_id.rpartition(".")[0])
    return item.decided or before is None or (item.action, item.party) != (before.action, before.party)


def _opened(course: Course, now: MaskPlan, transcript: Transcript, outside: Spans) -> Iterable[bool]:
    """Of each mask by nobody's decision, whether some of its words are kept now.

    A mask that came by listening to the finished copy is passed over: nobody listens here.
    """
    masked = [item.chars for item in now.masked]
    for item in course.given.masked:
        if _by_people(item, course) or item.source == SOURCE or item.remains is Remains.TEXT:
            continue
        if minus(((item.time.start, item.time.end),), outside):
            yield _has_words(transcript, item.chars.without(masked))
