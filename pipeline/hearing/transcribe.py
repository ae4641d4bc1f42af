"""Recognise a whole call: from audio and a recogniser to a ``Transcript``.

Each channel is recognised by itself; the utterances of all channels are merged in order of time.  Character
offsets are computed while the text is concatenated, so ``text[word.chars.start:word.chars.end]`` is exactly
the text that the recogniser gave for the word.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import RECOGNISER_RATE, Recording, Resampled
from pipeline.errors import CallUnsafeError
from pipeline.hearing.batches import in_batches
from pipeline.hearing.progress import part
from pipeline.hearing.traces import in_channel_time
from pipeline.hearing.unheard import SHORT_WINDOW_SECONDS, windows_to_retry
from pipeline.hearing.windows import FRAME_SECONDS, Channel, Window, shorter, windows_of
from pipeline.types import CharSpan, Posteriorgram, Segment, TimeSpan, Trace, Transcript, Word

RATE = RECOGNISER_RATE
"""Samples per second that every Whisper model takes."""

LOOP_COMPRESSION = 2.6
"""Compression ratio (bytes by deflated bytes) from which an utterance counts as a loop.  A sentence has 1.5;
はい、はい、はい has 2.7 and is worth a retry."""

MAX_CHARS_PER_SECOND = 14.0
"""Greatest rate of speech, in characters per second; a loop exceeds it."""

TURN_PAUSE_SECONDS = 0.5
"""Shortest silence that ends an utterance: the other side may have spoken meanwhile."""

ASKED_SHARE = 0.05
"""Share of the time that the question for the language takes; only a bar depends on it."""

FIRST_SHARE = 0.9
"""Share of the rest until every window has been recognised once; what is left are retries."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word of a recogniser's output: text, start and end in seconds, probability 0 to 1.

    ``sounds`` and ``spread`` are as in ``Word``.
    """

    text: str = field(repr=False)
    start: float
    end: float
    probability: float
    sounds: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class HeardSegment:
    """An utterance of a recogniser's output.

    Attributes:
        words: Words in order of time.
        no_speech_probability: The recogniser's own, 0 to 1.
        channel: Index of the audio channel.
        speaker: ``"op"``, ``"cu"``, or ``None`` where unknown.
        traces, posteriorgrams: As in ``Segment``, for the whole recognised window.
    """

    words: tuple[HeardWord, ...]
    no_speech_probability: float = 0.0
    channel: int = 0
    speaker: str | None = None
    traces: tuple[Trace, ...] = field(default=(), repr=False)
    posteriorgrams: tuple[Posteriorgram, ...] = field(default=(), repr=False)


class Recogniser(Protocol):
    """Interface of a speech model for ``transcribe``."""

    @property
    def name(self) -> str:
        """Name of the model in the manifest."""

    @property
    def at_once(self) -> int:
        """Number of windows, or batches of them, that it can recognise in parallel."""

    def recognise(self, samples: NDArray[np.float32]) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono audio, shape (n,); times are in seconds from its start."""

    def is_foreign(self, samples: NDArray[np.float32]) -> bool:
        """Whether at most 30 s are confidently in another language than Japanese."""


def transcribe(recording: Recording, recogniser: Recogniser, call_id: str) -> Transcript:
    """Recognise a whole call.

    Args:
        recording: The decoded call, one or two channels.
        recogniser: The speech model.
        call_id: Id of the call, for the transcript.

    Returns:
        The transcript; of two channels, channel 0 is the operator's and 1 the caller's.

    Raises:
        CallUnsafeError: when no word is recognised, or the call is in another language.
    """
    channels, windows = _cut(recording)
    with part(0.0, ASKED_SHARE):
        _refuse_foreign(channels, windows, recogniser)
    with part(ASKED_SHARE, 1.0):
        heard = _utterances(channels, windows, recogniser)
    return build_transcript(heard, call_id, recogniser.name, recording.sha256)


def utterances_of(recording: Recording, recogniser: Recogniser) -> list[HeardSegment]:
    """Recognise a whole call as ``transcribe`` does, without refusing silent or foreign calls.

    Args:
        recording: The decoded call.
        recogniser: The speech model.

    Returns:
        All utterances, channel by channel; empty where no word is recognised.
    """
    channels, windows = _cut(recording)
    return _utterances(channels, windows, recogniser)


def _cut(recording: Recording) -> tuple[list[Channel], list[tuple[Window, ...]]]:
    """Return each channel at the recogniser's rate, and its windows."""
    channels = [Channel.of(Resampled(samples, recording.rate), RATE) for samples in recording.samples]
    return channels, [windows_of(channel) for channel in channels]


