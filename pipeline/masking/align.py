"""Map characters to seconds: by overlap with the recogniser's words, then by the edges of the sound.

    words      |移|動|し|た|ち|こ|と|い|う|者|
    entity      [------------------)
    words' time ^start          end^
    edges     ^start              end^            ``pipeline.masking.edges``
    masked [pad                        pad)       ``MaskPolicy``, outside the edges

An entity's words are found by offset, never by their text.  A number said in groups is one stretch while its
speaker goes on.  After a long pause each group becomes a finding of its own, so that what the other side says
in the pause stays audible.
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
from pipeline.masking.crosstalk import channels_and_echo
from pipeline.masking.edges import (
    FRAME_SECONDS,
    NO_NEIGHBOUR_SECONDS,
    QUIET_DB,
    SOUND_MARGIN_SECONDS,
    UNKNOWN_SPREAD,
    Side,
    Spectrum,
    WordEdge,
    find_edge,
    spectrum_of,
)
from pipeline.nearby import Nearby
from pipeline.types import CharSpan, Finding, MaskPolicy, Segment, TimeSpan, Transcript, Word

LONG_PAUSE_SECONDS: Final = 1.0
"""Pause that separates two groups of a number: a longer one leaves time for an answer."""

MAX_UNEXPLAINED_SECONDS: Final = 0.2
"""Sound outside every word that keeps two groups together: a third group may be unrecognised there.  Less is
breath."""

OWN_SOUND_SECONDS: Final = 0.3
"""Distance within which sound belongs to a word: word times are that uncertain."""

MIN_MORA_SECONDS: Final = 0.06
"""Shortest mora; a stretch with less time per mora is widened.  Slow speech has 0.15 s, the made calls 0.08
to 0.2; ten morae a second are already hard to follow."""

MAX_MORA_SECONDS: Final = 0.4
"""Longest mora, in slow spelling.  Where the reading is known, a stretch longer than its morae plus
``HESITATION_SECONDS`` holds something else, and an analyst should listen."""

HESITATION_SECONDS: Final = 0.5

_LOUD_PERCENTILE: Final = 85  # percentile of an entity's frames taken as the level of its loud parts
_PACE_RANGE_SECONDS: Final = (
    0.08,
    0.22,
)  # seconds of a mora, the fastest and the slowest talk that a pace is taken from
_LEVEL_MARGIN_SECONDS: Final = (
    0.05  # seconds around an entity's words that are heard for its loudness: words can be empty
)
_SMALL_KANA: Final = "ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ"
_BACKCHANNEL = re.compile(r"(?:はい|ええ|うん|ああ|あー|えー|そうですか|なるほど|[、。,.\s])*")


@dataclass(frozen=True, slots=True)
class _PlacedWord:
    """A word with its utterance and its neighbours on the channel.

    ``within``: greatest error of its times in seconds; ``NO_NEIGHBOUR_SECONDS`` where it is unknown.
    """

    word: Word
    segment: Segment
    before: Word | None
    after: Word | None
    within: float


def align(
    findings: tuple[Finding, ...], transcript: Transcript, recording: Recording, policy: MaskPolicy
) -> tuple[Finding, ...]:
    """Give every finding its time and its channels.

    Args:
        findings: Findings with their parties.
        transcript: Words with their times.
        recording: The call.
        policy: States the padding outside the edges, in seconds.

    Returns:
        The findings in their order, with ``time`` (padding included, within the recording) and ``channels``.
        A finding said in groups with long pauses is replaced by one for each group; only back-channels are
        left out of their characters and times.

    Raises:
        CallUnsafeError: a finding touches no timed word, so it could not be masked.
    """
    return align_indexed(findings, index_words(transcript), transcript, recording, policy)


def align_indexed(
    findings: tuple[Finding, ...],
    words: WordIndex,
    transcript: Transcript,
    recording: Recording,
    policy: MaskPolicy,
) -> tuple[Finding, ...]:
    """Align findings of a call whose words are indexed already.

    Args:
        findings: As for ``align``.
        words: The call's words, from ``index_words``.
        transcript: As for ``align``.
        recording: As for ``align``.
        policy: As for ``align``.

    Returns:
        As ``align``.

    Raises:
        CallUnsafeError: as ``align``.
    """
    aligned: list[Finding] = []
    for number, finding in enumerate(findings):
        touched = words.touched(finding.entity.chars)
        if not touched:
            msg = f"所見 {number} に当たる語の時刻がありません"
            raise CallUnsafeError(msg)
        channels = _channels(touched, transcript) if recording.channels > 1 else (0,)
        groups = _groups(_spoken_words(touched, channels, transcript), words, recording)
        for group in groups:
            part = finding if len(groups) == 1 else _narrowed(finding, group)
            morae = part.entity.morae or _morae(_text(part.entity.chars, transcript))
            time = _sounding(group, recording, morae, _pace(group, transcript))
            if part.entity.morae and time.duration > morae * MAX_MORA_SECONDS + HESITATION_SECONDS:
                part = replace(part, needs_review=True)
            heard, echo = channels_and_echo(recording, time, channels)
            start, end = max(0.0, time.start - policy.pad_before), time.end + policy.pad_after
            time = TimeSpan(start, max(start, min(recording.duration, end)))
            aligned.append(replace(part, time=time, channels=heard, echo=echo))
    return tuple(aligned)


def edge_evidence(
    finding: Finding, transcript: Transcript, recording: Recording, side: Side
) -> tuple[Spectrum, WordEdge, float]:
    """Return the evidence for one edge of a finding, for fitting and for charts.

    Args:
        finding: A finding that touches at least one word.
        transcript: The transcript that it points into.
        recording: The call.
        side: -1 for its start, +1 for its end.

    Returns:
        The spectrum around the edge, the recogniser's edge, and the level of the entity's loud parts in dB.
    """
    touched = index_words(transcript).touched(finding.entity.chars)
    channels = _channels(touched, transcript) if recording.channels > 1 else (0,)
    group = _spoken_words(touched, channels, transcript)
    place = group[0] if side < 0 else max(group, key=lambda each: each.word.time.end)
    morae = finding.entity.morae or _morae(_text(finding.entity.chars, transcript))
    sound, edge, _, loud = _around(place, side, group, recording, morae * _pace(group, transcript))
    return sound, edge, loud


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Words of a call, indexed by characters and, for each channel, by time."""

    by_chars: Nearby[_PlacedWord]
    by_time: dict[int, Nearby[_PlacedWord]]

    def touched(self, chars: CharSpan) -> list[_PlacedWord]:
        """Return the words that share a character with a span."""
        near = self.by_chars.touching(chars.start, chars.end)
        return [place for place in near if place.word.chars.overlaps(chars)]


