"""A second hearing of a call, made to err otherwise than the first.

A name that the first hearing lost is often there in another, when the sound is cut otherwise, read
in another company of neighbours and decoded in another way.  So the second hearing

- cuts closer to speech (``CLOSE_MARGIN_SECONDS``) and into windows half as wide;
- hears it brighter (``brightened``): what tells consonants apart is weak over a telephone;
- decodes greedily, many windows at once, without time tokens: a fifth of the first hearing's time.

It is no replacement: it has no second try of its own beyond a loop, and it may come back empty.
What both hearings agree on is surer; what only one heard is weighed by who fuses them.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import RECOGNISER_RATE, Recording, Resampled
from pipeline.hearing.batches import in_batches
from pipeline.hearing.transcribe import (
    TURN_PAUSE_SECONDS,
    HeardSegment,
    HeardWord,
    build_transcript,
    utterance,
)
from pipeline.hearing.windows import Channel, Window, loud_stretches, shorter
from pipeline.types import TimeSpan, Transcript

__all__ = [
    "BATCH_WINDOWS",
    "RATE",
    "SECOND_CUT",
    "SECOND_WINDOW_SECONDS",
    "BatchRecogniser",
    "Cut",
    "batch_of",
    "brightened",
    "hear_again",
    "windows_again",
]

RATE = RECOGNISER_RATE
"""Samples per second that every Whisper model takes."""

SECOND_WINDOW_SECONDS = 14.0
"""Seconds in a window: half of the first hearing's, so that other words stand at its edges, and
an encoder half as wide costs two fifths less (.036 CPU s a second for .062)."""

CLOSE_MARGIN_SECONDS = 0.12
"""Seconds kept on each side of speech.  With the .3 of the first hearing, either held 67 of 72 spans by
sound, with this 69."""

TILT = (300.0, 1500.0, 0.3, 2.0)
"""Gain over frequency: (f + 300 Hz) / 1500 Hz, kept within .3 and 2.  Three tenths of the pitch of a voice is
left, and twice what lies over 2.7 kHz.  Beside the sound as it is: of 72 spans of ten calls, either
hearing held 71 instead of 69 by sound, this one alone 66 instead of 61."""

BATCH_WINDOWS = 8
"""Windows decoded at once, of both channels: two minutes of sound, whatever the length of the call."""

RETRY_WINDOW_SECONDS = 5.0
"""Seconds in the windows into which one that looped is cut: about one utterance."""

MAX_SECONDS_PER_CHAR = 0.25
"""Seconds that a character takes to say, with room: a kanji of two morae."""

MIN_PAUSE_SECONDS = 0.25
"""Seconds by which a word outlasts ``MAX_SECONDS_PER_CHAR`` from which there is a pause at its beginning."""

ONSET_SECONDS = 0.1
"""Seconds of such a pause that stay with the word: its first consonant may be slow."""

MAX_CLICK_SECONDS = 0.7
"""Seconds, ``CLOSE_MARGIN_SECONDS`` on both sides included, up to which a piece may hold no speech at all."""

PUNCTUATION = " \u3000、。,.!?!?…・"
"""What is written and not said."""

LOOP = re.compile(r"(.{1,16}?)\1{4,}", re.DOTALL)
"""The same again and again; four times はい is said by people."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a call is cut for being heard again, and whether it is made brighter.

    Attributes:
        window: Seconds in a window at most.
        margin: Seconds kept on each side of speech.
        bright: Whether the high frequencies are raised.
    """

    window: float = SECOND_WINDOW_SECONDS
    margin: float = CLOSE_MARGIN_SECONDS
    bright: bool = True


SECOND_CUT = Cut()
"""Of the second hearing; to learn from, calls are heard in other ways too
(``models.training.calls.hear``)."""


class BatchRecogniser(Protocol):
    """What ``hear_again`` needs of a speech model."""

    @property
    def name(self) -> str:
        """What the manifest calls it."""

    @property
    def at_once(self) -> int:
        """Windows, or batches of them, that it can recognise at the same time."""

    def recognise_batch(self, windows: Sequence[NDArray[np.float32]]) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono windows: one utterance each, in seconds from the window's start."""