def _utterances(
    channels: list[Channel], windows: list[tuple[Window, ...]], recogniser: Recogniser
) -> list[HeardSegment]:
    speakers = ("op", "cu") if len(channels) == 2 else (None,)
    return [
        replace(segment, channel=index, speaker=speakers[index])
        for index, segments in enumerate(_heard_on(channels, windows, recogniser))
        for segment in segments
    ]


def build_transcript(
    heard: Iterable[HeardSegment], call_id: str, model: str, audio_sha256: str
) -> Transcript:
    """Concatenate utterances in order of time and number their characters.

    Args:
        heard: Utterances with their words, of one or two channels.
        call_id: Id of the call, for the transcript.
        model: Name of the recogniser, or of the file with the words.
        audio_sha256: SHA-256 of the recording.

    Returns:
        The transcript: segments in order of start, joined by one newline in ``text``.

    Raises:
        CallUnsafeError: when no utterance has a word.
    """
    spoken = [s for s in heard if any(w.text.strip() for w in s.words)]
    if not spoken:
        msg = "聞き取れた言葉がありません"
        raise CallUnsafeError(msg)
    spoken.sort(key=lambda s: (s.words[0].start, s.channel))
    texts: list[str] = []
    segments: list[Segment] = []
    offset = 0
    for segment in spoken:
        words: list[Word] = []
        start = offset
        for word in segment.words:
            chars = CharSpan(offset, offset + len(word.text))
            time = TimeSpan(word.start, max(word.start, word.end))
            words.append(Word(chars, time, word.probability, word.sounds, word.spread))
            texts.append(word.text)
            offset = chars.end
        time = TimeSpan(words[0].time.start, max(w.time.end for w in words))
        segments.append(
            Segment(
                CharSpan(start, offset),
                time,
                segment.channel,
                segment.speaker,
                tuple(words),
                segment.no_speech_probability,
                segment.traces,
                segment.posteriorgrams,
            )
        )
        texts.append("\n")
        offset += 1
    return Transcript(call_id, "".join(texts[:-1]), tuple(segments), "ja", model, audio_sha256)


def as_heard(segment: Segment, text: str, words: Sequence[Word] | None = None) -> HeardSegment:
    """Turn an utterance of a transcript back into input of ``build_transcript``.

    Args:
        segment: Utterance of a transcript.
        text: Text of the transcript.
        words: Some of the utterance's words; all by default.

    Returns:
        The utterance with these words.
    """
    heard = tuple(
        HeardWord(
            text[w.chars.start : w.chars.end], w.time.start, w.time.end, w.probability, w.sounds, w.spread
        )
        for w in (segment.words if words is None else words)
    )
    return HeardSegment(
        heard,
        segment.no_speech_probability,
        segment.channel,
        segment.speaker,
        segment.traces,
        segment.posteriorgrams,
    )


def _heard_on(
    channels: list[Channel], windows_by_channel: list[tuple[Window, ...]], recogniser: Recogniser
) -> list[list[HeardSegment]]:
    """Recognise every window of each channel; retry, in short pieces, loops and sound without words."""
    windows = [(index, window) for index, each in enumerate(windows_by_channel) for window in each]

    def recognised(places: Sequence[tuple[int, Window]]) -> list[list[HeardSegment]]:
        def do(batch: Sequence[tuple[int, Window]]) -> list[list[HeardSegment]]:
            return [_recognised(window, channels[index], recogniser) for index, window in batch]

        # The longest window first, so that no thread waits long for another at the end.
        order = sorted(range(len(places)), key=lambda number: -places[number][1].duration)
        # One window in a batch: three of 30 s take as long decoded together as one after another.
        done = in_batches([places[n] for n in order], do, most=1, at_once=recogniser.at_once)
        return [segments for _, segments in sorted(zip(order, done, strict=True), key=lambda each: each[0])]

    with part(0.0, FIRST_SHARE):
        heard = recognised(windows)
    pieces = [
        [(index, short) for short in shorter(window, channels[index].samples, SHORT_WINDOW_SECONDS)]
        if any(map(_went_wrong, segments))
        else []
        for (index, window), segments in zip(windows, heard, strict=True)
    ]
    with part(FIRST_SHARE, 1.0):
        again = iter(recognised(list(itertools.chain.from_iterable(pieces))))
    for at, cut in enumerate(pieces):
        if cut:
            heard[at] = [segment for _ in cut for segment in next(again)]
    out: list[list[HeardSegment]] = [[] for _ in channels]
    for (index, _), segments in zip(windows, heard, strict=True):
        out[index] += [_shortened(segment) for segment in segments]
    left = [
        (index, window)
        for index, channel in enumerate(channels)
        for window in windows_to_retry(channel, windows_by_channel[index], _times(out[index]))
    ]
    for (index, _), segments in zip(left, recognised(left), strict=True):
        out[index] += [segment for segment in segments if not _went_wrong(segment)]
    return out


