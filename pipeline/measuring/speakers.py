"""Measure speaker attribution on one channel: wrong speakers, and third persons found or claimed."""

from __future__ import annotations

import numpy as np

from pipeline.measuring.figures import Share
from pipeline.measuring.frames import AudioPair, frames_of
from pipeline.measuring.truth import CallTruth
from pipeline.third_voice import THIRD
from pipeline.types import Transcript


def wrong_speaker(audio: AudioPair, truth: CallTruth, transcript: Transcript | None) -> Share:
    """Count the speech that a transcript attributes to the wrong speaker.

    Args:
        audio: The call.
        truth: The truth of the call.
        transcript: Lines with their speakers.

    Returns:
        Frames with a wrong speaker, of all frames of speech that lie in a line and in turns of one side only;
        ``Share(0, 0)`` where speakers were not told apart by voice.
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
    """Measure whether a third person's voice is found.

    Args:
        truth: The truth of the call.
        transcript: Lines with their speakers.

    Returns:
        ``Share(1, 1)`` where most of the time attributed to a third person is a third person's, else
        ``Share(0, 1)``; ``Share(0, 0)`` where no third person speaks, or speakers were not told apart by
        voice.
    """
    if transcript is None or not transcript.speakers_by_ear or not truth.third_turns:
        return Share(0, 0)
    given = [segment.time for segment in transcript.segments if segment.speaker == THIRD]
    right = sum(max(0.0, -time.apart(turn.time)) for time in given for turn in truth.third_turns)
    return Share(int(right > sum(time.duration for time in given) / 2), 1)


def third_claimed(truth: CallTruth, transcript: Transcript | None) -> Share:
    """Measure whether a third person's voice is claimed in a call without one (a false alarm).

    Args:
        truth: The truth of the call.
        transcript: Lines with their speakers.

    Returns:
        ``Share(1, 1)`` for a false alarm, else ``Share(0, 1)``; ``Share(0, 0)`` where a third person speaks,
        or speakers were not told apart by voice.
    """
    if transcript is None or not transcript.speakers_by_ear or truth.third_turns:
        return Share(0, 0)
    return Share(int(any(segment.speaker == THIRD for segment in transcript.segments)), 1)
