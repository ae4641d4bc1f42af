"""Makes the finding of a third person's voice in lines that a person has just said are a third person's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.audio.recording import Recording
from pipeline.correcting.corrected import Corrected
from pipeline.masking.plan import make_plan
from pipeline.masking.voices import MARGIN_SECONDS, third_voices
from pipeline.third_voice import THIRD, THIRD_VOICE
from pipeline.types import CallCase, CharSpan, MaskAction, MaskItem, MaskPlan, Party, Transcript

__all__ = ["Said", "voices_in"]


@dataclass(frozen=True, slots=True)
class Said:
    """Lines of a call that a person gave to a third person.

    Attributes:
        now: The text with them.
        raw: Their characters in the recognised text.
        recording: The call's sound.
        draft: The plan with all decisions so far; its items point into the recognised text.
    """

    now: Corrected = field(repr=False)
    raw: CharSpan
    recording: Recording = field(repr=False)
    draft: MaskPlan


def voices_in(said: Said) -> tuple[MaskItem, ...]:
    """Make the items of lines that a third person says, masked and undecided, where none holds them yet.

    Args:
        said: The lines.

    Returns:
        New items in order of time, their ids still those of a first plan.
    """
    alone = _these_alone(said)
    findings = third_voices(alone, said.recording)
    plan = make_plan(findings, alone, CallCase(""), said.draft.policy)
    items = (replace(item, chars=said.now.raw(item.chars)) for item in plan.items)
    return tuple(item for item in items if not any(_holds(other, item) for other in _voices(said.draft)))


def _these_alone(said: Said) -> Transcript:
    """The text, with no other third person's lines in it than those that were just given to one."""
    chars = said.now.chars(said.raw)
    segments = tuple(
        replace(each, speaker=None) if each.speaker == THIRD and not each.chars.overlaps(chars) else each
        for each in said.now.transcript.segments
    )
    return replace(said.now.transcript, segments=segments)


def _voices(draft: MaskPlan) -> Iterator[MaskItem]:
    """The voices of the plan that are masked, or kept as a third person's."""
    for item in draft.items:
        third = item.action is MaskAction.MASK or item.party is Party.THIRD_PARTY
        if item.entity_type == THIRD_VOICE and third:
            yield item


def _holds(other: MaskItem, item: MaskItem) -> bool:
    """Whether another item holds all the words of a new one, and the time in which they are said."""
    return (
        set(item.channels) <= set(other.channels)
        and not item.chars.without((other.chars,))
        and other.time.start <= item.time.start + MARGIN_SECONDS
        and item.time.end - MARGIN_SECONDS <= other.time.end
    )
