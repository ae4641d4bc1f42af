"""Align the words of a file with the sound, so that they carry the same data as recognised words.

    file     |移動した|ち|こ|という|          times of the file, up to half a second off
    window   [..イドーシタチコトイウ..]      ear and posteriorgram (``pipeline.given.listened_call``)
    laid       |移動した|ち|こ|という|        times in the sound, with what was heard around each word

Two people who talk at once on one channel are aligned separately: their words are no one line of speech.
Where utterances are a tenth of a second early or late (14 made calls, standard deviation .12 s), .3 % of
third parties' speech leaks in place of .8 %.

Ownership, terms of the case that are heard, and the edges of masks thereby rest on the sound as well, as with
recognised words.  Only ``Word.sounds`` is left empty, so that words of a file are found by reading alone.
The fusion of both (``models.weighing.fusion``) was trained on a recogniser's words, a third of which is
wrong, and underrates correct words.  On 11 made calls in exact words (u53, u55 and u56, 29 minutes) it raised
the leak from .5 to 1.9 % and the over-mask from 1.6 to 1.9 %; without it the leak is .5 % as by words alone,
and 100 % of the requester's own data stays instead of 99.6 %.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from pipeline.given.given_words import MARK
from pipeline.given.listened_call import ListenedChannel, ListenedWindow
from pipeline.hearing.traces import TRACE_MARGIN_SECONDS, in_channel_time
from pipeline.hearing.transcribe import HeardSegment, HeardWord, as_heard, build_transcript
from pipeline.hearing.windows import Window
from pipeline.nearby import Nearby
from pipeline.types import TimeSpan, Transcript

MAX_BESIDE_SECONDS: Final = 0.5
"""Greatest distance of a word in silence from the sound that it belongs to: file times are that uncertain."""

MAX_OVERLAP_SECONDS: Final = 0.5
"""Overlap above which two utterances of one channel are two people's, not merely timed coarsely."""

_LETTER: Final = re.compile("[A-Za-z]")
"""Latin letter: such a word may be said otherwise than it is read, as NTT, or have no reading at all."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word with the numbers of its utterance and of itself; its times are seconds of a window."""

    segment: int
    number: int
    word: HeardWord


def align_with_sound(transcript: Transcript, heard: Sequence[ListenedChannel]) -> Transcript:
    """Give the words of a file the times at which they are heard, and what was heard around them.

    Args:
        transcript: Words that were checked against the sound (``pipeline.given.given_words``).
        heard: What the listener heard on each channel.

    Returns:
        The same words, in utterances with traces and posteriorgrams.  Words keep the file's times where the
        file states their precision, where no reading is known, and where nothing is heard.
    """
    segments = [as_heard(segment, transcript.text) for segment in transcript.segments]
    exact = transcript.times_within is not None
    for channel, each in enumerate(heard):
        own = [at for at, segment in enumerate(segments) if segment.channel == channel]
        laid = _aligned([segments[at] for at in own], each.windows, exact=exact)
        for at, segment in zip(own, laid, strict=True):
            segments[at] = segment
    made = build_transcript(segments, transcript.call_id, transcript.model, transcript.audio_sha256)
    return replace(made, times_within=transcript.times_within)


def _aligned(
    segments: Sequence[HeardSegment], windows: Sequence[ListenedWindow], *, exact: bool
) -> Iterator[HeardSegment]:
    """Yield the aligned utterances of one channel."""
    words = [list(segment.words) for segment in segments]
    for window, placed in _by_window(segments, windows):
        for line in _lines(placed):
            laid = window.on_words([each.word for each in line])
            for each, new in zip(line, laid, strict=True):
                old = words[each.segment][each.number]
                words[each.segment][each.number] = _timed(old, new, window.window, exact=exact)
    near = Nearby(windows, _reach)
    for segment, own in zip(segments, words, strict=True):
        yield _with_traces(replace(segment, words=tuple(_in_order(own))), near)


