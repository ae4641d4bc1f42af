"""Find personal data in words that a person wrote, at once and with the real recognizers.

The corrected lines and a few around them are processed like a call of their own.  Findings in the new words
are aligned to the sound of the recognised words beneath, as the first findings were, and become items of the
plan: masked unless they are data that the case keeps, and flagged, because nobody has decided them yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pipeline.audio.recording import Recording
from pipeline.correcting.corrected import Corrected
from pipeline.correcting.wording import Piece
from pipeline.finding.detect import detect
from pipeline.masking.align import align
from pipeline.masking.plan import make_plan
from pipeline.ownership.chain import Context, attribute
from pipeline.reviewing.fold import default_ground
from pipeline.reviewing.queue import is_candidate
from pipeline.speaking.speakers import without_guessed_speakers
from pipeline.third_voice import THIRD_VOICE
from pipeline.types import (
    CallCase,
    CharSpan,
    Finding,
    MaskAction,
    MaskItem,
    MaskPlan,
    Segment,
    Transcript,
)

if TYPE_CHECKING:
    from flows.loaded_models import Models

LINES_AROUND: Final = 4
"""Number of lines before and after that are read, too: a question and its answer, and repetitions."""

FEW_NAMES: Final = frozenset({"few-names"})
"""The pass that counts the names of a whole call; a few lines always have few."""


@dataclass(frozen=True, slots=True)
class Corrections:
    """New words in a call.

    Attributes:
        case: The request.
        recognised: The transcript as recognised.
        recording: The call's sound.
        now: The text with the new words.
        new: The new words.
        draft: The plan with all decisions so far; its items point into ``recognised``.
    """

    case: CallCase = field(repr=False)
    recognised: Transcript = field(repr=False)
    recording: Recording = field(repr=False)
    now: Corrected = field(repr=False)
    new: tuple[Piece, ...]
    draft: MaskPlan


def items_in(words: Corrections, models: Models) -> tuple[MaskItem, ...]:
    """Find data in new words that is not masked, or not known as the same party's, already.

    Args:
        words: The new words in their call.
        models: The recognizers, the reader and the judge of parties.

    Returns:
        New items in order of time, their ids still those of a first plan.
    """
    around, base = _around(words)
    if not around.segments:
        return ()
    around = without_guessed_speakers(around)
    found = detect(around, models.analyzer, words.case)
    context = Context(around, words.case, models.reader, judge=models.owner.decide)
    findings = attribute(found, context, leave_out=FEW_NAMES)
    new = [words.now.chars(piece.chars) for piece in words.new]
    brought = tuple(
        _on_recognised(each, words.now, base, models)
        for each in findings
        if any(_shifted(each.entity.chars, base).overlaps(chars) for chars in new)
    )
    timed = tuple(each for each in brought if _is_timed(each, words.recognised))
    aligned = align(timed, words.recognised, words.recording, words.draft.policy)
    plan = make_plan(aligned, words.recognised, words.case, words.draft.policy)
    items = (_flagged(item) for item in plan.items if not is_candidate(item))
    return tuple(item for item in items if not _is_known(item, words))


def _around(words: Corrections) -> tuple[Transcript, int]:
    """Return the lines with new words and those around them, and where they begin in the corrected text."""
    segments = words.now.transcript.segments
    new = [words.now.chars(piece.chars) for piece in words.new]
    lines = [n for n, each in enumerate(segments) if any(each.chars.overlaps(chars) for chars in new)]
    if not lines:
        return replace(words.now.transcript, text="", segments=()), 0
    near = segments[max(0, lines[0] - LINES_AROUND) : lines[-1] + LINES_AROUND + 1]
    base, end = near[0].chars.start, near[-1].chars.end
    moved = tuple(_moved(segment, -base) for segment in near)
    return replace(words.now.transcript, text=words.now.transcript.text[base:end], segments=moved), base


def _moved(segment: Segment, by: int) -> Segment:
    words = tuple(replace(word, chars=_shifted(word.chars, by)) for word in segment.words)
    return replace(segment, chars=_shifted(segment.chars, by), words=words)


def _shifted(chars: CharSpan, by: int) -> CharSpan:
    return CharSpan(chars.start + by, chars.end + by)


def _on_recognised(finding: Finding, now: Corrected, base: int, models: Models) -> Finding:
    """Place a finding in the recognised text; its length in time follows from the length of the new words."""
    written = _shifted(finding.entity.chars, base)
    morae = len(models.reader.line(now.transcript.text[written.start : written.end]).morae)
    return replace(finding, entity=replace(finding.entity, chars=now.raw(written), morae=morae, parts=()))


def _is_timed(finding: Finding, transcript: Transcript) -> bool:
    chars = finding.entity.chars
    near = (each for each in transcript.segments if each.chars.overlaps(chars))
    return any(word.chars.overlaps(chars) for segment in near for word in segment.words)


def _flagged(item: MaskItem) -> MaskItem:
    """Make a new mask that waits for a person; doubtful data is masked, whatever the case's policy for it."""
    if item.action is MaskAction.KEEP and not item.needs_review:
        return item
    ground = item.ground or default_ground(item.entity_type)
    return replace(item, action=MaskAction.MASK, ground=ground, needs_review=True)


def _is_known(item: MaskItem, words: Corrections) -> bool:
    """Whether a finding's words are masked already, or found as the same party's; punctuation is no words.

    A voice masks them only as long as it is masked itself.
    """
    same: Sequence[CharSpan] = [
        other.chars
        for other in words.draft.items
        if other.entity_type != THIRD_VOICE
        and (
            other.action is MaskAction.MASK or (item.action is MaskAction.KEEP and other.party is item.party)
        )
    ]
    left = (words.recognised.text[chars.start : chars.end] for chars in item.chars.without(same))
    return not any(char.isalnum() for text in left for char in text)
