"""What only the second hearing heard goes into the first."""

from __future__ import annotations

from dataclasses import replace

from pipeline.hearing.supplement import supplemented
from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.types import Transcript
from tests.builders import transcript, utterance

FIRST = transcript(utterance("お名前は", 0.0), utterance("ありがとうございます", 4.0))


def texts(call: Transcript) -> list[str]:
    """Its lines."""
    return call.text.split("\n")


def test_what_the_first_did_not_hear_is_added_in_its_place() -> None:
    """A line of its own, in order of time; every word still points at its own text."""
    second = transcript(utterance("お名前は", 0.0), utterance("田中健一です", 2.0))
    both = supplemented(FIRST, second)
    assert texts(both) == ["お名前は", "田中健一です", "ありがとうございます"]
    for segment in both.segments:
        said = "".join(both.text[w.chars.start : w.chars.end] for w in segment.words)
        assert said == both.text[segment.chars.start : segment.chars.end]


def test_what_both_heard_stays_the_firsts() -> None:
    """Another spelling of the same sound adds nothing."""
    second = transcript(utterance("尾名前は", 0.0), utterance("有賀等ございます", 4.1))
    assert supplemented(FIRST, second) == FIRST


def test_an_empty_second_hearing_changes_nothing() -> None:
    """The first is returned as it is."""
    empty = Transcript("c-test", "", (), "ja", "fake", FIRST.audio_sha256)
    assert supplemented(FIRST, empty) is FIRST


def test_a_scrap_is_not_added() -> None:
    """One character, or a breath's length, is no word that was missed."""
    second = transcript(utterance("あ", 2.0))
    assert supplemented(FIRST, second) == FIRST


def test_a_word_that_lasts_through_a_pause_hides_nothing() -> None:
    """A recogniser times a word from the end of the one before: the pause in it is no word."""
    slow = HeardSegment((HeardWord("は", 0.0, 0.2, 0.9), HeardWord("い", 0.2, 4.0, 0.9)))
    second = transcript(utterance("田中健一です", 1.5))
    assert "田中健一です" in texts(supplemented(transcript(slow), second))


def test_the_other_channel_is_another_voice() -> None:
    """Words of one channel do not stand for those of the other."""
    first = transcript(utterance("お名前は", 0.0, 0, "op"))
    second = transcript(utterance("田中です", 0.0, 1, "cu"))
    both = supplemented(first, second)
    assert [(s.channel, s.speaker) for s in both.segments] == [(0, "op"), (1, "cu")]
    assert replace(both, text="", segments=()) == replace(first, text="", segments=())
