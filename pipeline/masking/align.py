"""Characters to seconds: by offset overlap with the recogniser's words, then to the sound's own edges.

    words      |移|動|し|た|ち|こ|と|い|う|者|
    entity      [------------------)
    words' time ^start          end^
    edges     ^start              end^            ``pipeline.masking.edges``, each with its certainty
    masked [pad                        pad)       ``MaskPolicy``, outside the edges

An entity's words are never looked up by their text.  A number that is said in groups is one
stretch while its speaker goes on; where the pause is long it becomes a finding for each group, so
that what the other side says meanwhile stays audible.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pipeline.audio.recording import Recording
from pipeline.errors import CallUnsafeError
from pipeline.masking.crosstalk import carried
from pipeline.masking.edges import (
    ALONE,
    FRAME,
    MARGIN,
    QUIET,
    UNKNOWN,
    Side,
    Sound,
    WordEdge,
    find_edge,
    listen,
)
from pipeline.nearby import Nearby
from pipeline.types import CharSpan, Finding, MaskPolicy, Segment, TimeSpan, Transcript, Word

__all__ = ["Places", "align", "align_among", "edges_of", "places_of"]

LONG_PAUSE: Final = 1.0
"""Seconds between two groups of a number beyond which they are masked apart: time for an answer."""

UNEXPLAINED: Final = 0.2
"""Seconds of sound under no word that keep two groups together, for a third may have gone unheard there;
less than that is breath."""

SLACK: Final = 0.3
"""Seconds around a word whose sound is taken to be its own: its edges are that uncertain (facts.md 0.2)."""

FASTEST: Final = 0.06
"""Seconds of a mora when spoken fast: a stretch with less than that for each of its morae is widened.
Slow speech has 0.15, the made calls 0.08 to 0.2; ten morae a second are already hard to follow."""

SLOWEST: Final = 0.4
"""Seconds of a mora when spelled out slowly: where a reading is known and a stretch has more for each of its
morae, and ``HESITATION`` besides, its words' times hold something else, and a person should listen."""

HESITATION: Final = 0.5

_LOUD: Final = 85  # percentile of an entity's frames that counts as its loud parts
_PACES: Final = (0.08, 0.22)  # seconds of a mora, the fastest and the slowest talk that a pace is taken from
_BESIDE: Final = 0.05  # seconds around an entity's words that are heard for its loudness: words can be empty
_SMALL: Final = "ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ"
_BACKCHANNEL = re.compile(r"(?:はい|ええ|うん|ああ|あー|えー|そうですか|なるほど|[、。,.\s])*")


@dataclass(frozen=True, slots=True)
class _Place:
    """A word and where it stands among its channel's."""

    word: Word
    segment: Segment
    before: Word | None
    after: Word | None
    within: float


def align(
    findings: tuple[Finding, ...], transcript: Transcript, recording: Recording, policy: MaskPolicy
) -> tuple[Finding, ...]:
    """Give every finding its stretch of time and its channels.

    Args:
        findings: From ``attribute``.
        transcript: The words with their times.
        recording: The sound they were recognised from.
        policy: Pads, in seconds, added outside the edges that were found.

    Returns:
        The findings in their order, with ``time`` (padding included, within the recording) and
        ``channels``.  One said in groups with long pauses between is replaced by one for each
        group; what is left out of their characters and times is back-channels only.

    Raises:
        CallUnsafeError: when a finding touches no timed word: it could not be masked.
    """
    return align_among(findings, places_of(transcript), (transcript, recording, policy))


def align_among(
    findings: tuple[Finding, ...], places: Places, call: tuple[Transcript, Recording, MaskPolicy]
) -> tuple[Finding, ...]:
    """As ``align``, again and again in one call.

    Args:
        findings: As for ``align``.
        places: The call's words, from ``places_of``.
        call: Its words, its sound and the pads.

    Returns:
        As ``align``.

    Raises:
        CallUnsafeError: as ``align``.
    """
    transcript, recording, policy = call
    aligned: list[Finding] = []
    for number, finding in enumerate(findings):
        touched = places.touched(finding.entity.chars)
        if not touched:
            msg = f"所見 {number} に当たる語の時刻がありません"
            raise CallUnsafeError(msg)
        channels = _channels(touched, transcript) if recording.channels > 1 else (0,)
        groups = _groups(_said(touched, channels, transcript), places, recording)
        for group in groups:
            part = finding if len(groups) == 1 else _narrowed(finding, group)
            morae = part.entity.morae or _morae(_text(part.entity.chars, transcript))
            time = _sounding(group, recording, morae, _pace(group, transcript))
            if part.entity.morae and time.duration > morae * SLOWEST + HESITATION:
                part = replace(part, needs_review=True)
            heard, echo = carried(recording, time, channels)
            start, end = max(0.0, time.start - policy.pad_before), time.end + policy.pad_after
            time = TimeSpan(start, max(start, min(recording.duration, end)))
            aligned.append(replace(part, time=time, channels=heard, echo=echo))
    return tuple(aligned)


