"""Recognise the finished call again, and search it by sound for all masked values.

    channel      ..speech..|====== masked ======|..speech..
    clip            [-1 s--|                    |--1 s-]
    second pass     … words of the clip … -> morae -> any masked value's morae in them?

Masked samples are constants, which ``pipeline.verifying.verify`` checks; they are left out of the clip to
save the recogniser's time.  The recogniser should have other settings than the first time.  Needles are the
readings of *all* masked values of the call, because a name that is masked here may be audible elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from pipeline.audio.recording import Recording, to_span
from pipeline.hearing.clips import Audio, Clip, Sounds, widened, with_neighbours
from pipeline.hearing.transcribe import HeardSegment
from pipeline.masking.audio import masked_windows
from pipeline.nearby import Nearby
from pipeline.sound.lines import SoundLines
from pipeline.sound.morae import LONG, NASAL, STOP, Mora, fold_kana, morae
from pipeline.sound.reader import SoundReader
from pipeline.sound.search import find_sound
from pipeline.types import CharSpan, Leak, MaskAction, MaskItem, MaskPlan, TimeSpan
from pipeline.verifying.changes import EXPLAINED_WITHIN_SECONDS, Changes

_CLIP_CONTEXT_SECONDS: Final = 1.0  # on each side of a masked window
_RETRY_CONTEXT_SECONDS: Final = 4.0  # the same, for a clip in which nothing was recognised the first time
_MIN_SPEECH_SECONDS: Final = 1.0  # speech for which a working recogniser returns some word

# Information of a mora in bits: -log2 of its frequency in 541,000 morae of two public sets of dialogues
# (JMultiWOZ, RealPersonaChat).  At most 6, because a rare mora may be misheard.
_BITS_OF_MORA: Final[dict[Mora, float]] = {
    ("", "i"): 4.1, ("", "o"): 5.5, ("k", "a"): 4.6, ("k", "i"): 5.6, ("k", "u"): 5.5, ("g", "a"): 5.4,
    ("g", "o"): 5.9, ("s", "u"): 4.4, ("sh", "i"): 4.9, ("t", "a"): 5.1, ("t", "e"): 5.5, ("t", "o"): 5.3,
    ("d", "e"): 4.5, ("n", "a"): 5.3, ("n", "i"): 5.9, ("n", "o"): 5.7, ("h", "a"): 5.3, ("m", "a"): 4.9,
    ("r", "i"): 5.8, LONG: 3.9, NASAL: 4.4, STOP: 5.9,
}  # fmt: skip
_MAX_BITS_OF_MORA: Final = 6.0
_MIN_BITS_OF_NAME: Final = (
    10.0  # from here (two morae) equal sounds are searched for; shorter ones are everywhere
)
_MIN_BITS_OF_OTHERS: Final = 30.0  # for addresses and numbers, whose pieces are ordinary words and digits
_MIN_BITS_IF_UNLIKE: Final = 14.0  # from here similar sounds are searched for as well
_PRICE_PER_BIT: Final = 0.08
# Greatest price per mora of the needle.  Up to 0.3, nine names in ten are found in telephone speech; that
# applies next to the value's own mask, whose edge may be wrong.  Elsewhere the bound is lower: of 41
# stretches above it in 139 minutes of masked made calls 3 held a third party's data.
_MAX_PRICE_NEARBY: Final = 0.3
_MAX_PRICE_ELSEWHERE: Final = 0.15

SURE_SCORE: Final = 0.9
"""Probability from which a value is sure: stretches that sound like it are masked, while those that sound
like a doubtful value are only shown.  In those calls 1 of 26 matches of values from 0.7 to 0.9 was personal
data: a word wrongly taken for a name sounds like ordinary words."""

MAX_NAME_SECONDS: Final = 3.0
"""Length of the longest name, said slowly, with the margins of its words' times."""

FULL_REACH_SECONDS: Final = 180.0
"""Distance from a mask up to which all bounds apply as fitted, on calls of a few minutes; beyond it they
tighten.  In four hours (30 calls joined) words of one call sound like a name of another by chance."""

Needle = tuple[Mora, ...]
"""Morae of a masked value."""


class Listener(Protocol):
    """A recogniser for the check, preferably with other settings than the first one."""

    def __call__(self, clips: Sequence[npt.NDArray[np.float32]]) -> Sequence[tuple[HeardSegment, ...]]:
        """Transcribe clips of 16 kHz mono audio; times are in seconds from each clip's start."""


