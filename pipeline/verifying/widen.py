"""Widen a plan by the leaks that ``verify`` found: the next revision.

    masked       |----a----|
    heard again           |-x-|           next to its mask: the mask grows over it
    heard again                    |-y-|  elsewhere: a mask of its own, on every channel
    not heard  |----z----|                nothing is proven there: masked, too
    crosstalk    |----b----|              a copy on another channel: masked on all of them
    read again   … a …  (a)               the same words unmasked: a mask at their sound

The additions are flagged for an analyst, because the second listening can be wrong, too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from pipeline.audio.recording import Recording
from pipeline.masking.align import WordIndex, align_indexed, index_words
from pipeline.masking.crosstalk import channels_and_echo
from pipeline.nearby import Nearby
from pipeline.reasons import Reason, Why
from pipeline.reviewing.queue import is_candidate
from pipeline.sound.honorifics import with_given_name
from pipeline.third_voice import THIRD_VOICE, Remains
from pipeline.types import (
    CharSpan,
    EntitySpan,
    Finding,
    Leak,
    MaskAction,
    MaskItem,
    MaskPlan,
    Party,
    Segment,
    TimeSpan,
    Transcript,
)

HEARD_MARGIN_SECONDS = 0.15
"""Seconds added on each side of words heard again: one mora, the resolution of word times."""

MAX_GROWTH_SECONDS = 0.5
"""Greatest distance at which a mask grows over words heard again; beyond it they get a mask of their own."""

MAX_UNPROVEN_SHARE = 0.05
"""Greatest share of all masks by which clips without recognised words are masked.  Of 4,000 clips in four
hours of talk a few hold a cough or a rustle; if there are more, the recogniser fails and proves nothing."""

SOURCE = "verify"
"""``MaskItem.source`` of the items that are added here."""


def widen(
    plan: MaskPlan, leaks: tuple[Leak, ...], transcript: Transcript, recording: Recording
) -> MaskPlan | None:
    """Mask the values that can still be heard or read.

    Args:
        plan: The plan with the leaking products.
        leaks: Result of ``verify``.
        transcript: Words of the call.
        recording: The call.

    Returns:
        The next revision, in order of time; ``None`` when a wider plan cannot mend a leak of that kind,
        nothing is left to mask for one, or too many clips were not recognised.
    """
    items = {item.item_id: item for item in plan.items}
    unproven = [leak for leak in leaks if leak.kind == "NOT_HEARD"]
    if len(unproven) > MAX_UNPROVEN_SHARE * len(plan.masked):
        return None
    call = _Call(transcript, recording, plan)
    added = [_unproven(plan, leak.where, recording) for leak in unproven]
    read: set[tuple[str, bool]] = set()
    for leak in leaks:
        if leak.kind == "NOT_HEARD":
            continue
        item = items.get(leak.item_id or "")
        if item is None or leak.kind not in {"CROSSTALK", "HEARD_AGAIN", "PERHAPS", "TEXT"}:
            return None
        if leak.kind == "TEXT":
            # A value that is masked in ten places leaks ten times, so its places are searched only once.
            value = call.value(item), item.entity_type == "PERSON"
            found = [] if value in read else list(_read_again(item, call))
            if not found and value not in read:
                return None
            read.add(value)
            added += found
        elif leak.kind != "CROSSTALK" and (chars := call.read_at(leak.where)):
            new = _aligned(item, chars, Reason.LEAK_SOUNDS_ALIKE, call)
            added += [_kept(each, leak.chance) for each in new] if leak.kind == "PERHAPS" else new
        elif leak.kind == "PERHAPS":
            added.append(_kept(_new(item, leak.where, recording), leak.chance))
        elif leak.kind == "CROSSTALK" or item.time.apart(leak.where) <= MAX_GROWTH_SECONDS:
            # A copy lies in the item's own time, so the mask grows onto every channel.
            items[item.item_id] = _grown(item, leak.where, recording)
        else:
            added.append(_new(item, leak.where, recording))
    numbered = (
        replace(item, item_id=f"v{plan.revision + 1}{number:03d}") for number, item in enumerate(_once(added))
    )
    ordered = tuple(sorted((*items.values(), *numbered), key=lambda item: (item.time, item.item_id)))
    return replace(plan, revision=plan.revision + 1, items=ordered)


def _grown(item: MaskItem, where: TimeSpan, recording: Recording) -> MaskItem:
    """Grow an item over a leak next to it, or onto all channels where the leak is inside it.

    Where all channels are masked there already, the recogniser has timed a word next to the mask into it.
    """
    channels = tuple(range(recording.channels))
    if item.time.start <= where.start and where.end <= item.time.end and item.channels != channels:
        echo = channels_and_echo(recording, item.time, item.channels)[1]
        return replace(item, channels=channels, echo=item.echo or echo, needs_review=True)
    around = _around(where, recording)
    start, end = (
        min(item.time.start - HEARD_MARGIN_SECONDS, around.start),
        max(item.time.end + HEARD_MARGIN_SECONDS, around.end),
    )
    return replace(item, time=TimeSpan(max(0.0, start), min(recording.duration, end)), needs_review=True)


def _new(item: MaskItem, where: TimeSpan, recording: Recording) -> MaskItem:
    return replace(
        item,
        # Without characters: words at that time are masked in the text by their times.
        chars=CharSpan(item.chars.end, item.chars.end),
        time=_around(where, recording),
        channels=tuple(range(recording.channels)),
        source=SOURCE,
        reasons=(Why(Reason.LEAK_SOUNDS_AGAIN),),
        needs_review=True,
    )


def _around(where: TimeSpan, recording: Recording) -> TimeSpan:
    """Return a leak's time with margins; larger ones for a word shorter than a mora, whose time is wrong."""
    margin = HEARD_MARGIN_SECONDS if where.duration >= HEARD_MARGIN_SECONDS else MAX_GROWTH_SECONDS
    return TimeSpan(max(0.0, where.start - margin), min(recording.duration, where.end + margin))


