"""Characters to seconds: by offset overlap with the recogniser's words, then out to the sound's edge.

    words      |移|動|し|た|ち|こ|と|い|う|者|
    entity      [------------------)
    words' time ^start          end^
    masked     [<-pad- sound -----pad->)

An entity's words are never looked up by their text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Recording
from pipeline.errors import CallUnsafeError
from pipeline.types import Finding, MaskPolicy, Segment, TimeSpan, Transcript, Word

__all__ = ["align"]

FRAME = 0.01
"""Seconds per energy frame."""

REACH = 0.35
"""Seconds an edge may move outward in search of quiet: word ends are up to 0.40 s early, starts up
to 0.20 s late at the 95th percentile (facts.md 0.2); what lies further is a neighbour."""

QUIET_DB = 12.0
"""An edge has reached quiet where the energy is this far below the entity's own loudness."""

_BACKCHANNEL = re.compile(r"(?:はい|ええ|うん|ああ|あー|えー|そうですか|なるほど|[、。,.\s])*")


def align(
    findings: tuple[Finding, ...], transcript: Transcript, recording: Recording, policy: MaskPolicy
) -> tuple[Finding, ...]:
    """Give every finding its stretch of time and its channels.

    Args:
        findings: From ``attribute``.
        transcript: The words with their times.
        recording: The sound they were recognised from.
        policy: Pads, in seconds.

    Returns:
        The findings with ``time`` (padding included, within the recording) and ``channels``.

    Raises:
        CallUnsafeError: when a finding touches no timed word: it could not be masked.
    """
    count, length = recording.samples.shape
    levels = [_levels(channel, recording.rate) for channel in recording.samples]
    aligned = []
    for number, finding in enumerate(findings):
        touched = list(_touched(transcript.segments, finding))
        if not touched:
            msg = f"finding {number} could not be aligned with any word"
            raise CallUnsafeError(msg)
        channels = _channels(touched, transcript) if count > 1 else (0,)
        words = [word for segment, word in touched if segment.channel in channels or count == 1]
        start = min(word.time.start for word in words)
        end = max(word.time.end for word in words)
        time = _widened(TimeSpan(start, end), levels[channels[0]], policy, length / recording.rate)
        aligned.append(replace(finding, time=time, channels=channels))
    return tuple(aligned)


def _touched(segments: Sequence[Segment], finding: Finding) -> list[tuple[Segment, Word]]:
    chars = finding.entity.chars
    return [
        (segment, word)
        for segment in segments
        if segment.chars.overlaps(chars)
        for word in segment.words
        if word.chars.overlaps(chars)
    ]


def _channels(touched: list[tuple[Segment, Word]], transcript: Transcript) -> tuple[int, ...]:
    """The channels that say more of the entity than a back-channel."""
    said: dict[int, str] = {}
    for segment, word in touched:
        said[segment.channel] = said.get(segment.channel, "") + transcript.text[word.chars.start : word.chars.end]
    speaking = tuple(sorted(c for c, text in said.items() if not _BACKCHANNEL.fullmatch(text)))
    return speaking or tuple(sorted(said))


def _levels(samples: NDArray[np.int16], rate: int) -> NDArray[np.float64]:
    """Loudness of each 10 ms frame in dB below full scale, lightly smoothed."""
    frame = max(1, round(rate * FRAME))
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame).astype(np.float64)
    power = np.square(whole / 32768).mean(axis=1) + 1e-10
    return np.asarray(10 * np.log10(np.convolve(power, np.ones(3) / 3, mode="same")))


def _widened(time: TimeSpan, levels: NDArray[np.float64], policy: MaskPolicy, limit: float) -> TimeSpan:
    """Pad, then go on outward while it stays loud, to the nearest quiet within reach."""
    start = max(0.0, time.start - policy.pad_before)
    end = min(limit, time.end + policy.pad_after)
    inside = levels[int(time.start / FRAME) : max(int(time.end / FRAME), int(time.start / FRAME) + 1)]
    if not inside.size:
        return TimeSpan(start, max(start, end))
    floor = float(np.percentile(inside, 90)) - QUIET_DB
    return TimeSpan(_outward(start, -1, levels, floor), min(limit, max(_outward(end, 1, levels, floor), end)))


def _outward(edge: float, step: int, levels: NDArray[np.float64], floor: float) -> float:
    index = int(edge / FRAME)
    for moved in range(round(REACH / FRAME)):
        position = index + step * moved
        if not 0 <= position < levels.size:
            return edge
        if levels[position] < floor:
            return max(0.0, edge + step * moved * FRAME)
    return edge