def batch_of(recogniser: BatchRecogniser) -> int:
    """Windows in a batch, of which a recogniser decodes several at the same time: ``BATCH_WINDOWS`` in all."""
    return max(1, BATCH_WINDOWS // recogniser.at_once)


def hear_again(
    recording: Recording, recogniser: BatchRecogniser, call_id: str, cut: Cut = SECOND_CUT
) -> Transcript:
    """Recognise a whole call a second time.

    Args:
        recording: The decoded call, one or two channels.
        recogniser: The speech model.
        call_id: Goes into the transcript.
        cut: How it is cut.

    Returns:
        A transcript of its own, in form as ``pipeline.hearing.transcribe.transcribe`` returns it: its
        characters are not those of the first, the two share nothing but time.  Empty (no text, no
        segment) where nothing was heard.  The same recording gives the same transcript.
    """
    speakers = ("op", "cu") if recording.channels == 2 else (None,)
    channels = [Channel.of(Resampled(samples, recording.rate), RATE) for samples in recording.samples]
    heard = [
        replace(segment, channel=index, speaker=speakers[index])
        for index, segment in _heard_on(channels, recogniser, cut)
    ]
    if not any(word.text.strip() for segment in heard for word in segment.words):
        return Transcript(call_id, "", (), "ja", recogniser.name, recording.sha256)
    return build_transcript(heard, call_id, recogniser.name, recording.sha256)


def brightened(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Raise the high frequencies of a window over the low ones, as ``TILT`` says; times stay.

    Args:
        samples: At ``RATE``, shape (n,).

    Returns:
        float32, shape (n,); may exceed full scale, which no recogniser minds.
    """
    above, unity, least, most = TILT
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= np.clip((frequency + above) / unity, least, most)
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def windows_again(channel: Channel, cut: Cut = SECOND_CUT) -> tuple[Window, ...]:
    """What of a channel is heard at once in a second hearing.

    Args:
        channel: The whole of it.
        cut: How it is cut.

    Returns:
        Windows in order of time.
    """
    pieces = loud_stretches(channel, margin=cut.margin)
    return shorter(Window(pieces, RATE), channel.samples, cut.window) if pieces else ()


def _heard_on(
    channels: Sequence[Channel], recogniser: BatchRecogniser, cut: Cut
) -> Iterator[tuple[int, HeardSegment]]:
    """Utterances with the number of their channel; a window that looped is heard again, in short pieces."""
    windows = [(i, window) for i, channel in enumerate(channels) for window in windows_again(channel, cut)]
    looped: list[_Place] = []
    for (index, window), segment in _in_batches(windows, channels, recogniser, cut):
        if LOOP.search(_text(segment)):
            looped.extend(
                (index, piece) for piece in shorter(window, channels[index].samples, RETRY_WINDOW_SECONDS)
            )
        else:
            yield from ((index, each) for each in _utterances(window, segment, cut))
    for (index, window), segment in _in_batches(looped, channels, recogniser, cut):
        yield from ((index, each) for each in _utterances(window, _without_loops(segment), cut))


_Place = tuple[int, Window]
"""The number of a channel, and a window of it."""


def _in_batches(
    places: Sequence[_Place], channels: Sequence[Channel], recogniser: BatchRecogniser, cut: Cut
) -> Iterator[tuple[_Place, HeardSegment]]:
    def do(batch: Sequence[_Place]) -> Sequence[HeardSegment]:
        sounds = [window.samples(channels[index].samples) for index, window in batch]
        return recogniser.recognise_batch([brightened(each) if cut.bright else each for each in sounds])

    return zip(
        places, in_batches(places, do, most=batch_of(recogniser), at_once=recogniser.at_once), strict=True
    )


def _utterances(window: Window, segment: HeardSegment, cut: Cut) -> Iterator[HeardSegment]:
    """What was heard in a window, cut where it pauses, in the channel's time."""
    words: list[HeardWord] = []
    for word, at in zip(segment.words, _pieces_of(window, segment.words, cut.margin), strict=True):
        time = _carried(window, word, at)
        paused = time.duration - MAX_SECONDS_PER_CHAR * len(word.text)
        if word.text.strip(PUNCTUATION) and paused >= MIN_PAUSE_SECONDS:
            # A word is timed from the end of the one before: the pause between is at its beginning.
            time = TimeSpan(time.start + paused - ONSET_SECONDS, time.end)
        if (
            words
            and word.text.strip(PUNCTUATION)
            and time.start - _spoken_until(words) >= TURN_PAUSE_SECONDS * 0.5
        ):
            yield utterance(segment, words, window)
            words = []
        words.append(replace(word, start=time.start, end=time.end))
    if words:
        yield utterance(segment, words, window)


def _spoken_until(words: Sequence[HeardWord]) -> float:
    """Where the last word ends that is more than a mark: the time of a space is a pause."""
    return next((word.end for word in reversed(words) if word.text.strip(PUNCTUATION)), words[-1].end)


def _pieces_of(window: Window, words: Sequence[HeardWord], margin: float) -> list[int]:
    """Which piece of its window each word was spoken in; never an earlier one than the word before.

    A word is timed from the end of the one before, so what begins a piece seems to begin in the
    last, and even to lie in a click or a breath between them.
    """
    ends = list(itertools.accumulate(piece.duration for piece in window.pieces))
    out: list[int] = []
    for word in words:
        before = out[-1] if out else 0
        if word.text.strip(PUNCTUATION):
            # Past a piece's speech, in the silence kept after it, it is the next one's already.
            middle = (word.start + word.end) / 2 + margin
            out.append(min(max(before, bisect.bisect_right(ends, middle)), len(ends) - 1))
        else:
            out.append(before)
    for index in range(len(out) - 1):
        alone = out[index] != out[index + 1] and (not index or out[index - 1] != out[index])
        if alone and len(words[index].text) == 1 and window.pieces[out[index]].duration <= MAX_CLICK_SECONDS:
            out[index] = out[index + 1]
    return out


def _carried(window: Window, word: HeardWord, at: int) -> TimeSpan:
    """The time of a word in its channel, within piece ``at``.

    A word that ends a piece is timed to the beginning of the next one's first; carried back as it
    is, it would last through the silence between them.
    """
    piece = window.pieces[at]
    offset = sum(before.duration for before in window.pieces[:at])
    start = piece.start + min(max(0.0, word.start - offset), piece.duration)
    end = piece.start + min(max(0.0, word.end - offset), piece.duration)
    return TimeSpan(start, max(start, end))


def _without_loops(segment: HeardSegment) -> HeardSegment:
    """Leave of every loop its first round; the sound under the others was not recognised."""
    text = _text(segment)
    dropped = [(match.end(1), match.end()) for match in LOOP.finditer(text)]
    ends = list(itertools.accumulate(len(word.text) for word in segment.words))
    kept = [
        word
        for word, end in zip(segment.words, ends, strict=True)
        if not any(first < end <= last for first, last in dropped)
    ]
    return replace(segment, words=tuple(kept))


def _text(segment: HeardSegment) -> str:
    return "".join(word.text for word in segment.words)