def _by_window(
    segments: Sequence[HeardSegment], windows: Sequence[ListenedWindow]
) -> Iterator[tuple[ListenedWindow, list[_Placed]]]:
    """Return the words of each window, in the order of their utterances."""
    pieces = Nearby(
        [(piece, at) for at, each in enumerate(windows) for piece in each.window.pieces], lambda each: each[0]
    )
    found: list[list[_Placed]] = [[] for _ in windows]
    for number, segment in enumerate(segments):
        for at, word in enumerate(segment.words):
            near = pieces.touching(max(0.0, word.start - MAX_BESIDE_SECONDS), word.end + MAX_BESIDE_SECONDS)
            if near and word.text != MARK:
                # A word is often timed from the end of the one before, so most of it may be silence.
                piece, into = max(near, key=lambda each: _shared(each[0], word))
                start, end = (_in_window(windows[into].window, piece, t) for t in (word.start, word.end))
                found[into].append(_Placed(number, at, replace(word, start=start, end=end)))
    return zip(windows, found, strict=True)


def _shared(piece: TimeSpan, word: HeardWord) -> float:
    """Return the seconds of a word that lie in a piece; negative is the distance between the two."""
    return min(piece.end, word.end) - max(piece.start, word.start)


def _in_window(window: Window, piece: TimeSpan, time: float) -> float:
    """Convert a time of the channel to the window's, clipped to one of its pieces."""
    before = sum(each.duration for each in window.pieces[: window.pieces.index(piece)])
    return before + min(max(0.0, time - piece.start), piece.duration)


def _lines(placed: Sequence[_Placed]) -> list[list[_Placed]]:
    """Group a window's words into lines of speech: consecutive utterances share one."""
    utterances: dict[int, list[_Placed]] = {}
    for each in placed:
        utterances.setdefault(each.segment, []).append(each)
    lines: list[list[_Placed]] = []
    for utterance in sorted(utterances.values(), key=lambda said: said[0].word.start):
        start = utterance[0].word.start + MAX_OVERLAP_SECONDS
        line = next((line for line in lines if line[-1].word.end <= start), None)
        if line is None:
            lines.append(list(utterance))
        else:
            line += utterance
    return lines


def _timed(old: HeardWord, laid: HeardWord, window: Window, *, exact: bool) -> HeardWord:
    """Move a word to the time at which it is heard, unless the file's time is better."""
    if exact or not laid.spread or _LETTER.search(unicodedata.normalize("NFKC", old.text)):
        return old
    time = window.spoken(TimeSpan(laid.start, max(laid.start, laid.end)))
    return replace(laid, start=time.start, end=time.end, sounds=())


def _in_order(words: Iterable[HeardWord]) -> Iterator[HeardWord]:
    """Yield the words of an utterance, none starting before its predecessor."""
    said = list(words)
    starts = accumulate((word.start for word in said), max)
    for word, start in zip(said, starts, strict=True):
        yield replace(word, start=start, end=max(start, word.end))


def _reach(window: ListenedWindow) -> TimeSpan:
    first, last = window.window.pieces[0], window.window.pieces[-1]
    return TimeSpan(max(0.0, first.start - TRACE_MARGIN_SECONDS), last.end + TRACE_MARGIN_SECONDS)


def _with_traces(segment: HeardSegment, windows: Nearby[ListenedWindow]) -> HeardSegment:
    """Add what was heard around an utterance, as recognised utterances have it."""
    time = TimeSpan(segment.words[0].start, max(word.end for word in segment.words))
    near = windows.touching(time.start, time.end)
    return replace(
        segment,
        traces=tuple(t for w in near for t in in_channel_time(w.heard.traces, w.window, time)),
        posteriorgrams=tuple(
            gram for w in near for gram in in_channel_time(w.heard.posteriorgrams, w.window, time)
        ),
    )