def index_words(transcript: Transcript) -> WordIndex:
    """Index the words of a call."""
    placed = _placed_words(transcript)
    channels = sorted({place.segment.channel for place in placed})
    return WordIndex(
        Nearby(placed, lambda place: place.word.chars),
        {
            channel: Nearby(
                (place for place in placed if place.segment.channel == channel),
                lambda place: place.word.time,
            )
            for channel in channels
        },
    )


def _placed_words(transcript: Transcript) -> list[_PlacedWord]:
    """Return every word, ordered by channel and time."""
    channels: dict[int, list[tuple[Word, Segment]]] = {}
    for segment in transcript.segments:
        channels.setdefault(segment.channel, []).extend((word, segment) for word in segment.words)
    within = NO_NEIGHBOUR_SECONDS if transcript.times_within is None else transcript.times_within
    placed: list[_PlacedWord] = []
    for spoken in channels.values():
        spoken.sort(key=lambda each: (each[0].time.start, each[0].chars.start))
        words = [None, *(word for word, _ in spoken), None]
        placed += [_PlacedWord(w, s, words[i], words[i + 2], within) for i, (w, s) in enumerate(spoken)]
    return placed


def _channels(touched: Sequence[_PlacedWord], transcript: Transcript) -> tuple[int, ...]:
    """Return the channels on which more than a back-channel of the entity is said."""
    said: dict[int, str] = {}
    for place in touched:
        said[place.segment.channel] = said.get(place.segment.channel, "") + _text(
            place.word.chars, transcript
        )
    speaking = tuple(sorted(c for c, text in said.items() if not _BACKCHANNEL.fullmatch(text)))
    return speaking or tuple(sorted(said))


