"""Cut the neighbourhood of masks out of a channel, without the masks themselves, to recognise it again.

channel      ..speech..|====== masked ======|..speech..
clip            [-1 s--|                    |--1 s-]
sound           [-1 s--|.2 s of silence|--1 s-]      with the times to convert words back
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, overload

import numpy as np
import numpy.typing as npt

from pipeline.audio.recording import RECOGNISER_RATE, Recording, for_recogniser, to_samples, to_span
from pipeline.audio.spans import merged
from pipeline.audio.wav import StoredRecording
from pipeline.hearing.transcribe import HeardWord
from pipeline.types import TimeSpan

Audio = Recording | StoredRecording
"""A call in memory, or in its file."""

SPEECH_RMS: Final = 32768 * 10 ** (-38 / 20)
"""RMS of 16-bit samples from which a frame counts as speech: -38 dBFS."""

FRAME_SECONDS: Final = 0.01
"""Length of such a frame."""

MASK_PAUSE_SECONDS: Final = 0.2
"""Silence in place of a mask, which keeps the words on both sides apart."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A range of a channel that is recognised as one piece of audio, without the masks in it.

    Attributes:
        channel: Index of the channel.
        where: Half-open range of samples.
        pieces: Half-open ranges of the samples in it that are not masked, in order.
    """

    channel: int
    where: tuple[int, int]
    pieces: tuple[tuple[int, int], ...]

    @classmethod
    def of(
        cls, channel: int, where: tuple[int, int], masked: Iterable[tuple[int, int]], recording: Audio
    ) -> Clip:
        """Cut the masked ranges out of a range; keep the whole range where all of it is masked.

        Args:
            channel: Index of the channel.
            where: Half-open range of samples.
            masked: Masked ranges of samples, in order.
            recording: The call.

        Returns:
            The clip; unmasked pieces shorter than ``FRAME_SECONDS`` are left out.
        """
        pieces, at = [], where[0]
        for start, end in (*masked, (where[1], where[1])):
            if end >= at and start <= where[1]:
                if start - at >= round(FRAME_SECONDS * recording.rate):
                    pieces.append((at, start))
                at = max(at, end)
        return cls(channel, where, tuple(pieces) or (where,))

    def sound(self, recording: Audio) -> npt.NDArray[np.float32]:
        """Return the clip's sound for a recogniser: 16 kHz float32, masks replaced by a short silence."""
        pause = np.zeros(round(MASK_PAUSE_SECONDS * RECOGNISER_RATE), np.float32)
        parts: list[npt.NDArray[np.float32]] = []
        for start, end in self.pieces:
            parts += [pause] if parts else []
            parts.append(for_recogniser(recording.samples[self.channel, start:end], recording.rate))
        return np.concatenate(parts)

    def time(self, recording: Audio) -> TimeSpan:
        """Return the clip's range in seconds of the call."""
        return to_span(*self.where, recording.rate)

    def original(self, word: HeardWord, rate: int) -> TimeSpan:
        """Convert a word's time to the call's, limited to the clip: recognisers may time words beyond it."""
        start = self._original(max(0.0, word.start), rate)
        return TimeSpan(start, max(start, self._original(max(0.0, word.end), rate)))

    def _original(self, seconds: float, rate: int) -> float:
        for start, end in self.pieces:
            span = to_span(start, end, rate)
            if seconds <= span.duration + MASK_PAUSE_SECONDS / 2:
                return span.start + min(max(0.0, seconds), span.duration)
            seconds -= span.duration + MASK_PAUSE_SECONDS
        return self.pieces[-1][1] / rate

    def speech_seconds(self, recording: Audio) -> float:
        """Return the seconds of speech in the clip."""
        width = round(recording.rate * FRAME_SECONDS)
        total = 0.0
        for start, end in self.pieces:
            sound = recording.samples[self.channel, start:end].astype(np.float32)
            frames = sound[: len(sound) // width * width].reshape(-1, width)
            total += float((np.sqrt((frames**2).mean(axis=1)) > SPEECH_RMS).sum() * FRAME_SECONDS)
        return total


class Sounds(Sequence[npt.NDArray[np.float32]]):
    """Sounds of clips, each cut out on access, because all of them together may be hours long.

    Args:
        clips: Clips in order.
        recording: The call.
    """

    def __init__(self, clips: Sequence[Clip], recording: Audio) -> None:
        self._clips, self._recording = clips, recording

    def __len__(self) -> int:
        return len(self._clips)

    @overload
    def __getitem__(self, at: int) -> npt.NDArray[np.float32]: ...
    @overload
    def __getitem__(self, at: slice) -> Sounds: ...
    def __getitem__(self, at: int | slice) -> npt.NDArray[np.float32] | Sounds:
        if isinstance(at, slice):
            return Sounds(self._clips[at], self._recording)
        return self._clips[at].sound(self._recording)


def with_neighbours(
    spans: Iterable[tuple[int, int]], recording: Audio, margin: float
) -> tuple[tuple[int, int], ...]:
    """Widen each sample range by ``margin`` seconds on both sides, and join ranges that meet."""
    wide = [
        to_samples(widened(to_span(start, end, recording.rate), margin), recording.rate, recording.length)
        for start, end in spans
    ]
    return tuple((int(start), int(end)) for start, end in merged(wide, 0))


def widened(time: TimeSpan, margin: float) -> TimeSpan:
    """Widen a span by ``margin`` seconds on both sides, but not below 0."""
    return TimeSpan(max(0.0, time.start - margin), time.end + margin)
