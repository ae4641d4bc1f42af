"""Leave out utterances that are only an echo of the other channel.

    operator's channel   ……… 復唱いたします ………
    caller's channel     ………… ふくしょいたします …     30 dB fainter, .04 s later: recognised again, and worse

A recogniser writes everything it can hear, so a call with an echo was written twice and was unreadable.  A
dropped utterance stands where it was said.  The echo itself stays part of the audio: a name said on one
channel is masked on both (``pipeline.masking.crosstalk``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio.levels import frame_levels, reaching
from pipeline.audio.recording import Recording
from pipeline.hearing.transcribe import as_heard, build_transcript
from pipeline.masking.crosstalk import channels_and_echo
from pipeline.masking.faint_copy import MAX_ECHO_LAG_SECONDS
from pipeline.types import Segment, TimeSpan, Transcript

FRAME_SECONDS: Final = 0.1
"""Length of a frame for comparing loudness."""

MIN_FAINTER_DECIBELS: Final = 15.0
"""Least distance of an echo below the other channel at that time, and below its own channel's loud parts.  In
70 calls of ``tuning`` and ``weighing`` 83 of 88 echoed utterances are that faint, and nine of 1,214 spoken
ones; of the nine none agrees in phase, of the 83 77 do."""

LOUD_PERCENTILE: Final = 97
"""Percentile of a channel's frames from which they are loud."""

SOUNDING_DECIBELS: Final = 15.0
"""Distance below the loudest frame of an utterance within which a frame counts."""


def without_echo(transcript: Transcript, recording: Recording) -> Transcript:
    """Leave out the utterances that are only an echo.

    An echo agrees in phase with the other channel at one delay, and is ``MIN_FAINTER_DECIBELS`` fainter than
    that channel and than its own channel's loud parts.

    Args:
        transcript: Words of the call, as recognised.
        recording: The call.

    Returns:
        The other utterances; the transcript itself where all or none would stay, or the call has one channel.
    """
    if recording.channels != 2:
        return transcript
    levels = _Levels.of(recording)
    kept = [each for each in transcript.segments if not _is_echo(each, levels, recording)]
    if len(kept) in {0, len(transcript.segments)}:
        return transcript
    heard = [as_heard(each, transcript.text) for each in kept]
    return build_transcript(heard, transcript.call_id, transcript.model, transcript.audio_sha256)


@dataclass(frozen=True, slots=True)
class _Levels:
    """Level of each channel, and the loudest level that may echo on it then; shape (frames,), in dB."""

    own: tuple[NDArray[np.float64], ...] = field(repr=False)
    echoed: tuple[NDArray[np.float64], ...] = field(repr=False)

    @classmethod
    def of(cls, recording: Recording) -> _Levels:
        """Measure the levels of both channels."""
        own = tuple(frame_levels(each, recording.rate, FRAME_SECONDS) for each in recording.samples)
        late = round(MAX_ECHO_LAG_SECONDS / FRAME_SECONDS)
        return cls(own, tuple(reaching(other, late) for other in reversed(own)))

    def is_faint(self, channel: int, time: TimeSpan) -> bool:
        """Whether a stretch is much fainter than the other channel and than its own channel's loud parts."""
        frames = slice(int(time.start / FRAME_SECONDS), int(time.end / FRAME_SECONDS) + 1)
        own, echoed = self.own[channel][frames], self.echoed[channel][frames]
        if not len(own):
            return False
        sounding = own > own.max() - SOUNDING_DECIBELS
        below = float(np.median(own[sounding] - echoed[sounding]))
        loud = float(np.percentile(self.own[channel], LOUD_PERCENTILE))
        return max(below, float(own.max()) - loud) <= -MIN_FAINTER_DECIBELS


def _is_echo(segment: Segment, levels: _Levels, recording: Recording) -> bool:
    faint = levels.is_faint(segment.channel, segment.time)
    return faint and bool(channels_and_echo(recording, segment.time, (1 - segment.channel,))[1])
