"""Assign a speaker to every line of a call on one channel, and cut lines that two people speak.

A voice identifies a person (個人識別符号), so what this module learns of voices stays inside its functions:
it is neither returned nor stored nor logged.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.recording import RECOGNISER_RATE, Recording, Resampled
from pipeline.hearing.traces import near
from pipeline.hearing.transcribe import as_heard, build_transcript
from pipeline.speaking.handovers import arrives, leaves
from pipeline.speaking.sides import Observations, share_between_sides
from pipeline.speaking.third import Weights, with_third
from pipeline.speaking.units import Unit, units_of
from pipeline.types import TimeSpan, Transcript

SPEAKERS: Final = ("op", "cu", "third")
"""Speakers in the order of the columns of ``pipeline.speaking.sides`` and ``.third``."""

LEAST_SECONDS: Final = 0.3
"""Length in seconds below which a unit is heard with the sound around it."""


class VoiceListener(Protocol):
    """Interface of a model of voices and wordings."""

    @property
    def third(self) -> Weights:
        """Weights of the evidence for a third person."""

    def voice(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the voice embedding of 16 kHz audio, of unit length."""

    def staff(self, text: str) -> float:
        """Return the log odds that staff say a line, by its words."""


def with_speakers(recording: Recording, transcript: Transcript, listener: VoiceListener | None) -> Transcript:
    """Assign speakers where one channel holds everybody.

    Args:
        recording: The call.
        transcript: Its words.
        listener: Model of voices; ``None`` without one.

    Returns:
        The transcript with the speaker of each line; a line that two people speak is cut between them.  The
        transcript itself where the call has two channels, names speakers already, or there is no listener.
    """
    known = any(segment.speaker is not None for segment in transcript.segments)
    units = units_of(transcript)
    if listener is None or len(recording.samples) != 1 or known or not units:
        return transcript
    shared = share_between_sides(heard := observe(recording, units, listener))
    return _with_speakers(transcript, units, with_third(heard, shared, listener.third).sides.tolist())


def without_guessed_speakers(transcript: Transcript) -> Transcript:
    """Remove the speakers from a transcript where they were assigned by voice.

    The models that find and judge data have learned from one-channel calls without speakers.  This is the
    only place that makes them see such calls so.
    """
    if not transcript.speakers_by_ear:
        return transcript
    segments = tuple(replace(segment, speaker=None) for segment in transcript.segments)
    return replace(transcript, segments=segments)


def observe(recording: Recording, units: Sequence[Unit], listener: VoiceListener) -> Observations:
    """Observe each unit of a call's only channel."""
    channel = Resampled(recording.samples[0], recording.rate)
    ends = [0.0, *(unit.time.end for unit in units)]
    return Observations(
        np.stack([listener.voice(_sound(channel, unit)) for unit in units]),
        np.array([listener.staff(unit.text) for unit in units]),
        np.array([max(0.1, unit.time.duration) for unit in units]),
        np.array([max(0.0, unit.time.start - end) for unit, end in zip(units, ends, strict=False)]),
        arrives(units),
        leaves(units),
    )


def _sound(channel: Resampled, unit: Unit) -> NDArray[np.float32]:
    short = max(0.0, LEAST_SECONDS - unit.time.duration) / 2
    start = max(0, round((unit.time.start - short) * RECOGNISER_RATE))
    return channel[start : round((unit.time.end + short) * RECOGNISER_RATE)]


def _with_speakers(transcript: Transcript, units: Sequence[Unit], sides: Sequence[int]) -> Transcript:
    lines = []
    for (number, side), together in itertools.groupby(
        zip(units, sides, strict=True), key=lambda each: (each[0].segment, each[1])
    ):
        words = [word for unit, _ in together for word in unit.words]
        segment = transcript.segments[number]
        line = replace(as_heard(segment, transcript.text, words), speaker=SPEAKERS[side])
        if len(words) < len(segment.words):
            time = TimeSpan(words[0].time.start, max(word.time.end for word in words))
            traces, grams = near(segment.traces, time), near(segment.posteriorgrams, time)
            line = replace(line, traces=traces, posteriorgrams=grams)
        lines.append(line)
    made = build_transcript(lines, transcript.call_id, transcript.model, transcript.audio_sha256)
    return replace(made, times_within=transcript.times_within, speakers_by_ear=True)
