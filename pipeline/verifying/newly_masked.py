"""Find the masks of a new plan over data that an earlier plan disclosed and no person decided on.

    made first    |--a--|             |----c----|
    given         |~~~~~|  (b)        |~~~~|           b kept, the end of c given by a person's decision
    made anew     |--a--|  |--b--|    |----c----|  |-d-|
    newly masked           |--b--|                 |-d-|

People's decisions stand: what they disclosed stays disclosed, whatever is found there now, and what they
masked stays masked.  A voice and the words in it are decided apart, so a decision on one does not count for
the other.
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

MIN_SECONDS: Final = 0.05
"""Length up to which a stretch is only a different edge; no mora is as short."""


@dataclass(frozen=True, slots=True)
class Course:
    """A plan before and after people's decisions.

    Attributes:
        first: Plan before any decision, with the items that came up during the review.
        given: Plan with the decisions, by which the call was disclosed.
    """

    first: MaskPlan
    given: MaskPlan


@dataclass(frozen=True, slots=True)
class NewMask:
    """A finding that is masked now and was disclosed.

    Attributes:
        entity_type: Entity type in the new plan.
        before: Owner in the disclosed plan; ``None`` where nothing was found there.
        spans: Disclosed stretches of it, on any channel.
    """

    entity_type: str
    before: Party | None
    spans: Spans


@dataclass(frozen=True, slots=True)
class Since:
    """Differences between a new plan and the disclosed one.

    Attributes:
        masks: Findings that are masked now and were disclosed, in order of time.
        opened: Number of findings that were masked without a decision and whose words are kept now.
    """

    masks: tuple[NewMask, ...]
    opened: int

    @property
    def seconds(self) -> float:
        """Seconds that were disclosed and are masked now."""
        return length(union(*(mask.spans for mask in self.masks)))


def masked_since(
    course: Course,
    now: MaskPlan,
    transcript: Transcript,
    recording: Recording,
    within: Iterable[tuple[float, float]],
) -> Since:
    """Compare a new plan with the disclosed one.

    Args:
        course: The disclosed plan, before and after decisions.
        now: The new plan for the same words.
        transcript: Words of the call.
        recording: The call.
        within: Stretches of the call that were disclosed at all, in seconds.

    Returns:
        The differences.  Where a mask only has other edges, stretches longer than ``MIN_SECONDS`` count.
    """
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
    """Whether some of an item's words lie outside people's decisions; false for an item without words."""
    if item.chars.start == item.chars.end:
        return True
    return _has_words(transcript, item.chars.without(decided))


def _has_words(transcript: Transcript, chars: Iterable[CharSpan]) -> bool:
    return any(char.isalnum() for each in chars for char in transcript.text[each.start : each.end])


class _Decided:
    """Masks of a plan for words or for voices, and the stretches of them that people disclosed.

    Args:
        course: The disclosed plan, before and after decisions.
        recording: The call.
        voice: Whether third persons' voices are meant, or else words.
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
            # Masks from before people's decisions that are none after them were disclosed by people.
            self._answered[channel] = union(
                minus(union(_times(masked, channel)), hidden), _times(kept, channel)
            )

    def open(self, item: MaskItem, channel: int, outside: Spans) -> Spans:
        """Return the stretches of an item that were disclosed on a channel without a decision."""
        time = item.time_on(channel)
        covered = union(self._hidden[channel], self._answered[channel], outside)
        left = minus(((time.start, time.end),), covered)
        return tuple((start, end) for start, end in left if end - start > MIN_SECONDS)

    def party_at(self, item: MaskItem) -> Party | None:
        """Return the owner of an item's words in the disclosed plan.

        Of several findings, that of the greatest overlap.
        """
        near = [
            (other.time.apart(item.time), other.item_id, other.party)
            for other in self._items
            if set(other.channels) & set(item.channels) and _is_same_place(other, item)
        ]
        return min(near)[2] if near else None


def _is_same_place(other: MaskItem, item: MaskItem) -> bool:
    """Whether two items share words, or, for an item without words, time."""
    if all(each.chars.start < each.chars.end for each in (other, item)):
        return other.chars.overlaps(item.chars)
    return other.time.overlaps(item.time)


def _times(items: Iterable[MaskItem], channel: int) -> list[tuple[float, float]]:
    times = (item.time_on(channel) for item in items if channel in item.channels)
    return [(time.start, time.end) for time in times]


def _without_told_voices(plan: MaskPlan) -> MaskPlan:
    """Return the plan without the voices whose words were disclosed and only whose sound is masked."""
    hides = (each for each in plan.items if each.remains is not Remains.TEXT)
    return replace(plan, items=tuple(hides))


def _by_people(item: MaskItem, course: Course) -> bool:
    """Whether a person decided on an item or its owner."""
    first: Mapping[str, MaskItem] = {each.item_id: each for each in course.first.items}
    # The second half of a split item is named after the first one.
    before = first.get(item.item_id) or first.get(item.item_id.rpartition(".")[0])
    return item.decided or before is None or (item.action, item.party) != (before.action, before.party)


def _opened(course: Course, now: MaskPlan, transcript: Transcript, outside: Spans) -> Iterable[bool]:
    """Yield for each mask without a decision whether some of its words are kept now.

    A mask from listening to the finished copy is left out, because nobody listens here.
    """
    masked = [item.chars for item in now.masked]
    for item in course.given.masked:
        if _by_people(item, course) or item.source == SOURCE or item.remains is Remains.TEXT:
            continue
        if minus(((item.time.start, item.time.end),), outside):
            yield _has_words(transcript, item.chars.without(masked))
