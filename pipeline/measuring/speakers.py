"""Measure how much of a call on one channel is given to the wrong speaker."""

from __future__ import annotations

import numpy as np

from pipeline.measuring.figures import Share
from pipeline.measuring.frames import AudioPair, frames_of
from pipeline.measuring.truth import CallTruth
from pipeline.types import Transcript

__all__ = ["wrong_speaker"]


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