def _once(added: Sequence[MaskItem]) -> Iterator[MaskItem]:
    """Drop masks inside another one: many needles are found in one stretch."""
    near = Nearby(enumerate(added), lambda each: each[1].time)
    for number, item in enumerate(added):
        others = near.touching(item.time.start, item.time.end)
        if not any(
            _within(item, other) and (at < number or not _within(other, item)) for at, other in others
        ):
            yield item


def _within(item: MaskItem, other: MaskItem) -> bool:
    """Whether another mask covers this one in time, channels and characters."""
    said = item.chars.start < item.chars.end
    return (
        item.action is other.action is MaskAction.MASK
        and item.channels == other.channels
        and other.time.start <= item.time.start
        and item.time.end <= other.time.end
        and not (said and item.chars.without((other.chars,)))
    )


def _unproven(plan: MaskPlan, where: TimeSpan, recording: Recording) -> MaskItem:
    """Make a mask over a clip without recognised words, modelled on the nearest mask."""
    around = min(plan.masked, key=lambda item: (item.entity_type == THIRD_VOICE, item.time.apart(where)))
    new = replace(_new(around, where, recording), party=Party.UNKNOWN, remains=Remains.NOTHING)
    return replace(new, reasons=(Why(Reason.LEAK_NOT_UNDERSTOOD),))


