"""Tests of pipeline.measuring.speakers, on a call of a few known frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.measuring.figures import Share
from pipeline.measuring.frames import AudioPair
from pipeline.measuring.speakers import third_claimed, third_found, wrong_speaker
from pipeline.measuring.truth import CallTruth, TruthTurn
from pipeline.types import TimeSpan, Transcript
from tests.builders import transcript

RATE = 8000
LOUD = np.full((1, RATE), 3000, dtype=np.int16)
AUDIO = AudioPair(LOUD, LOUD, RATE)
TRUTH = CallTruth(
    "c",
    "mono",
    1.0,
    (),
    (TruthTurn(TimeSpan(0.0, 0.5), "op", "いろは"), TruthTurn(TimeSpan(0.4, 1.0), "cu", "です")),
)


def said(*lines: tuple[float, float, str]) -> Transcript:
    """Lines, each from when to when and by whom."""
    heard = [HeardSegment((HeardWord("あ", start, end, 0.9),), speaker=who) for start, end, who in lines]
    return replace(transcript(*heard), speakers_by_ear=True)


def test_only_what_one_side_says_counts() -> None:
    """From 0.4 to 0.5 s both talk."""
    assert wrong_speaker(AUDIO, TRUTH, said((0.0, 0.5, "op"), (0.5, 1.0, "cu"))) == Share(0, 90)
    assert wrong_speaker(AUDIO, TRUTH, said((0.0, 0.7, "op"), (0.7, 1.0, "cu"))) == Share(20, 90)


def test_a_third_person_who_is_none_is_wrong() -> None:
    """And what no line holds is not counted."""
    assert wrong_speaker(AUDIO, TRUTH, said((0.0, 0.2, "third"))) == Share(20, 20)


def test_where_nobody_told_there_is_nothing_to_count() -> None:
    """Channels, a file, or no words at all."""
    known = replace(said((0.0, 1.0, "op")), speakers_by_ear=False)
    assert wrong_speaker(AUDIO, TRUTH, known) == wrong_speaker(AUDIO, TRUTH, None) == Share(0, 0)


THREE = replace(TRUTH, script=(*TRUTH.script[:1], TruthTurn(TimeSpan(0.5, 1.0), "third", "代わりました")))


def test_a_third_person_is_found_where_most_of_what_they_are_given_is_theirs() -> None:
    """The same lines are a claim where nobody takes the telephone; who is missed is no claim."""
    right, wrong, two = said((0.4, 1.0, "third")), said((0.0, 0.6, "third")), said((0.4, 1.0, "cu"))
    assert [third_found(THREE, lines) for lines in (right, wrong, two)] == [
        Share(1, 1),
        Share(0, 1),
        Share(0, 1),
    ]
    assert [third_claimed(TRUTH, lines) for lines in (right, two)] == [Share(1, 1), Share(0, 1)]
    assert third_claimed(THREE, right) == third_found(TRUTH, right) == Share(0, 0)
    assert wrong_speaker(AUDIO, THREE, right) == Share(10, 60)


def test_third_persons_are_counted_only_where_somebody_told() -> None:
    """Two channels, or no words."""
    for lines in (None, replace(said((0.4, 1.0, "third")), speakers_by_ear=False)):
        assert third_found(THREE, lines) == third_claimed(TRUTH, lines) == Share(0, 0)
