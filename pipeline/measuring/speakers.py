"""Measure who was told to speak on one channel: speech with the wrong speaker, and third persons."""

from __future__ import annotations

import numpy as np

from pipeline.measuring.figures import Share
from pipeline.measuring.frames import AudioPair, frames_of
from pipeline.measuring.truth import CallTruth
from pipeline.third_voice import THIRD
from pipeline.types import Transcript

__all__ = ["third_claimed", "third_found", "wrong_speaker"]


def wrong_speaker(audio: AudioPair, truth: CallTruth, transcript: Transcript | None) -> Share:
    """Count the speech that a transcript gives to somebody else.

    Args:
        audio: The call.
        truth: Who says what when.
        transcript: Its lines and their speakers.

    Returns:
        Frames with a wrong speaker, of all frames of speech in which one side talks by the truth and that lie
        in a line; nothing of nothing where speakers were not told by ear.
    """
    if transcript is None or not transcript.speakers_by_ear:
        return Share(0, 0)
    frames = frames_of(audio)
    turns = {turn.speaker for turn in truth.script}
    said = {
        who: frames.mark([(turn.time, (0,)) for turn in truth.script if turn.speaker == who]) for who in turns
    }
    alone = np.sum([*said.values()], axis=0) == 1
    wrong = counted = 0
    for segment in transcript.segments:
        here = frames.mark([(segment.time, (0,))]) & frames.speech & alone
        counted += int(np.count_nonzero(here))
        own = said.get(segment.speaker or "", np.zeros_like(here))
        wrong += int(np.count_nonzero(here & ~own))
    return Share(wrong, counted)


def third_found(truth: CallTruth, transcript: Transcript | None) -> Share:
    """Whether a third person's voice is found.

    Args:
        truth: Who says what when.
        transcript: Its lines and their speakers.

    Returns:
        One of one where most of what is given to a third person is one's; nothing of one where it is not;
        nothing of nothing where nobody takes the telephone, or speakers were not told by ear.
    """
    if transcript is None or not transcript.speakers_by_ear or not truth.third_turns:
        return Share(0, 0)
    given = [segment.time for segment in transcript.segments if segment.speaker == THIRD]
    right = sum(max(0.0, -time.apart(turn.time)) for time in given for turn in truth.third_turns)
    return Share(int(right > sum(time.duration for time in given) / 2), 1)


def third_claimed(truth: CallTruth, transcript: Transcript | None) -> Share:
    """Whether a third person's voice is claimed where nobody takes the telephone.

    Args:
        truth: Who says what when.
        transcript: Its lines and their speakers.

    Returns:
        One or nothing of one; nothing of nothing where somebody does, or speakers were not told by ear.
    """
    if transcript is None or not transcript.speakers_by_ear or truth.third_turns:
        return Share(0, 0)
    return Share(int(any(segment.speaker == THIRD for segment in transcript.segments)), 1)
