"""Make the finding of a third person's voice where a person attributes a line to a third person.

A line gets such a speaker by a decision, which can be undone: an item that comes with another decision, or
was widened by one, does not count as holding it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.audio.recording import Recording
from pipeline.correcting.corrected import Corrected
from pipeline.masking.plan import make_plan
from pipeline.masking.voices import MARGIN_SECONDS, third_voices
from pipeline.third_voice import THIRD, THIRD_VOICE
from pipeline.types import CallCase, CharSpan, MaskAction, MaskItem, MaskPlan, Party, Transcript


@dataclass(frozen=True, slots=True)
class ThirdPersonLines:
    """Lines of a call that a person attributed to a third person.

    Attributes:
        now: The text with these lines.
        raw: Their characters in the recognised text.
        recording: The call.
        stored: Plan that the decisions refer to; like the draft, it points into the recognised text.
        draft: The plan with all decisions so far.
    """

    now: Corrected = field(repr=False)
    raw: CharSpan
    recording: Recording = field(repr=False)
    stored: MaskPlan
    draft: MaskPlan


def voices_in(lines: ThirdPersonLines) -> tuple[MaskItem, ...]:
    """Make the items of a third person's lines, masked and undecided, where no lasting item covers them.

    Args:
        lines: The lines.

    Returns:
        New items in order of time, with the ids of a first plan.
    """
    lasting = {item.item_id: item for item in lines.stored.items}
    held = [
        (lasting[item.item_id], item)
        for item in lines.draft.items
        if item.item_id in lasting and _stands(item) and item.entity_type == THIRD_VOICE
    ]
    return tuple(
        item
        for item in _items(_these_alone(lines), lines.now, lines.recording, lines.draft)
        if not any(_holds(before, item) and _holds(after, item) for before, after in held)
    )


def voices_left(now: Corrected, recording: Recording, draft: MaskPlan) -> tuple[MaskItem, ...]:
    """Make the items of all of third persons' lines that no item covers, decided or not.

    There are some only where a call was masked anew after people had attributed its lines.

    Args:
        now: The corrected text.
        recording: The call.
        draft: The plan with all decisions.

    Returns:
        The items, as from ``voices_in``.
    """
    voices = [item for item in draft.items if item.entity_type == THIRD_VOICE]
    lacking: list[MaskItem] = []
    for item in _items(now.transcript, now, recording, draft):
        free = item.chars.without(
            other.chars for other in voices if set(item.channels) <= set(other.channels)
        )
        if any(_says(now, chars) for chars in free):
            lacking.append(item)
    return tuple(lacking)


def _says(now: Corrected, raw: CharSpan) -> bool:
    """Whether a third person says some of these recognised characters."""
    chars = now.chars(raw)
    lines = (line for line in now.transcript.segments if line.chars.overlaps(chars))
    return any(line.speaker == THIRD for line in lines)


def _items(
    transcript: Transcript, now: Corrected, recording: Recording, draft: MaskPlan
) -> Iterator[MaskItem]:
    plan = make_plan(third_voices(transcript, recording), transcript, CallCase(""), draft.policy)
    return (replace(item, chars=now.raw(item.chars)) for item in plan.items)


def _these_alone(lines: ThirdPersonLines) -> Transcript:
    """Return the transcript without other third persons' lines than those that just became one's."""
    chars = lines.now.chars(lines.raw)
    segments = tuple(
        replace(each, speaker=None) if each.speaker == THIRD and not each.chars.overlaps(chars) else each
        for each in lines.now.transcript.segments
    )
    return replace(lines.now.transcript, segments=segments)


def _stands(item: MaskItem) -> bool:
    """Whether a voice is masked, or kept as a third person's."""
    return item.action is MaskAction.MASK or item.party is Party.THIRD_PARTY


def _holds(other: MaskItem, item: MaskItem) -> bool:
    """Whether another item covers all the words of a new one, and their time."""
    return (
        set(item.channels) <= set(other.channels)
        and not item.chars.without((other.chars,))
        and other.time.start <= item.time.start + MARGIN_SECONDS
        and item.time.end - MARGIN_SECONDS <= other.time.end
    )