def edges_of(
    finding: Finding, transcript: Transcript, recording: Recording, side: Side
) -> tuple[Sound, WordEdge, float]:
    """What one edge of a finding is judged by: for fitting and for looking at.

    Args:
        finding: Touches at least one word.
        transcript: What it points into.
        recording: The call.
        side: -1 for its start, +1 for its end.

    Returns:
        The sound around the edge, the recogniser's edge and its neighbours, dB of the loud parts.
    """
    touched = places_of(transcript).touched(finding.entity.chars)
    channels = _channels(touched, transcript) if recording.channels > 1 else (0,)
    group = _said(touched, channels, transcript)
    place = group[0] if side < 0 else max(group, key=lambda each: each.word.time.end)
    morae = finding.entity.morae or _morae(_text(finding.entity.chars, transcript))
    sound, edge, _, loud = _around(place, side, group, recording, morae * _pace(group, transcript))
    return sound, edge, loud


@dataclass(frozen=True, slots=True)
class Places:
    """Every word of a call in order of its channel and time, to be found by its characters and its time."""

    by_chars: Nearby[_Place]
    by_time: dict[int, Nearby[_Place]]

    def touched(self, chars: CharSpan) -> list[_Place]:
        """The words that have some of these characters."""
        near = self.by_chars.touching(chars.start, chars.end)
        return [place for place in near if place.word.chars.overlaps(chars)]


def places_of(transcript: Transcript) -> Places:
    """Where the words of a call are."""
    places = _places(transcript)
    channels = sorted({place.segment.channel for place in places})
    return Places(
        Nearby(places, lambda place: place.word.chars),
        {
            channel: Nearby(
                (place for place in places if place.segment.channel == channel),
                lambda place: place.word.time,
            )
            for channel in channels
        },
    )


def _places(transcript: Transcript) -> list[_Place]:
    """Every word in order of its channel and time."""
    channels: dict[int, list[tuple[Word, Segment]]] = {}
    for segment in transcript.segments:
        channels.setdefault(segment.channel, []).extend((word, segment) for word in segment.words)
    within = ALONE if transcript.times_within is None else transcript.times_within
    places: list[_Place] = []
    for spoken in channels.values():
        spoken.sort(key=lambda each: (each[0].time.start, each[0].chars.start))
        words = [None, *(word for word, _ in spoken), None]
        places += [_Place(w, s, words[i], words[i + 2], within) for i, (w, s) in enumerate(spoken)]
    return places


def _channels(touched: Sequence[_Place], transcript: Transcript) -> tuple[int, ...]:
    """The channels that say more of the entity than a back-channel."""
    said: dict[int, str] = {}
    for place in touched:
        said[place.segment.channel] = said.get(place.segment.channel, "") + _text(
            place.word.chars, transcript
        )
    speaking = tuple(sorted(c for c, text in said.items() if not _BACKCHANNEL.fullmatch(text)))
    return speaking or tuple(sorted(said))


def _said(touched: Sequence[_Place], channels: tuple[int, ...], transcript: Transcript) -> list[_Place]:
    """The entity's own words in order of time: utterances that only say はい are left out."""
    speaking = [place for place in touched if place.segment.channel in channels] or list(touched)
    own = [place for place in speaking if not _BACKCHANNEL.fullmatch(_text(place.segment.chars, transcript))]
    return sorted(own or speaking, key=lambda place: (place.word.time.start, place.word.chars.start))


def _text(chars: CharSpan, transcript: Transcript) -> str:
    return transcript.text[chars.start : chars.end]


def _groups(said: list[_Place], places: Places, recording: Recording) -> list[list[_Place]]:
    """Cut an entity's words where its speaker pauses long and nothing unheard lies in the pause."""
    groups = [[said[0]]]
    for before, after in itertools.pairwise(said):
        pause = TimeSpan(before.word.time.end, max(before.word.time.end, after.word.time.start))
        apart = before.segment is not after.segment and pause.duration > LONG_PAUSE
        if apart and _explained(pause, (before, after), places, recording):
            groups.append([])
        groups[-1].append(after)
    return groups


def _explained(pause: TimeSpan, around: tuple[_Place, _Place], places: Places, recording: Recording) -> bool:
    """Whether the sound in a pause lies under words, or is none."""
    channel = around[0].segment.channel
    sound = listen(recording.samples[channel], recording.rate, pause.start - MARGIN, pause.end + MARGIN)
    loud = sound.level > float(np.percentile(sound.level, _LOUD)) + QUIET
    loud &= _within(sound, TimeSpan(pause.start, pause.end))
    for place in places.by_time[channel].touching(pause.start - SLACK, pause.end + SLACK):
        word = place.word.time
        loud &= ~_within(sound, TimeSpan(max(0.0, word.start - SLACK), word.end + SLACK))
    return bool(np.count_nonzero(loud) * FRAME <= UNEXPLAINED)


