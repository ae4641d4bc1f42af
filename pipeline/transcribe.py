"""Audio and a recogniser in, a ``Transcript`` out.

Each channel is recognised by itself and the utterances are merged in order of time.
Character offsets are computed while the text is concatenated, so that
``text[word.chars.start:word.chars.end]`` is exactly what the recogniser wrote for the word.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Recording, for_recogniser
from pipeline.errors import CallUnsafeError
from pipeline.types import CharSpan, Segment, TimeSpan, Transcript, Word

__all__ = ["HeardSegment", "HeardWord", "Recogniser", "build_transcript", "transcribe"]

RATE = 16_000
"""Samples per second that every Whisper model takes."""

LONGEST_PIECE = 300.0
"""Seconds.  An hour in one piece costs 3.4 GB in the feature extractor (facts.md 1.5); five minutes, 0.3 GB."""

QUIET_SEARCH = 20.0
"""Seconds before a piece's limit in which the quietest moment is looked for, so that no word is cut."""

FOREIGN = 0.8
"""A call is refused as foreign only when another language is this probable in most of its windows."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as a recogniser gives it: text, seconds, probability 0 to 1."""

    text: str = field(repr=False)
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class HeardSegment:
    """An utterance as a recogniser gives it; ``speaker`` is ``"op"``, ``"cu"`` or unknown."""

    words: tuple[HeardWord, ...]
    no_speech_probability: float = 0.0
    channel: int = 0
    speaker: str | None = None


class Recogniser(Protocol):
    """What ``transcribe`` needs of a speech model."""

    @property
    def name(self) -> str:
        """What the manifest calls it."""

    def recognise(self, samples: NDArray[np.float32]) -> tuple[HeardSegment, ...]:
        """Recognise 16 kHz mono audio; times in seconds from its start."""

    def language(self, samples: NDArray[np.float32]) -> tuple[str, float]:
        """The most probable language (ISO 639-1) of at most 30 s, and its probability."""


def transcribe(recording: Recording, recogniser: Recogniser, call_id: str) -> Transcript:
    """Recognise a whole call.

    Args:
        recording: The decoded call, one or two channels.
        recogniser: The speech model.
        call_id: Goes into the transcript.

    Returns:
        The transcript; on two channels, channel 0 is the operator and 1 the caller
        (contract section 2).

    Raises:
        CallUnsafeError: when nothing was recognised, or the call is in another language.
    """
    channels = [for_recogniser(channel, recording.rate) for channel in recording.samples]
    _refuse_foreign(channels, recogniser)
    speakers = ("op", "cu") if len(channels) == 2 else (None,)
    heard: list[HeardSegment] = []
    for index, samples in enumerate(channels):
        for start, end in _pieces(samples):
            for segment in recogniser.recognise(samples[start:end]):
                heard.append(_placed(segment, start / RATE, end / RATE, index, speakers[index]))
    return build_transcript(heard, call_id, recogniser.name, recording.sha256)


def build_transcript(
    heard: Iterable[HeardSegment], call_id: str, model: str, audio_sha256: str
) -> Transcript:
    """Concatenate utterances in order of time and number their characters.

    Args:
        heard: Utterances with their words, of one or two channels.
        call_id: Goes into the transcript.
        model: Name of the recogniser, or of the file the words came from.
        audio_sha256: Of the recording the words belong to.

    Returns:
        The transcript: segments ordered by start, joined by one newline in ``text``.

    Raises:
        CallUnsafeError: when there is no word at all.
    """
    spoken = [s for s in heard if any(w.text.strip() for w in s.words)]
    if not spoken:
        msg = "no speech was recognised"
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
            words.append(Word(chars, TimeSpan(word.start, max(word.start, word.end)), word.probability))
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
            )
        )
        texts.append("\n")
        offset += 1
    return Transcript(call_id, "".join(texts[:-1]), tuple(segments), "ja", model, audio_sha256)


def _placed(
    segment: HeardSegment, offset: float, limit: float, channel: int, speaker: str | None
) -> HeardSegment:
    """Move an utterance from its piece's time to the call's; no word may pass the piece's end."""
    words = tuple(
        HeardWord(w.text, min(w.start + offset, limit), min(w.end + offset, limit), w.probability)
        for w in segment.words
    )
    return HeardSegment(words, segment.no_speech_probability, channel, speaker)


def _pieces(samples: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Cut long audio at quiet moments; sample ranges that tile the whole."""
    limit, search, frame = int(LONGEST_PIECE * RATE), int(QUIET_SEARCH * RATE), RATE // 10
    cuts = [0]
    while len(samples) - cuts[-1] > limit:
        window = samples[cuts[-1] + limit - search : cuts[-1] + limit]
        energy = np.square(window.reshape(-1, frame)).sum(axis=1)
        # Half a second of quiet, not the quietest tenth: a stop consonant is quiet for a tenth.
        smooth = np.convolve(energy, np.ones(5), mode="same")
        cuts.append(cuts[-1] + limit - search + int(smooth.argmin()) * frame + frame // 2)
    return list(itertools.pairwise([*cuts, len(samples)]))


def _refuse_foreign(channels: list[NDArray[np.float32]], recogniser: Recogniser) -> None:
    """Raise when most of three loud half-minutes are confidently not Japanese."""
    window = 30 * RATE
    verdicts: list[bool] = []
    for samples in channels:
        starts = range(0, max(1, len(samples) - window // 2), window)
        loud = sorted(starts, key=lambda s: -float(np.square(samples[s : s + window]).sum()))[:3]
        for start in loud:
            language, probability = recogniser.language(samples[start : start + window])
            verdicts.append(language != "ja" and probability >= FOREIGN)
    if sum(verdicts) * 2 > len(verdicts):
        msg = "the call does not seem to be in Japanese"
        raise CallUnsafeError(msg)