def _spoken_words(
    touched: Sequence[_PlacedWord], channels: tuple[int, ...], transcript: Transcript
) -> list[_PlacedWord]:
    """Return the entity's words in order of time, without utterances that are back-channels only."""
    speaking = [place for place in touched if place.segment.channel in channels] or list(touched)
    own = [place for place in speaking if not _BACKCHANNEL.fullmatch(_text(place.segment.chars, transcript))]
    return sorted(own or speaking, key=lambda place: (place.word.time.start, place.word.chars.start))


def _text(chars: CharSpan, transcript: Transcript) -> str:
    return transcript.text[chars.start : chars.end]


def _groups(said: list[_PlacedWord], placed: WordIndex, recording: Recording) -> list[list[_PlacedWord]]:
    """Split an entity's words at long pauses that hold no unrecognised sound."""
    groups = [[said[0]]]
    for before, after in itertools.pairwise(said):
        pause = TimeSpan(before.word.time.end, max(before.word.time.end, after.word.time.start))
        apart = before.segment is not after.segment and pause.duration > LONG_PAUSE_SECONDS
        if apart and _explained(pause, (before, after), placed, recording):
            groups.append([])
        groups[-1].append(after)
    return groups


def _explained(
    pause: TimeSpan, around: tuple[_PlacedWord, _PlacedWord], placed: WordIndex, recording: Recording
) -> bool:
    """Whether all sound in a pause, up to ``MAX_UNEXPLAINED_SECONDS``, lies under words."""
    channel = around[0].segment.channel
    sound = spectrum_of(
        recording.samples[channel],
        recording.rate,
        pause.start - SOUND_MARGIN_SECONDS,
        pause.end + SOUND_MARGIN_SECONDS,
    )
    loud = sound.level > float(np.percentile(sound.level, _LOUD_PERCENTILE)) + QUIET_DB
    loud &= _within(sound, TimeSpan(pause.start, pause.end))
    for place in placed.by_time[channel].touching(
        pause.start - OWN_SOUND_SECONDS, pause.end + OWN_SOUND_SECONDS
    ):
        word = place.word.time
        loud &= ~_within(
            sound, TimeSpan(max(0.0, word.start - OWN_SOUND_SECONDS), word.end + OWN_SOUND_SECONDS)
        )
    return bool(np.count_nonzero(loud) * FRAME_SECONDS <= MAX_UNEXPLAINED_SECONDS)


def _within(sound: Spectrum, time: TimeSpan) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    middle = sound.start + (np.arange(len(sound.level)) + 0.5) * FRAME_SECONDS
    return np.asarray((middle >= time.start) & (middle < time.end))


def _narrowed(finding: Finding, group: Sequence[_PlacedWord]) -> Finding:
    """Limit a finding to the characters of one group."""
    whole = finding.entity.chars
    start = max(whole.start, min(place.word.chars.start for place in group))
    end = min(whole.end, max(place.word.chars.end for place in group))
    return replace(finding, entity=replace(finding.entity, chars=CharSpan(start, end), morae=0))


def _sounding(group: Sequence[_PlacedWord], recording: Recording, morae: float, pace: float) -> TimeSpan:
    """Return the time in which a group sounds; it is at least as long as its morae take."""
    first = min(group, key=lambda place: place.word.time.start)
    last = max(group, key=lambda place: place.word.time.end)
    start = _edge(first, -1, group, recording, morae * pace)
    end = _edge(last, 1, group, recording, morae * pace)
    least = morae * MIN_MORA_SECONDS
    # Where the edges leave less time than the morae need, the words' own times count as well.
    if end - start < least:
        start, end = min(start, first.word.time.start), max(end, last.word.time.end)
    lacking = max(0.0, least - (end - start)) / 2
    start = max(0.0, start - lacking)
    return TimeSpan(start, max(start, end + lacking))


