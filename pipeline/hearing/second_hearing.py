"""Recognise a call a second time, so that the errors differ from those of the first time.

A name that the first hearing missed is often recognised when the sound is cut, filtered and decoded
differently.  So the second hearing

- cuts closer to speech (``CLOSE_MARGIN_SECONDS``) and into windows half as wide;
- raises the high frequencies (``brightened``), which distinguish consonants and are weak over a telephone;
- decodes greedily, many windows at a time, without time tokens: in a fifth of the first hearing's time.

Where two models are loaded, the second hearing is the other model's, cut and decoded like the first
(``hear_with_other_model``).

The second hearing does not replace the first: it retries only windows that loop, and may be empty.
``models.weighing.fusion`` weighs the words of both.
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
    Recogniser,
    build_transcript,
    utterance,
    utterances_of,
)
from pipeline.hearing.windows import Channel, Window, loud_stretches, shorter
from pipeline.types import TimeSpan, Transcript

RATE = RECOGNISER_RATE
"""Samples per second that every Whisper model takes."""

SECOND_WINDOW_SECONDS = 14.0
"""Longest window: half of the first hearing's, so that other words are at its edges; half the width also
costs the encoder two fifths less (0.036 CPU s for a second of sound instead of 0.062)."""

CLOSE_MARGIN_SECONDS = 0.12
"""Seconds kept on each side of speech.  With this value both hearings together held 69 of 72 entities by
sound, with the first hearing's 0.3 s 67."""

TILT = (300.0, 1500.0, 0.3, 2.0)
"""Gain by frequency f: (f + 300 Hz) / 1500 Hz, clipped to 0.3 and 2; it damps a voice's pitch and doubles
frequencies above 2.7 kHz.  Of 72 entities of ten calls both hearings together held 71 by sound instead of
69, the second alone 66 instead of 61."""

BATCH_WINDOWS = 8
"""Windows decoded at a time, from both channels: two minutes of sound, whatever the length of the call."""

RETRY_WINDOW_SECONDS = 5.0
"""Longest window in the retry of a loop: about one utterance."""

MAX_SECONDS_PER_CHAR = 0.25
"""Longest time for saying one character: a kanji of two morae, with room."""

MIN_PAUSE_SECONDS = 0.25
"""Seconds beyond its longest time from which a word is assumed to begin with a pause."""

ONSET_SECONDS = 0.1
"""Part of such a pause that stays with the word: its first consonant may be slow."""

MAX_CLICK_SECONDS = 0.7
"""Longest piece, margins included, that may be a click without speech."""

PUNCTUATION = " \u3000、。,.!?!?…・"
"""Characters that are written but not said."""

LOOP = re.compile(r"(.{1,16}?)\1{4,}", re.DOTALL)
"""A text said five times or more in a row; people do say はい four times."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Cutting and filtering of a call for another hearing.

    Attributes:
        window: Longest window in seconds.
        margin: Seconds kept on each side of speech.
        bright: Whether the high frequencies are raised.
    """

    window: float = SECOND_WINDOW_SECONDS
    margin: float = CLOSE_MARGIN_SECONDS
    bright: bool = True


SECOND_CUT = Cut()
"""Cut of the second hearing; training data are also made with other cuts (``models.training.calls.hear``)."""


class BatchRecogniser(Protocol):
    """Interface of a speech model for ``hear_again``."""

    @property
    def name(self) -> str:
        """Name of the model in the manifest."""

    @property
    def at_once(self) -> int:
        """Number of windows, or batches of them, that it can recognise in parallel."""

    def recognise_batch(self, windows: Sequence[NDArray[np.float32]]) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono windows: one utterance each, times in seconds from the window's start."""