def _recognised(window: Window, channel: Channel, recogniser: Recogniser) -> list[HeardSegment]:
    """Recognise a window and split its words into utterances at pauses; times are the channel's."""
    out: list[HeardSegment] = []
    for segment in recogniser.recognise(window.samples(channel.samples)):
        words: list[HeardWord] = []
        for word in segment.words:
            start = max(0.0, word.start)
            time = window.spoken(TimeSpan(start, max(start, word.end)))
            if words and time.start - words[-1].end >= TURN_PAUSE_SECONDS:
                out.append(utterance(segment, words, window))
                words = []
            words.append(replace(word, start=time.start, end=time.end))
        if words:
            out.append(utterance(segment, words, window))
    return out


def utterance(segment: HeardSegment, words: Sequence[HeardWord], window: Window) -> HeardSegment:
    """Make an utterance of some words of a segment, with the traces around them.

    Args:
        segment: Segment recognised from ``window``; times are the window's.
        words: Some of its words; times are already the channel's.
        window: The recognised window.

    Returns:
        The utterance; all times are the channel's.
    """
    time = TimeSpan(words[0].start, max(word.end for word in words))
    return replace(
        segment,
        words=tuple(words),
        traces=in_channel_time(segment.traces, window, time),
        posteriorgrams=in_channel_time(segment.posteriorgrams, window, time),
    )


def _went_wrong(segment: HeardSegment) -> bool:
    """Whether an utterance repeats itself, or has more characters than fit its time."""
    text = "".join(word.text for word in segment.words)
    seconds = max(0.5, segment.words[-1].end - segment.words[0].start)
    coded = text.encode()
    looped = len(text) >= 24 and len(coded) / len(zlib.compress(coded)) > LOOP_COMPRESSION
    return looped or len(text) > 12 + MAX_CHARS_PER_SECOND * seconds


def _times(heard: Sequence[HeardSegment]) -> list[tuple[float, float]]:
    """Return start and end of all words, in order, in seconds."""
    return sorted((word.start, word.end) for segment in heard for word in segment.words)


def _shortened(segment: HeardSegment) -> HeardSegment:
    """Drop the repeats of a remaining loop, so that their sound counts as unheard and is retried."""
    if not _went_wrong(segment):
        return segment
    text = "".join(word.text for word in segment.words)
    repeat = re.search(r"(.{1,12}?)\1{3,}", text)
    if repeat is None:
        return segment
    kept, length = [], 0
    for word in segment.words:
        start, length = length, length + len(word.text)
        if start < repeat.end(1) or length > repeat.end():
            kept.append(word)
    return replace(segment, words=tuple(kept))


LANGUAGE_WINDOWS = 3
"""Number of windows of each channel, the loudest ones, whose language is recognised."""


def _refuse_foreign(
    channels: list[Channel], windows: list[tuple[Window, ...]], recogniser: Recogniser
) -> None:
    """Raise when most of the three loudest windows of each channel are confidently not Japanese.

    Runs before decoding; a recogniser can reuse the encoding of these windows.  The windows that are needed
    in any case are recognised in parallel, the others one by one until the result is certain.
    """
    loudest = [
        (channel, window)
        for channel, each in zip(channels, windows, strict=True)
        for window in _loudest(channel, each)
    ]

    def foreign(places: Sequence[tuple[Channel, Window]]) -> list[bool]:
        return [recogniser.is_foreign(window.samples(channel.samples)) for channel, window in places]

    least = -(-len(loudest) // 2)
    found = in_batches(loudest[:least], foreign, most=1, at_once=recogniser.at_once)
    for place in loudest[least:]:
        if 2 * found.count(False) >= len(loudest):
            return
        found += foreign([place])
    if 2 * found.count(True) > len(loudest):
        msg = "日本語の通話ではないようです"
        raise CallUnsafeError(msg)


def _loudest(channel: Channel, windows: Sequence[Window]) -> list[Window]:
    """Return the ``LANGUAGE_WINDOWS`` windows with the most energy."""

    def loudness(window: Window) -> float:
        frames = ((round(p.start / FRAME_SECONDS), round(p.end / FRAME_SECONDS)) for p in window.pieces)
        return sum(float(channel.power[first:last].sum()) for first, last in frames)

    return sorted(windows, key=loudness, reverse=True)[:LANGUAGE_WINDOWS]
