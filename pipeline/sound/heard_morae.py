"""Decode the posteriorgrams of a call into one line of timed morae.

The utterances of both channels are merged in order of time, as in a transcript.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.sound.morae import Mora
from pipeline.sound.posteriorgram import likeliest, unpacked
from pipeline.types import Posteriorgram, Segment, TimeSpan, Transcript

UTTERANCE_PAUSE_SECONDS: Final = 0.6
"""Gap between two morae above which they belong to different utterances."""

MORA_SECONDS: Final = 0.14
"""Average length of a mora in ordinary talk."""


@dataclass(frozen=True, slots=True)
class TimedMora:
    """A recognised mora with its time.

    Attributes:
        mora: The mora.
        time: Middle of the mora, in seconds of the call.
        channel: Index of the audio channel.
        speaker: As in ``Segment``.
        pause: Seconds of silence before it.
    """

    mora: Mora = field(repr=False)
    time: float
    channel: int
    speaker: str | None
    pause: float = 0.0


def heard_morae(transcript: Transcript) -> tuple[TimedMora, ...]:
    """List every mora of a call.

    Args:
        transcript: Words of the call with posteriorgrams; without them the result is empty.

    Returns:
        The morae utterance by utterance, in order of the utterances' beginnings.
    """
    channels: dict[int, list[Segment]] = {}
    for segment in transcript.segments:
        channels.setdefault(segment.channel, []).append(segment)
    spoken = [each for segments in channels.values() for each in _utterances(list(_channel(segments)))]
    ordered = [mora for each in sorted(spoken, key=lambda each: each[0].time) for mora in each]
    first = [replace(mora, pause=max(0.0, mora.time - MORA_SECONDS)) for mora in ordered[:1]]
    rest = [
        replace(mora, pause=max(0.0, mora.time - last.time - MORA_SECONDS))
        for last, mora in pairwise(ordered)
    ]
    return (*first, *rest)


def heard_between(
    segments: Iterable[Segment], time: TimeSpan
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Collect the posteriorgram of a stretch of one channel from the utterances that carry it.

    Args:
        segments: Utterances of the channel, at least those around the stretch.
        time: The stretch, in seconds of the call.

    Returns:
        Log probabilities, shape (steps, 1 + classes), and the middle of each step in seconds, shape (steps,).
        A step that two utterances carry occurs once; a step that none carries is missing.
    """
    logs: list[NDArray[np.float32]] = [unpacked(())]
    times: list[NDArray[np.float64]] = [np.zeros(0)]
    for start, gram in _once(segments):
        middles = start + (np.arange(len(gram.chances)) + 0.5) * gram.step
        here = np.flatnonzero((middles >= time.start) & (middles < time.end))
        if len(here):
            logs.append(unpacked(gram.chances[here[0] : here[-1] + 1]))
            times.append(np.asarray(middles[here], dtype=np.float64))
    return np.concatenate(logs), np.concatenate(times)


def _once(segments: Iterable[Segment]) -> Iterator[tuple[float, Posteriorgram]]:
    """Yield start and posteriorgram in order of time, without the steps that an earlier one covers."""
    until = -np.inf
    for gram in sorted((g for segment in segments for g in segment.posteriorgrams), key=lambda g: g.start):
        skipped = max(0, int(np.ceil((until - gram.start) / gram.step - 0.25))) if until > gram.start else 0
        if skipped < len(gram.chances):
            start = gram.start + skipped * gram.step
            until = start + (len(gram.chances) - skipped) * gram.step
            yield start, replace(gram, start=start, chances=gram.chances[skipped:])


def _channel(segments: Sequence[Segment]) -> Iterator[TimedMora]:
    """Yield the morae of one channel in order of time."""
    first = segments[0]
    for start, gram in _once(segments):
        for heard in likeliest(unpacked(gram.chances)):
            yield TimedMora(heard.mora, start + (heard.step + 0.5) * gram.step, first.channel, first.speaker)


def _utterances(morae: list[TimedMora]) -> Iterator[list[TimedMora]]:
    start = 0
    for at in range(1, len(morae) + 1):
        if at == len(morae) or morae[at].time - morae[at - 1].time > UTTERANCE_PAUSE_SECONDS:
            if morae[start:at]:
                yield morae[start:at]
            start = at