def _edge(
    place: _PlacedWord, side: Side, group: Sequence[_PlacedWord], recording: Recording, expected: float
) -> float:
    """Return the time at which a group's first (-1) word begins or its last (+1) word ends, in seconds.

    Where another utterance overlaps the word, the recogniser's time counts as well: the edge network was
    fitted on one speaker at a time.
    """
    found = find_edge(*_around(place, side, group, recording, expected))
    time, neighbour = place.word.time, place.before if side < 0 else place.after
    if neighbour and neighbour.time.overlaps(time) and neighbour not in place.segment.words:
        return min(found, time.start) if side < 0 else max(found, time.end)
    return found


def _pace(group: Sequence[_PlacedWord], transcript: Transcript) -> float:
    """Return the seconds per mora in the utterance in which an entity begins."""
    segment = group[0].segment
    spoken = sum(word.time.duration for word in segment.words)
    return min(
        _PACE_RANGE_SECONDS[1],
        max(_PACE_RANGE_SECONDS[0], spoken / max(1.0, _morae(_text(segment.chars, transcript)))),
    )


def _around(
    place: _PlacedWord, side: Side, group: Sequence[_PlacedWord], recording: Recording, expected: float
) -> tuple[Spectrum, WordEdge, Side, float]:
    """Return the arguments of ``find_edge`` for a group's first (-1) or last (+1) word."""
    time = place.word.time
    if side < 0:
        at, neighbour = time.start, place.before
        gap, outer = (
            (at - neighbour.time.end, at - neighbour.time.start)
            if neighbour
            else (NO_NEIGHBOUR_SECONDS, NO_NEIGHBOUR_SECONDS)
        )
    else:
        at, neighbour = time.end, place.after
        gap, outer = (
            (neighbour.time.start - at, neighbour.time.end - at)
            if neighbour
            else (NO_NEIGHBOUR_SECONDS, NO_NEIGHBOUR_SECONDS)
        )
    samples = recording.samples[place.segment.channel if recording.channels > 1 else 0]
    sound = spectrum_of(
        samples, recording.rate, max(0.0, at - SOUND_MARGIN_SECONDS), at + SOUND_MARGIN_SECONDS
    )
    # A long word of one character holds a pause or other sound; one of several characters is merely long.
    inner = time.duration / max(1, place.word.chars.end - place.word.chars.start)
    begins = min(each.word.time.start for each in group)
    ends = max(each.word.time.end for each in group)
    own = sound.level[
        _within(sound, TimeSpan(max(0.0, begins - _LEVEL_MARGIN_SECONDS), ends + _LEVEL_MARGIN_SECONDS))
    ]
    loud = float(np.percentile(own, _LOUD_PERCENTILE)) if own.size else float(sound.level.max())
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
        spread=place.word.spread[0 if side < 0 else 1] if place.word.spread else UNKNOWN_SPREAD,
        traces=place.segment.traces,
    )
    return sound, edge, side, loud


def _morae(text: str) -> float:
    """Estimate the number of morae of recognised text from the kinds of its characters."""
    counts = {"kana": 1.0, "digit": 1.8, "kanji": 1.7, "latin": 1.5}
    return sum(counts.get(_kind(char), 0.0) for char in unicodedata.normalize("NFKC", text))


def _kind(char: str) -> str:
    if "ぁ" <= char <= "ヺ" or char == "ー":
        return "small" if char in _SMALL_KANA else "kana"
    if char.isdecimal():
        return "digit"
    if "一" <= char <= "鿿" or char in "々〇":
        return "kanji"
    return "latin" if char.isalpha() else ""
