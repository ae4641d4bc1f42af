"""Apply a plan to words: each masked stretch becomes one label.

A label states the kind of data and nothing else; its length does not depend on what it replaces.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.audio.spans import merged
from pipeline.kinds import FURTHER_KINDS
from pipeline.masking.audio import kept_by_decision
from pipeline.nearby import Nearby
from pipeline.third_voice import THIRD, THIRD_VOICE, Remains
from pipeline.types import MaskItem, MaskPlan, Segment, TimeSpan, Transcript, Word

LABELS: Final = {
    "PERSON": "[氏名]",
    "ADDRESS": "[住所]",
    "PHONE_NUMBER": "[電話番号]",
    "EMAIL_ADDRESS": "[メールアドレス]",
    "CONFIDENTIAL": "[機密]",
    **{kind: f"[{word}]" for kind, word in FURTHER_KINDS.items()},
    THIRD_VOICE: "[第三者の声]",
}
OTHER_LABEL: Final = "[非開示]"  # an entity type of a company's own recognizer
SPEAKERS: Final = {"op": "担当者", "cu": "お客様", THIRD: "第三の話者"}
SOMEBODY: Final = "話者"


@dataclass(frozen=True, slots=True)
class MaskedWord:
    """A kept word as it was recognised, or the label of a masked stretch.

    Attributes:
        text: The word or the label.
        time: Time of the word; for a label the time of its item.
        probability: Probability by the recogniser; ``None`` for a label and for a word that a person wrote.
        entity_type: Type of the masked entity; ``None`` for a kept word.
    """

    text: str = field(repr=False)
    time: TimeSpan
    probability: float | None
    entity_type: str | None = None


@dataclass(frozen=True, slots=True)
class MaskedSegment:
    """One utterance of the masked transcript."""

    time: TimeSpan
    channel: int
    speaker: str | None
    words: tuple[MaskedWord, ...]

    @property
    def text(self) -> str:
        """Words joined, stripped of white space."""
        return "".join(word.text for word in self.words).strip()


@dataclass(frozen=True, slots=True)
class MaskedTranscript:
    """The masked transcript, a product: it holds no masked text."""

    call_id: str
    segments: tuple[MaskedSegment, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    """A masked stretch of one channel and its items."""

    time: TimeSpan
    items: tuple[MaskItem, ...]


def mask_text(transcript: Transcript, plan: MaskPlan) -> MaskedTranscript:
    """Replace every masked word of the transcript by the label of its item.

    A word is masked when one of its characters lies in a masked item, or more than half of its time in a
    masked window of its channel: words that are inaudible are not written either.  A word that a person wrote
    is also masked when this is so for one of the recognised words it replaces: nobody knows which of its
    letters sound there.  Adjacent labels of one kind are joined.  A third person's voice masks no word where
    its text is released; otherwise its label replaces all words in it.

    Args:
        transcript: Words of the call.
        plan: Plan of the same call.

    Returns:
        The masked transcript; segments keep their order and times.
    """
    channels = sorted({segment.channel for segment in transcript.segments})
    windows = {channel: Nearby(_windows(plan, channel), lambda each: each.time) for channel in channels}
    items = Nearby(masked_in_text(plan), lambda item: item.chars)
    return MaskedTranscript(
        transcript.call_id,
        tuple(_segment(transcript.text, each, items, windows[each.channel]) for each in transcript.segments),
    )


def masked_in_text(plan: MaskPlan) -> tuple[MaskItem, ...]:
    """Return the items whose words are masked: all masked ones but voices whose text is released."""
    return tuple(item for item in plan.masked if item.remains is not Remains.TEXT)


def _windows(plan: MaskPlan, channel: int) -> tuple[_Window, ...]:
    items = [item for item in masked_in_text(plan) if channel in item.channels]
    kept = [(item.time.start, item.time.end) for item in kept_by_decision(plan, channel)]
    spans = merged(((item.time.start, item.time.end) for item in items), plan.policy.merge_gap, kept)
    times = [TimeSpan(start, end) for start, end in spans]
    near = Nearby(items, lambda item: item.time)
    return tuple(
        _Window(time, tuple(item for item in near.touching(time.start, time.end) if item.time.overlaps(time)))
        for time in times
    )


def _segment(text: str, segment: Segment, items: Nearby[MaskItem], windows: Nearby[_Window]) -> MaskedSegment:
    # A segment without word times counts as one word, so that it is masked as a whole.
    words = segment.words or (Word(segment.chars, segment.time, 0.0),)
    by_chars = items.touching(words[0].chars.start, words[-1].chars.end)
    by_time = windows.touching(min(word.time.start for word in words), max(word.time.end for word in words))
    out: list[MaskedWord] = []
    for word in words:
        item = _item_by_chars(word, by_chars) or _item_by_time(word, by_time)
        if item is None:
            said = text[word.chars.start : word.chars.end]
            if said or not word.heard:  # a person may write that nothing was said
                out.append(MaskedWord(said, word.time, None if word.heard else word.probability))
            continue
        label = MaskedWord(LABELS.get(item.entity_type, OTHER_LABEL), item.time, None, item.entity_type)
        if out and out[-1].entity_type is not None and out[-1].text == label.text:
            time = TimeSpan(min(out[-1].time.start, label.time.start), max(out[-1].time.end, label.time.end))
            out[-1] = MaskedWord(label.text, time, None, out[-1].entity_type)
        else:
            out.append(label)
    return MaskedSegment(segment.time, segment.channel, segment.speaker, tuple(out))


def _item_by_chars(word: Word, items: Sequence[MaskItem]) -> MaskItem | None:
    """Return the masked item with most of the word's characters; a voice takes precedence."""

    def shared(item: MaskItem) -> int:
        return min(word.chars.end, item.chars.end) - max(word.chars.start, item.chars.start)

    holding = [item for item in items if shared(item) > 0]
    return max(holding, key=lambda item: (item.entity_type == THIRD_VOICE, shared(item)), default=None)


