"""Lay the words of a file on what is heard, so that they have what recognised words have.

    file     |移動した|ち|こ|という|          times of the file, up to half a second off
    window   [..イドーシタチコトイウ..]      ear and posteriorgram (``pipeline.given.heard_call``)
    laid       |移動した|ち|こ|という|        where each is heard, with what was heard around it

Two who talk at once on one channel are laid on it each by themselves: their words are no one line of speech.
Where utterances are a tenth of a second early or late (14 made calls, standard deviation .12 s), .3 % of
third parties' speech leaks in place of .8 %.

Whose a finding is, terms of the case that are heard, and the edges of masks thereby rest on the sound as well
as with recognised words.  Only ``Word.sounds`` is left empty, so that words of a file are found by reading
alone: what weighs both (``models.weighing.fusion``) has learned from a recogniser's words, of which a third
is wrong, and believes good ones too little.  On 11 made calls in exact words (u53, u55 and u56, 29 minutes)
it raised the leak from .5 to 1.9 % and the over-mask from 1.6 to 1.9 %; without it the leak is .5 % as by
words alone, and of the requester's own 100 % stays instead of 99.6 %.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from pipeline.given.given_words import MARK
from pipeline.given.heard_call import HeardChannel, HeardWindow
from pipeline.hearing.traces import TRACE_MARGIN_SECONDS, in_channel_time
from pipeline.hearing.transcribe import HeardSegment, HeardWord, as_heard, build_transcript
from pipeline.hearing.windows import Window
from pipeline.nearby import Nearby
from pipeline.types import TimeSpan, Transcript

__all__ = ["laid_on_sound"]

MAX_BESIDE_SECONDS: Final = 0.5
"""A word that lies in silence belongs to the sound at most this far away: file times are that uncertain."""

MAX_OVERLAP_SECONDS: Final = 0.5
"""Utterances of one channel that overlap by more are two people's, and not only timed coarsely."""

_LETTER: Final = re.compile("[A-Za-z]")
"""A word with letters may be said otherwise than it is read: NTT, or not read at all."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word of an utterance: their numbers, and the word in seconds of a window."""

    segment: int
    number: int
    word: HeardWord


def laid_on_sound(transcript: Transcript, heard: Sequence[HeardChannel]) -> Transcript:
    """Give the words of a file the times at which they are heard, and what was heard around them.

    Args:
        transcript: Words that were held against the sound (``pipeline.given.given_words``).
        heard: What is heard on each channel.

    Returns:
        The same words, in utterances with traces and posteriorgrams.  Words keep the file's times where it
        states how exact they are, where nothing says how they are read, and where nothing is heard.
    """
    segments = [as_heard(segment, transcript.text) for segment in transcript.segments]
    exact = transcript.times_within is not None
    for channel, each in enumerate(heard):
        own = [at for at, segment in enumerate(segments) if segment.channel == channel]
        laid = _laid([segments[at] for at in own], each.windows, exact=exact)
        for at, segment in zip(own, laid, strict=True):
            segments[at] = segment
    made = build_transcript(segments, transcript.call_id, transcript.model, transcript.audio_sha256)
    return replace(made, times_within=transcript.times_within)


def _laid(
    segments: Sequence[HeardSegment], windows: Sequence[HeardWindow], *, exact: bool
) -> Iterator[HeardSegment]:
    """The utterances of one channel."""
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
    segments: Sequence[HeardSegment], windows: Sequence[HeardWindow]
) -> Iterator[tuple[HeardWindow, list[_Placed]]]:
    """The words of each window, in the order of their utterances."""
    pieces = Nearby(
        [(piece, at) for at, each in enumerate(windows) for piece in each.window.pieces], lambda each: each[0]
    )
    found: list[list[_Placed]] = [[] for _ in windows]
    for number, segment in enumerate(segments):
        for at, word in enumerate(segment.words):
            near = pieces.touching(max(0.0, word.start - MAX_BESIDE_SECONDS), word.end + MAX_BESIDE_SECONDS)
            if near and word.text != MARK:
                # A word is often timed from the end of the one before: most of it may be silence.
                piece, into = max(near, key=lambda each: _shared(each[0], word))
                start, end = (_in_window(windows[into].window, piece, t) for t in (word.start, word.end))
                found[into].append(_Placed(number, at, replace(word, start=start, end=end)))
    return zip(windows, found, strict=True)


def _shared(piece: TimeSpan, word: HeardWord) -> float:
    """Seconds of a word that lie in a piece; below 0 the seconds between the two."""
    return min(piece.end, word.end) - max(piece.start, word.start)


def _in_window(window: Window, piece: TimeSpan, time: float) -> float:
    """A time of the channel in the window's, held within one of its pieces."""
    before = sum(each.duration for each in window.pieces[: window.pieces.index(piece)])
    return before + min(max(0.0, time - piece.start), piece.duration)


def _lines(placed: Sequence[_Placed]) -> list[list[_Placed]]:
    """A window's words as lines of speech: utterances that follow each other share one."""
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
    """A word at the time at which it is heard, unless the file's is better."""
    if exact or not laid.spread or _LETTER.search(unicodedata.normalize("NFKC", old.text)):
        return old
    time = window.spoken(TimeSpan(laid.start, max(laid.start, laid.end)))
    return replace(laid, start=time.start, end=time.end, sounds=())


def _in_order(words: Iterable[HeardWord]) -> Iterator[HeardWord]:
    """Words of an utterance, none before the one that stands before it."""
    said = list(words)
    starts = accumulate((word.start for word in said), max)
    for word, start in zip(said, starts, strict=True):
        yield replace(word, start=start, end=max(start, word.end))


def _reach(window: HeardWindow) -> TimeSpan:
    first, last = window.window.pieces[0], window.window.pieces[-1]
    return TimeSpan(max(0.0, first.start - TRACE_MARGIN_SECONDS), last.end + TRACE_MARGIN_SECONDS)


def _with_traces(segment: HeardSegment, windows: Nearby[HeardWindow]) -> HeardSegment:
    """An utterance with what was heard around it, as one that was recognised has it."""
    time = TimeSpan(segment.words[0].start, max(word.end for word in segment.words))
    near = windows.touching(time.start, time.end)
    return replace(
        segment,
        traces=tuple(t for w in near for t in in_channel_time(w.heard.traces, w.window, time)),
        posteriorgrams=tuple(
            gram for w in near for gram in in_channel_time(w.heard.posteriorgrams, w.window, time)
        ),
    )
