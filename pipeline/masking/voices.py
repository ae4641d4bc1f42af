"""Find the stretches in which a third person speaks: one finding for each run of that person's turns.

    op      |--------|                        |-----|
    third              |-----|  |----------|          turns of one run: nobody else speaks between them
    finding          |~~~~~~~~~~~~~~~~~~~~~~~|        up to the neighbours' words, and a little into them

The voice itself is masked, so its edges need no words: sound beside a turn that belongs to no word counts as
the same voice.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.audio.recording import Recording
from pipeline.masking.crosstalk import channels_and_echo
from pipeline.reasons import Reason
from pipeline.third_voice import THIRD, THIRD_VOICE
from pipeline.types import CharSpan, EntitySpan, Finding, Party, Segment, TimeSpan, Transcript

SOURCE: Final = "speaker"
"""``EntitySpan.recognizer`` of these findings, which the speaker of a line makes."""

MARGIN_SECONDS: Final = 0.25
"""Time masked before a turn's first word and after its last, also over a neighbour's words: less left audible
fragments where recognisers timed the words."""

REACH_SECONDS: Final = 1.0
"""Greatest time masked beside a turn where no word is: breath, and unrecognised words."""


def third_voices(transcript: Transcript, recording: Recording) -> tuple[Finding, ...]:
    """Make a finding of every run of lines that a third person says.

    Args:
        transcript: Lines with their speakers.
        recording: The call.

    Returns:
        Aligned findings of a third party, flagged for review, in order of channel and time; their characters
        are those of the lines.
    """
    findings: list[Finding] = []
    for channel in sorted({segment.channel for segment in transcript.segments}):
        own = [(at, line) for at, line in enumerate(transcript.segments) if line.channel == channel]
        for run in _runs(own):
            findings += _findings(run, own, recording)
    return tuple(findings)


Line = tuple[int, Segment]
"""Index and segment of a line."""


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the runs of a channel's third-person lines between which nobody else speaks there."""
    run: list[Line] = []
    for line in sorted(lines, key=lambda each: (each[1].time, each[0])):
        if line[1].speaker == THIRD:
            run.append(line)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _findings(run: Sequence[Line], lines: Sequence[Line], recording: Recording) -> Iterator[Finding]:
    """Yield a run as one finding, or as several adjacent ones where another channel's lines stand between."""
    channel, whole = run[0][1].channel, _reach(run, lines, recording)
    parts = list(_together(run))
    starts = [whole.start, *(min(_starts(part)) for part in parts[1:]), whole.end]
    for part, (start, end) in zip(parts, itertools.pairwise(starts), strict=True):
        time = TimeSpan(start, max(start + MARGIN_SECONDS, end))
        heard, echo = channels_and_echo(recording, time, (channel,)) if recording.channels > 1 else ((0,), ())
        lies = CharSpan(min(line.chars.start for _, line in part), max(line.chars.end for _, line in part))
        yield Finding(
            EntitySpan(THIRD_VOICE, lies, 1.0, SOURCE, needs_review=True, hint=Party.THIRD_PARTY),
            Party.THIRD_PARTY,
            Reason.THIRD_SPEAKS,
            needs_review=True,
            time=time,
            channels=heard,
            echo=echo,
        )


def _together(run: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the parts of a run that stand together in the text."""
    part: list[Line] = []
    for line in sorted(run, key=lambda each: each[0]):
        if part and line[0] != part[-1][0] + 1:
            yield part
            part = []
        part.append(line)
    yield part


def _starts(part: Sequence[Line]) -> list[float]:
    return [time.start for _, line in part for time in _word_times(line)]


def _reach(run: Sequence[Line], lines: Sequence[Line], recording: Recording) -> TimeSpan:
    """Return the time of a run, up to other people's words around it on its channel."""
    said = [time for _, line in run for time in _word_times(line)]
    first, last = min(time.start for time in said), max(time.end for time in said)
    places = {at for at, _ in run}
    others = [time for at, line in lines if at not in places for time in _word_times(line)]
    before = max((time.end for time in others if time.start < first), default=0.0)
    after = min((time.start for time in others if time.end > last), default=recording.duration)
    start = max(0.0, min(first - MARGIN_SECONDS, max(before, first - REACH_SECONDS)))
    end = max(last + MARGIN_SECONDS, min(after, last + REACH_SECONDS))
    return TimeSpan(start, max(start, min(recording.duration, end)))


def _word_times(line: Segment) -> list[TimeSpan]:
    return [word.time for word in line.words] or [line.time]