def _item_by_time(word: Word, windows: Sequence[_Window]) -> MaskItem | None:
    """Return the masked item with most of the word's time, where a window covers more than half of it.

    A word of zero length is covered when its instant is.
    """
    for time, window in itertools.product((word.time, *word.heard), windows):
        covered = -time.apart(window.time)
        instant = time.duration == 0 and window.time.start <= time.start < window.time.end
        if instant or covered > time.duration / 2:
            return max(window.items, key=functools.partial(_covers, time))
    return None


def _covers(time: TimeSpan, item: MaskItem) -> tuple[bool, float]:
    """Sort key of the item that covers a time: a voice over most of it first, else by shared seconds."""
    shared = -time.apart(item.time)
    return item.entity_type == THIRD_VOICE and shared > time.duration / 2, shared


def as_text(masked: MaskedTranscript) -> str:
    """Render the masked transcript for a reader: one line ``[mm:ss] 話者: …`` for each utterance.

    Minutes go on above 99 in a long call.  The text ends with a newline unless there is no utterance.
    """
    lines = []
    for segment in masked.segments:
        minutes, seconds = divmod(int(segment.time.start), 60)
        speaker = SPEAKERS.get(segment.speaker or "", SOMEBODY)
        if segment.text:
            lines.append(f"[{minutes:02d}:{seconds:02d}] {speaker}: {segment.text}\n")
    return "".join(lines)


def as_json(masked: MaskedTranscript) -> dict[str, Any]:
    """Turn the masked transcript into plain values for JSON, in the format of recognisers' own files.

    A kept word carries ``word``, ``start``, ``end`` and ``probability``, or ``corrected`` in its place where
    a person wrote it.  A masked word carries the label as ``word``, the times of its item, and
    ``entity_type`` in place of a probability.  The call's id is left out: ids are made from file names, which
    can name people.
    """
    return {
        "segments": [
            {
                "start": segment.time.start,
                "end": segment.time.end,
                "channel": segment.channel,
                "speaker": segment.speaker,
                "text": segment.text,
                "words": [_word_as_json(word) for word in segment.words],
            }
            for segment in masked.segments
        ],
    }


def _word_as_json(word: MaskedWord) -> dict[str, Any]:
    plain: dict[str, Any] = {"word": word.text, "start": word.time.start, "end": word.time.end}
    if word.entity_type is None:
        return plain | (
            {"corrected": True} if word.probability is None else {"probability": word.probability}
        )
    return plain | {"entity_type": word.entity_type}
