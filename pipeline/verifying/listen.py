"""Listen to the finished call again, and look by sound for everything that was masked.

    channel      ..speech..|====== masked ======|..speech..
    clip            [-1 s--|                    |--1 s-]
    second pass     … words of the clip … -> morae -> any masked value's morae in them?

What is masked is a constant (``pipeline.verifying.verify`` has seen to that): it is left out of the clip, so
that the recogniser's time goes to what can be heard.

The recogniser should be set otherwise than the first time; the clips begin and end elsewhere
by themselves.  Needles are the readings of *everything* masked in the call, because a name
masked here may be audible there.
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

__all__ = [
    "FULL_REACH_SECONDS",
    "MAX_NAME_SECONDS",
    "Listener",
    "Needle",
    "bits_for_distance",
    "bits_of",
    "hear_masked",
    "is_distinctive",
    "is_name",
    "is_sure",
    "listen_again",
]

_CLIP_CONTEXT_SECONDS: Final = 1.0  # seconds listened to on each side of a masked window
_RETRY_CONTEXT_SECONDS: Final = 4.0  # the same, for a clip in which nothing was heard the first time
_MIN_SPEECH_SECONDS: Final = 1.0  # seconds of speech that a recogniser cannot rightly return nothing for

# What a mora tells, in bits: how rare it is in talk, counted in 541,000 morae of two public sets
# of dialogues (JMultiWOZ, RealPersonaChat).  A rare one is not trusted to have been heard right
# for more than 6 bits.
_BITS_OF_MORA: Final[dict[Mora, float]] = {
    ("", "i"): 4.1, ("", "o"): 5.5, ("k", "a"): 4.6, ("k", "i"): 5.6, ("k", "u"): 5.5, ("g", "a"): 5.4,
    ("g", "o"): 5.9, ("s", "u"): 4.4, ("sh", "i"): 4.9, ("t", "a"): 5.1, ("t", "e"): 5.5, ("t", "o"): 5.3,
    ("d", "e"): 4.5, ("n", "a"): 5.3, ("n", "i"): 5.9, ("n", "o"): 5.7, ("h", "a"): 5.3, ("m", "a"): 4.9,
    ("r", "i"): 5.8, LONG: 3.9, NASAL: 4.4, STOP: 5.9,
}  # fmt: skip
_MAX_BITS_OF_MORA: Final = 6.0
_MIN_BITS_OF_NAME: Final = (
    10.0  # from here, two morae, the very same sounds are looked for; less is everywhere
)
_MIN_BITS_OF_OTHERS: Final = 30.0  # of an address or number: its pieces are ordinary words and digits
_MIN_BITS_IF_UNLIKE: Final = 14.0  # from here sounds that are a little off
_PRICE_PER_BIT: Final = 0.08
# Up to three tenths of its length nine names in ten are found in telephone speech (facts.md 0.2): so a value
# is looked for beside its own mask, whose edge may be wrong.  Elsewhere it has to be almost the value: of 41
# stretches beyond this in 139 minutes of made calls, masked as the program does, 3 held some of a third
# party's data.
_MAX_PRICE_NEARBY: Final = 0.3
_MAX_PRICE_ELSEWHERE: Final = 0.15

SURE_SCORE: Final = 0.9
"""Probability from which what sounds like a masked value is masked on its word; what sounds like a doubtful
one is shown.  In those calls 1 of 26 likenesses of values from .7 to .9 was somebody's: ordinary words, once
taken for a name, sound like ordinary words."""

MAX_NAME_SECONDS: Final = 3.0
"""Seconds of a name said slowly, with what its words' times take along."""

FULL_REACH_SECONDS: Final = 180.0
"""Seconds around a mask in which its value is looked for as in a call of a few minutes, of which all bounds
come.  In four hours, of 30 calls strung together, words of one call are like a name of another by chance."""

Needle = tuple[Mora, ...]
"""The sound of a masked value."""