@dataclass(frozen=True, slots=True)
class _TimedWord:
    """A word and its time in seconds of the call."""

    text: str
    time: TimeSpan


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The search: needles with their item ids, the kept items, and all items by id."""

    masked: tuple[tuple[Needle, tuple[str, ...]], ...]
    kept: Nearby[tuple[Needle, MaskItem]]
    items: dict[str, MaskItem]

    def nearest(self, item_ids: Sequence[str], time: TimeSpan) -> tuple[str, float]:
        """Return the item nearest to a stretch, and its distance in seconds.

        0 for an item that the plan lacks.
        """
        apart = {each: self.items[each].time.apart(time) if each in self.items else 0.0 for each in item_ids}
        return min(apart.items(), key=lambda each: each[1])


def is_sure(item: MaskItem | None) -> bool:
    """Whether similar sounds are masked: the item is probable, decided by a person, or in no plan."""
    return item is None or item.decided or item.score >= SURE_SCORE


def is_name(item: MaskItem | None) -> bool:
    """Whether an item is searched for as a name; an item in no plan is."""
    return item is None or item.entity_type == "PERSON"


def listen_again(  # noqa: PLR0913 (the last limits the work after a change)
    masked: Audio,
    plan: MaskPlan,
    readings: tuple[tuple[str, str], ...],
    listener: Listener,
    reader: SoundReader,
    *,
    changes: Changes | None = None,
) -> tuple[Leak, ...]:
    """Transcribe the neighbourhood of all masks, and search it by sound for masked values.

    Args:
        masked: The finished audio, as read back from its file.
        plan: The plan of the masks.
        readings: Item ids and kana.  A kept item's reading explains a match at that item's time; any other
            reading is searched for, also that of an item that the plan lacks.
        listener: Recogniser that transcribes all clips in one go.
        reader: Reader of the result.
        changes: Changes since the last checked revision; only their neighbourhood is transcribed.

    Returns:
        ``HEARD_AGAIN`` for each stretch that sounds like a sure masked value, with the nearest item of that
        value and the time of the words; ``NOT_HEARD`` for a clip with a second of speech or more but no word,
        even with more context, because nothing is proven there.
    """
    wanted = _wanted(plan, readings)
    windows = [
        masked_windows(plan, channel, masked.rate, masked.length) for channel in range(masked.channels)
    ]
    clips = [
        Clip.of(channel, where, windows[channel], masked)
        for channel in range(masked.channels)
        for where in with_neighbours(windows[channel], masked, _CLIP_CONTEXT_SECONDS)
        if changes is None or changes.near(to_span(*where, masked.rate))
    ]
    heard = _listen(masked, clips, listener)
    silent = [
        at
        for at, clip in enumerate(clips)
        if not heard[at] and clip.speech_seconds(masked) >= _MIN_SPEECH_SECONDS
    ]
    wider = [
        Clip.of(clips[at].channel, where, windows[clips[at].channel], masked)
        for at in silent
        for where in with_neighbours((clips[at].where,), masked, _RETRY_CONTEXT_SECONDS)
    ]
    for at, said in zip(silent, _listen(masked, wider, listener), strict=True):
        heard[at] = said
    unproven = (
        Leak("NOT_HEARD", None, to_span(*clips[at].where, masked.rate)) for at in silent if not heard[at]
    )
    return (*unproven, *_matches(heard, wanted, reader))


def hear_masked(original: Recording, plan: MaskPlan, listener: Listener) -> tuple[tuple[str, str], ...]:
    """Transcribe the masked stretches once more: two readings with different errors find more than one.

    Args:
        original: The unmasked call.
        plan: The plan of the masks.
        listener: Recogniser that transcribes the clips of a channel in one go.

    Returns:
        Item id and text for each masked item and channel with words that have more than half of their time in
        it.
    """
    texts: list[tuple[str, str]] = []
    for channel in range(original.channels):
        items = [item for item in plan.masked if channel in item.channels]
        windows = masked_windows(plan, channel, original.rate, original.length)
        clips = [
            Clip.of(channel, where, (), original)
            for where in with_neighbours(windows, original, _CLIP_CONTEXT_SECONDS)
        ]
        wanted = [clip for clip in clips if any(item.time.overlaps(clip.time(original)) for item in items)]
        for clip, said in zip(wanted, _listen(original, wanted, listener), strict=True):
            for item in items:
                if not item.time.overlaps(clip.time(original)):
                    continue
                text = "".join(
                    word.text for word in said if word.time.apart(item.time) <= -word.time.duration / 2
                )
                if text:
                    texts.append((item.item_id, text))
    return tuple(texts)


def _wanted(plan: MaskPlan, readings: tuple[tuple[str, str], ...]) -> _Wanted:
    items = {item.item_id: item for item in plan.items}
    masked: dict[Needle, tuple[str, ...]] = {}
    kept: list[tuple[Needle, MaskItem]] = []
    for item_id, kana in readings:
        needle, item = morae(fold_kana(kana)), items.get(item_id)
        if item is not None and item.action is MaskAction.KEEP:
            kept.append((needle, item))
        elif is_sure(item) and is_distinctive(needle, name=is_name(item)):
            masked[needle] = (*masked.get(needle, ()), item_id)
    return _Wanted(tuple(masked.items()), Nearby(kept, lambda each: each[1].time), items)


def _listen(masked: Audio, clips: Sequence[Clip], listener: Listener) -> list[tuple[_TimedWord, ...]]:
    """Return the words of every clip with their times in the call; empty for clips of punctuation only."""
    if not clips:
        return []
    heard = listener(Sounds(clips, masked))
    out: list[tuple[_TimedWord, ...]] = []
    for clip, segments in zip(clips, heard, strict=True):
        said = tuple(
            _TimedWord(word.text, clip.original(word, masked.rate))
            for segment in segments
            for word in segment.words
        )
        out.append(said if any(char.isalnum() for word in said for char in word.text) else ())
    return out


def _matches(heard: Sequence[tuple[_TimedWord, ...]], wanted: _Wanted, reader: SoundReader) -> Iterator[Leak]:
    """Yield a leak where words of the clips sound like a masked value and no kept item explains it."""
    lines = [reader.line("".join(word.text for word in said)) for said in heard]
    sounds = SoundLines(line.morae for line in lines)
    for needle, item_ids in wanted.masked:
        for number, match in sounds.find(needle, _bound(needle)):
            time = _time(lines[number].span(match.start, match.end), heard[number])
            nearest, apart = wanted.nearest(item_ids, time)
            most = _MAX_PRICE_NEARBY if apart <= _CLIP_CONTEXT_SECONDS else _MAX_PRICE_ELSEWHERE
            likely = match.price / len(needle) <= _bound(needle, most, bits_for_distance(apart))
            if likely and time.duration <= MAX_NAME_SECONDS and not _explained(needle, time, wanted):
                yield Leak("HEARD_AGAIN", nearest, time)


def bits_of(needle: Needle) -> float:
    """Return the information of a sound in bits: the rarer in ordinary talk, the more."""
    return sum(_BITS_OF_MORA.get(mora, _MAX_BITS_OF_MORA) for mora in needle)


def is_distinctive(needle: Needle, *, name: bool) -> bool:
    """Whether a sound is rare enough to be searched for at all."""
    return bits_of(needle) >= (_MIN_BITS_OF_NAME if name else _MIN_BITS_OF_OTHERS)


def bits_for_distance(seconds: float) -> float:
    """Return the additional bits that a match needs at a distance from the nearest mask of its value.

    One bit for each doubling beyond ``FULL_REACH_SECONDS``, so that chance matches grow no faster than the
    call.
    """
    return math.log2(max(1.0, seconds / FULL_REACH_SECONDS))


def _bound(needle: Needle, most: float = _MAX_PRICE_NEARBY, away: float = 0.0) -> float:
    """Return the greatest price of a match, per mora of the needle; negative where none is allowed.

    Rare needles allow a higher price: ホーイ resembles every sentence, ヒラノ few.
    """
    told = bits_of(needle) - away
    if told < _MIN_BITS_OF_NAME:
        return -1.0
    return min(most, max(0.0, _PRICE_PER_BIT * (told - _MIN_BITS_IF_UNLIKE)) / len(needle))


def _time(chars: CharSpan, said: tuple[_TimedWord, ...]) -> TimeSpan:
    """Return the time of the words that share a character with a span."""
    at, touched = 0, []
    for word in said:
        if CharSpan(at, at + len(word.text)).overlaps(chars):
            touched.append(word.time)
        at += len(word.text)
    return TimeSpan.around(touched)


def _explained(needle: Needle, time: TimeSpan, wanted: _Wanted) -> bool:
    """Whether a kept item near that time sounds like the needle and so explains the match."""
    near = widened(time, EXPLAINED_WITHIN_SECONDS)
    return any(
        item.time.overlaps(near) and bool(find_sound(needle, kept, _bound(needle)))
        for kept, item in wanted.kept.touching(near.start, near.end)
    )