def _within(sound: Sound, time: TimeSpan) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    middle = sound.start + (np.arange(len(sound.level)) + 0.5) * FRAME
    return np.asarray((middle >= time.start) & (middle < time.end))


def _narrowed(finding: Finding, group: Sequence[_Place]) -> Finding:
    """The finding with the characters of one group."""
    whole = finding.entity.chars
    start = max(whole.start, min(place.word.chars.start for place in group))
    end = min(whole.end, max(place.word.chars.end for place in group))
    return replace(finding, entity=replace(finding.entity, chars=CharSpan(start, end), morae=0))


def _sounding(group: Sequence[_Place], recording: Recording, morae: float, pace: float) -> TimeSpan:
    """From where a group's sound begins to where it ends, as long as its morae take at least."""
    first = min(group, key=lambda place: place.word.time.start)
    last = max(group, key=lambda place: place.word.time.end)
    start = _edge(first, -1, group, recording, morae * pace)
    end = _edge(last, 1, group, recording, morae * pace)
    least = morae * FASTEST
    # Never inside out, and never shorter than it can be said: then the words' times count too.
    if end - start < least:
        start, end = min(start, first.word.time.start), max(end, last.word.time.end)
    lacking = max(0.0, least - (end - start)) / 2
    start = max(0.0, start - lacking)
    return TimeSpan(start, max(start, end + lacking))


def _edge(place: _Place, side: Side, group: Sequence[_Place], recording: Recording, expected: float) -> float:
    """Where a group's first (-1) or last (+1) word begins or ends, in seconds.

    Where another utterance is timed over it two talk at once, and the word's own time counts, too: the sound
    then tells of the other's edges as well, and the chances were learned where one talks.
    """
    found = find_edge(*_around(place, side, group, recording, expected))
    time, neighbour = place.word.time, place.before if side < 0 else place.after
    if neighbour and neighbour.time.overlaps(time) and neighbour not in place.segment.words:
        return min(found, time.start) if side < 0 else max(found, time.end)
    return found


def _pace(group: Sequence[_Place], transcript: Transcript) -> float:
    """Seconds that a mora takes in the utterance in which an entity begins."""
    segment = group[0].segment
    spoken = sum(word.time.duration for word in segment.words)
    return min(_PACES[1], max(_PACES[0], spoken / max(1.0, _morae(_text(segment.chars, transcript)))))


def _around(
    place: _Place, side: Side, group: Sequence[_Place], recording: Recording, expected: float
) -> tuple[Sound, WordEdge, Side, float]:
    """What ``find_edge`` needs of a group's first (-1) or last (+1) word."""
    time = place.word.time
    if side < 0:
        at, neighbour = time.start, place.before
        gap, outer = (at - neighbour.time.end, at - neighbour.time.start) if neighbour else (ALONE, ALONE)
    else:
        at, neighbour = time.end, place.after
        gap, outer = (neighbour.time.start - at, neighbour.time.end - at) if neighbour else (ALONE, ALONE)
    samples = recording.samples[place.segment.channel if recording.channels > 1 else 0]
    sound = listen(samples, recording.rate, max(0.0, at - MARGIN), at + MARGIN)
    # A long token of one character holds a pause or a stranger's sound; one of several is just long.
    inner = time.duration / max(1, place.word.chars.end - place.word.chars.start)
    begins = min(each.word.time.start for each in group)
    ends = max(each.word.time.end for each in group)
    own = sound.level[_within(sound, TimeSpan(max(0.0, begins - _BESIDE), ends + _BESIDE))]
    loud = float(np.percentile(own, _LOUD)) if own.size else float(sound.level.max())
    edge = WordEdge(
        time=at,
        inner=inner,
        gap=max(0.0, gap),
        outer=max(0.0, outer),
        within=place.within,
        sure=place.word.probability,
        sure_beyond=1.0 if neighbour is None else neighbour.probability,
        length=ends - begins,
        expected=expected,
        spread=place.word.spread[0 if side < 0 else 1] if place.word.spread else UNKNOWN,
        traces=place.segment.traces,
    )
    return sound, edge, side, loud


def _morae(text: str) -> float:
    """About how many morae a stretch of recognised text is, by the kinds of its characters."""
    counts = {"kana": 1.0, "digit": 1.8, "kanji": 1.7, "latin": 1.5}
    return sum(counts.get(_kind(char), 0.0) for char in unicodedata.normalize("NFKC", text))


def _kind(char: str) -> str:
    if "ぁ" <= char <= "ヺ" or char == "ー":
        return "small" if char in _SMALL else "kana"
    if char.isdecimal():
        return "digit"
    if "一" <= char <= "鿿" or char in "々〇":
        return "kanji"
    return "latin" if char.isalpha() else ""
