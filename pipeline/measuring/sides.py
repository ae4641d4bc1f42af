"""Measure each side of a call with a voice named in the truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.measuring.figures import Share, SideFigures, total
from pipeline.measuring.frames import Frames, Marked
from pipeline.measuring.letters import edits_by_part, letters
from pipeline.measuring.truth import CallTruth, TruthTurn


def measure_sides(
    frames: Frames,
    truth: CallTruth,
    outside: Marked,
    recognised: str | None,
    mora_errors: Sequence[Share] = (),
) -> tuple[SideFigures, ...]:
    """Count the speech of each side with a voice named in the truth.

    A side's speech lies in its turns of the script.  A frame of one channel in which both sides talk counts
    for neither.

        op turns   |―――――――――|      |――――|
        cu turns           |――――――――――|
        op's       |=======|        ..|==|      mono: the overlap is left out

    Args:
        frames: Frames of the call.
        truth: The truth of the call.
        outside: Frames of speech outside every span.
        recognised: The recognised text, in order of time; ``None`` when unknown.
        mora_errors: Mora errors of each turn of the script; empty when unknown.

    Returns:
        One entry for each side with a named voice, in the order of the truth.
    """
    if not truth.voices:
        return ()
    errors = _errors_by_turn(truth, recognised)
    found = []
    for speaker, voice in truth.voices:
        own, others = _parted(truth.script, speaker)
        mine = _said_in(own, frames) & ~_said_in(others, frames)
        theirs = outside & mine
        found.append(
            SideFigures(
                speaker=speaker,
                voice=voice,
                speech=int(np.count_nonzero(frames.speech & mine)),
                over_mask=Share(
                    int(np.count_nonzero(theirs & frames.changed)), int(np.count_nonzero(theirs))
                ),
                character_errors=_of_side(speaker, truth.script, errors),
                mora_errors=_of_side(speaker, truth.script, mora_errors),
            )
        )
    return tuple(found)


def _parted(script: Sequence[TruthTurn], speaker: str) -> tuple[list[TruthTurn], list[TruthTurn]]:
    """Split the script into the turns of a side and the turns of the other."""
    own = [turn for turn in script if turn.speaker == speaker]
    return own, [turn for turn in script if turn.speaker != speaker]


def _of_side(speaker: str, script: Sequence[TruthTurn], errors: Sequence[Share]) -> Share:
    """Add up the errors of a side's turns; ``Share(0, 0)`` where the errors are unknown."""
    return total(share for turn, share in zip(script, errors, strict=bool(errors)) if turn.speaker == speaker)


def _said_in(turns: Sequence[TruthTurn], frames: Frames) -> Marked:
    channels = len(frames.speech)
    return frames.mark([(turn.time, (turn.channel(channels),)) for turn in turns])


def _errors_by_turn(truth: CallTruth, recognised: str | None) -> list[Share]:
    """Return the character errors of each turn; they add up to those of the call."""
    if recognised is None:
        return [Share(0, 0)] * len(truth.script)
    said = [letters(turn.text) for turn in truth.script]
    counts = edits_by_part(said, letters(recognised))
    return [Share(count, len(text)) for count, text in zip(counts, said, strict=True)]