def batch_of(recogniser: BatchRecogniser) -> int:
    """Return the number of windows in each batch: all parallel batches together hold ``BATCH_WINDOWS``."""
    return max(1, BATCH_WINDOWS // recogniser.at_once)


def hear_again(
    recording: Recording, recogniser: BatchRecogniser, call_id: str, cut: Cut = SECOND_CUT
) -> Transcript:
    """Recognise a whole call a second time.

    Args:
        recording: The decoded call, one or two channels.
        recogniser: The speech model.
        call_id: Id of the call, for the transcript.
        cut: Cutting and filtering of the call.

    Returns:
        A separate transcript, as ``pipeline.hearing.transcribe.transcribe`` returns it; it shares times with
        the first one, but no character offsets.  Empty (no text, no segment) where no word is recognised.
        The same recording gives the same transcript.
    """
    speakers = ("op", "cu") if recording.channels == 2 else (None,)
    channels = [Channel.of(Resampled(samples, recording.rate), RATE) for samples in recording.samples]
    heard = [
        replace(segment, channel=index, speaker=speakers[index])
        for index, segment in _heard_on(channels, recogniser, cut)
    ]
    return _second(heard, call_id, recogniser.name, recording)


def hear_with_other_model(recording: Recording, recogniser: Recogniser, call_id: str) -> Transcript:
    """Recognise a whole call a second time with another model than the first, cut and decoded like the first.

    The errors differ because the training differs, so the sound is not cut closer, filtered or decoded
    greedily.  On 128 calls, with the published *base* as the first model, this leaked less than
    ``hear_again`` with either model (``tests/bench/notes/second-hearing.md``).

    Args:
        recording: The decoded call, one or two channels.
        recogniser: The other model.
        call_id: Id of the call, for the transcript.

    Returns:
        A transcript as ``hear_again`` returns it.
    """
    return _second(utterances_of(recording, recogniser), call_id, recogniser.name, recording)


def _second(heard: Sequence[HeardSegment], call_id: str, model: str, recording: Recording) -> Transcript:
    """Build the transcript; an empty one where no word is recognised."""
    if not any(word.text.strip() for segment in heard for word in segment.words):
        return Transcript(call_id, "", (), "ja", model, recording.sha256)
    return build_transcript(heard, call_id, model, recording.sha256)


def brightened(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Raise the high frequencies of a window and damp the low ones by ``TILT``; times stay.

    Args:
        samples: Samples at ``RATE``, shape (n,).

    Returns:
        float32, shape (n,); may exceed full scale, which recognisers accept.
    """
    above, unity, least, most = TILT
    spectrum = np.fft.rfft(samples)
    frequency = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum *= np.clip((frequency + above) / unity, least, most)
    return np.fft.irfft(spectrum, len(samples)).astype(np.float32)


def windows_again(channel: Channel, cut: Cut = SECOND_CUT) -> tuple[Window, ...]:
    """Cut a channel into the windows of a second hearing.

    Args:
        channel: The whole channel.
        cut: Cutting and filtering of the call.

    Returns:
        Windows in order of time.
    """
    pieces = loud_stretches(channel, margin=cut.margin)
    return shorter(Window(pieces, RATE), channel.samples, cut.window) if pieces else ()


def _heard_on(
    channels: Sequence[Channel], recogniser: BatchRecogniser, cut: Cut
) -> Iterator[tuple[int, HeardSegment]]:
    """Yield utterances with the index of their channel; a window that looped is retried in short pieces."""
    windows = [(i, window) for i, channel in enumerate(channels) for window in windows_again(channel, cut)]
    looped: list[_ChannelWindow] = []
    for (index, window), segment in _in_batches(windows, channels, recogniser, cut):
        if LOOP.search(_text(segment)):
            looped.extend(
                (index, piece) for piece in shorter(window, channels[index].samples, RETRY_WINDOW_SECONDS)
            )
        else:
            yield from ((index, each) for each in _utterances(window, segment, cut))
    for (index, window), segment in _in_batches(looped, channels, recogniser, cut):
        yield from ((index, each) for each in _utterances(window, _without_loops(segment), cut))


_ChannelWindow = tuple[int, Window]
"""Index of a channel, and one of its windows."""


def _in_batches(
    places: Sequence[_ChannelWindow], channels: Sequence[Channel], recogniser: BatchRecogniser, cut: Cut
) -> Iterator[tuple[_ChannelWindow, HeardSegment]]:
    def do(batch: Sequence[_ChannelWindow]) -> Sequence[HeardSegment]:
        sounds = [window.samples(channels[index].samples) for index, window in batch]
        return recogniser.recognise_batch([brightened(each) if cut.bright else each for each in sounds])

    return zip(
        places, in_batches(places, do, most=batch_of(recogniser), at_once=recogniser.at_once), strict=True
    )


def _utterances(window: Window, segment: HeardSegment, cut: Cut) -> Iterator[HeardSegment]:
    """Split a window's words into utterances at pauses; times are the channel's."""
    words: list[HeardWord] = []
    for word, at in zip(segment.words, _pieces_of(window, segment.words, cut.margin), strict=True):
        time = _carried(window, word, at)
        paused = time.duration - MAX_SECONDS_PER_CHAR * len(word.text)
        if word.text.strip(PUNCTUATION) and paused >= MIN_PAUSE_SECONDS:
            # The recogniser times a word from the end of the previous one, so it includes the pause between.
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
    """Return the end of the last word that is no punctuation: a space's time is a pause."""
    return next((word.end for word in reversed(words) if word.text.strip(PUNCTUATION)), words[-1].end)


def _pieces_of(window: Window, words: Sequence[HeardWord], margin: float) -> list[int]:
    """Return the index of the piece in which each word was spoken; indices never fall.

    The recogniser times a word from the end of the previous one, so a piece's first word seems to begin in
    the previous piece, or in a click or breath between the two.
    """
    ends = list(itertools.accumulate(piece.duration for piece in window.pieces))
    out: list[int] = []
    for word in words:
        before = out[-1] if out else 0
        if word.text.strip(PUNCTUATION):
            # A word in the silence kept after a piece belongs to the next piece.
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
    """Convert a word's time to the channel's, clipped to piece ``at``.

    The recogniser times a piece's last word up to the next piece; unclipped, the word would last through the
    silence between the two.
    """
    piece = window.pieces[at]
    offset = sum(before.duration for before in window.pieces[:at])
    start = piece.start + min(max(0.0, word.start - offset), piece.duration)
    end = piece.start + min(max(0.0, word.end - offset), piece.duration)
    return TimeSpan(start, max(start, end))


def _without_loops(segment: HeardSegment) -> HeardSegment:
    """Keep only the first round of every loop; the sound under the other rounds was not recognised."""
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