class _Call:
    """A call whose plan is widened; values that are needed repeatedly are computed once."""

    def __init__(self, transcript: Transcript, recording: Recording, plan: MaskPlan) -> None:
        self.transcript, self._recording, self._policy = transcript, recording, plan.policy
        self._spoken = Nearby((s for s in transcript.segments if s.words), _spoken)
        self._items = Nearby(filter(_is_of_its_words, plan.items), lambda item: item.chars)
        self._sounding: dict[CharSpan, tuple[Finding, ...]] = {}

    @cached_property
    def _places(self) -> WordIndex:
        return index_words(self.transcript)

    @cached_property
    def folded(self) -> tuple[str, tuple[int, ...]]:
        """Text folded to one width and case, and the offset of each character."""
        pairs = tuple(_folded(self.transcript.text))
        return "".join(char for char, _ in pairs), tuple(offset for _, offset in pairs)

    def value(self, item: MaskItem) -> str:
        """Return the folded text of an item."""
        return "".join(c for c, _ in _folded(self.transcript.text[item.chars.start : item.chars.end]))

    def touched(self, chars: CharSpan) -> list[MaskItem]:
        """Return the plan's items that share a character with a span."""
        near = self._items.touching(chars.start, chars.end)
        return [item for item in near if item.chars.overlaps(chars)]

    def read_at(self, where: TimeSpan) -> CharSpan | None:
        """Return the characters of a leak in the transcript, whose time is that of whole words."""
        for segment in self._spoken.touching(where.start, where.end):
            words = [w for w in segment.words if where.start <= w.time.start and w.time.end <= where.end]
            if words and where == TimeSpan.around(word.time for word in words):
                return CharSpan(words[0].chars.start, words[-1].chars.end)
        return None

    def sounding(self, item: MaskItem, chars: CharSpan) -> tuple[Finding, ...]:
        """Return the aligned findings of these characters, computed once for all items."""
        if chars not in self._sounding:
            finding = Finding(
                EntitySpan(item.entity_type, chars, item.score, SOURCE),
                item.party,
                Reason.NOT_GIVEN,
                needs_review=True,
            )
            self._sounding[chars] = align_indexed(
                (finding,), self._places, self.transcript, self._recording, self._policy
            )
        return self._sounding[chars]


def _is_of_its_words(item: MaskItem) -> bool:
    """Whether an item decides about its own words; a voice disclosed as text leaves them to other items."""
    hidden = item.action is MaskAction.MASK and item.remains is not Remains.TEXT
    return item.entity_type != THIRD_VOICE or hidden


def _spoken(segment: Segment) -> TimeSpan:
    return TimeSpan.around(word.time for word in segment.words)


def _kept(item: MaskItem, chance: float) -> MaskItem:
    """Make a candidate: it may be a masked value, and stays until an analyst has decided."""
    return replace(
        item,
        score=chance,
        party=Party.UNKNOWN,
        action=MaskAction.KEEP,
        reasons=(Why(Reason.LEAK_MAY_SOUND_ALIKE),),
        ground=0,
    )


def _read_again(item: MaskItem, call: _Call) -> Iterator[MaskItem]:
    """Mask every unmasked occurrence of the masked words in the text.

    Where an occurrence overlaps a kept item (どうさん in ふどうさん), only the rest of it is masked.  A given
    that follows a surname is masked with it.
    """
    transcript, (text, offsets) = call.transcript, call.folded
    wanted = call.value(item)
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        chars = CharSpan(offsets[at], offsets[at + len(wanted) - 1] + 1)
        whole = with_given_name(transcript.text, chars) if item.entity_type == "PERSON" else chars
        touched = [other for other in call.touched(whole) if not is_candidate(other)]
        # An occurrence that a mask overlaps is not in the masked text.
        if not any(other.action is MaskAction.MASK and other.chars.overlaps(chars) for other in touched):
            for piece in whole.without(other.chars for other in touched):
                yield from _aligned(item, piece, Reason.LEAK_WRITTEN_AGAIN, call)
        at = text.find(wanted, at + 1)


def _aligned(item: MaskItem, chars: CharSpan, reason: Reason, call: _Call) -> list[MaskItem]:
    """Make masks at the sound of these characters; a number said with a pause becomes several."""
    return [
        replace(
            item,
            chars=each.entity.chars,
            time=each.time or item.time,
            channels=each.channels,
            source=SOURCE,
            reasons=(Why(reason),),
            needs_review=True,
        )
        for each in call.sounding(item, chars)
    ]


def _folded(text: str) -> Iterator[tuple[str, int]]:
    """Yield letters and digits of one width and case with their offsets, as ``verify_text`` compares them."""
    for offset, raw in enumerate(text):
        for char in unicodedata.normalize("NFKC", raw).casefold():
            if char.isalnum() or char == "ー":
                yield char, offset