class Listener(Protocol):
    """A second pair of ears: a recogniser, preferably set otherwise than the first time."""

    def __call__(self, clips: Sequence[npt.NDArray[np.float32]]) -> Sequence[tuple[HeardSegment, ...]]:
        """Transcribe clips of 16 kHz mono audio; of each its words, in seconds from the clip's start."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A word and when it sounds, in seconds of the call."""

    text: str
    time: TimeSpan


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to look for, and which items it stands for."""

    masked: tuple[tuple[Needle, tuple[str, ...]], ...]
    kept: Nearby[tuple[Needle, MaskItem]]
    items: dict[str, MaskItem]

    def nearest(self, item_ids: Sequence[str], time: TimeSpan) -> tuple[str, float]:
        """The item nearest to a stretch, and its seconds from there: none for one that the plan lacks."""
        apart = {each: self.items[each].time.apart(time) if each in self.items else 0.0 for each in item_ids}
        return min(apart.items(), key=lambda each: each[1])


def is_sure(item: MaskItem | None) -> bool:
    """Whether what sounds like an item is masked; what a person decided is sure, and what no plan holds."""
    return item is None or item.decided or item.score >= SURE_SCORE


def is_name(item: MaskItem | None) -> bool:
    """Whether an item is looked for as a name; so is what no plan holds."""
    return item is None or item.entity_type == "PERSON"


def listen_again(  # noqa: PLR0913 (one of them what all need not be heard again for)
    masked: Audio,
    plan: MaskPlan,
    readings: tuple[tuple[str, str], ...],
    listener: Listener,
    reader: SoundReader,
    *,
    changes: Changes | None = None,
) -> tuple[Leak, ...]:
    """Transcribe the masked windows and their neighbours, and look for masked values by sound.

    Args:
        masked: The finished audio, as read back from its file.
        plan: What was masked.
        readings: ``(item_id, kana)``.  A kept item's reading explains a likeness where that
            item sounds; any other is looked for, also of an item that the plan does not hold.
        listener: Transcribes all clips in one go.
        reader: Reads what it wrote.
        changes: Since the revision that was listened to last; only what is near them is heard then.

    Returns:
        ``HEARD_AGAIN`` for each stretch that sounds like a masked value that is sure, with the nearest
        item of that value and the time of the words; ``NOT_HEARD`` for a clip that holds a
        second of speech or more and gave no word, even when listened to with more around it,
        because nothing is proven there.
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
    """Transcribe once more what is masked: two garbled readings of a name find more than one.

    Args:
        original: The call, unmasked.
        plan: What is masked.
        listener: Transcribes the clips of a channel in one go.

    Returns:
        ``(item_id, text)`` for each masked item and channel in which words were heard that lie
        in it by more than half.
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


def _listen(masked: Audio, clips: Sequence[Clip], listener: Listener) -> list[tuple[_Said, ...]]:
    """The words of every clip with their times in the call; blanks and punctuation alone are no words."""
    if not clips:
        return []
    heard = listener(Sounds(clips, masked))
    out: list[tuple[_Said, ...]] = []
    for clip, segments in zip(clips, heard, strict=True):
        said = tuple(
            _Said(word.text, clip.original(word, masked.rate))
            for segment in segments
            for word in segment.words
        )
        out.append(said if any(char.isalnum() for word in said for char in word.text) else ())
    return out


def _matches(heard: Sequence[tuple[_Said, ...]], wanted: _Wanted, reader: SoundReader) -> Iterator[Leak]:
    """Where the words of these clips sound like something masked that no kept item explains."""
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
    """What a sound tells, in bits: how seldom talk sounds like that by chance."""
    return sum(_BITS_OF_MORA.get(mora, _MAX_BITS_OF_MORA) for mora in needle)


def is_distinctive(needle: Needle, *, name: bool) -> bool:
    """Whether a sound tells enough to be looked for at all."""
    return bits_of(needle) >= (_MIN_BITS_OF_NAME if name else _MIN_BITS_OF_OTHERS)


def bits_for_distance(seconds: float) -> float:
    """What a likeness so far from the nearest mask of its value has to tell beside, in bits.

    Each place that is twice as far is half as likely to be one, so that all that is far together counts
    little more than what is near: what is found by chance grows as the call does, and no faster.
    """
    return math.log2(max(1.0, seconds / FULL_REACH_SECONDS))


def _bound(needle: Needle, most: float = _MAX_PRICE_NEARBY, away: float = 0.0) -> float:
    """How unlike a heard stretch may be, as a share of the needle; negative for never.

    The more a needle tells, the more of it may be lost: ホーイ is in every sentence, ヒラノ in few.
    """
    told = bits_of(needle) - away
    if told < _MIN_BITS_OF_NAME:
        return -1.0
    return min(most, max(0.0, _PRICE_PER_BIT * (told - _MIN_BITS_IF_UNLIKE)) / len(needle))


def _time(chars: CharSpan, said: tuple[_Said, ...]) -> TimeSpan:
    """When the words that hold these characters sound."""
    at, touched = 0, []
    for word in said:
        if CharSpan(at, at + len(word.text)).overlaps(chars):
            touched.append(word.time)
        at += len(word.text)
    return TimeSpan(min(time.start for time in touched), max(time.end for time in touched))


def _explained(needle: Needle, time: TimeSpan, wanted: _Wanted) -> bool:
    """Whether a kept item that sounds there sounds like the needle: it was meant to stay."""
    near = widened(time, EXPLAINED_WITHIN_SECONDS)
    return any(
        item.time.overlaps(near) and bool(find_sound(needle, kept, _bound(needle)))
        for kept, item in wanted.kept.touching(near.start, near.end)
    )
