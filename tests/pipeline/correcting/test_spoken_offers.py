"""The case's own words are offered where they are heard, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import load_reader
from pipeline.correcting.offers import CaseWord
from pipeline.correcting.spoken_offers import offers_for
from pipeline.sound.morae import morae
from pipeline.types import CharSpan, TimeSpan, Transcript
from tests.posteriorgrams import heard

WORDS = tuple(
    CaseWord(text, morae(kana))
    for text, kana in (("西村隼人", "ニシムラハヤト"), ("西村", "ニシムラ"), ("石井", "イシイ"))
)


def made(call: Transcript, words: tuple[CaseWord, ...] = WORDS) -> list[tuple[str, str]]:
    """What is offered for the call's only line: the words there, and the case's."""
    text, run = call.text, call.segments[0].chars
    found = offers_for(call, run, load_reader().line(text[run.start : run.end]), words)
    return [(text[run.start + one.chars.start : run.start + one.chars.end], one.text) for one in found]


@pytest.mark.parametrize(
    ("said", "written", "found"),
    [
        # Nothing of the reading is like the name; its sound is.
        ("ニシムラ", "理事長へ", [("理事長へ", "西村")]),
        ("ニシムラハヤト", "理事長は夜逃げ", [("理事長は夜逃げ", "西村隼人")]),
        ("ニシムラ", "西村です", []),
        ("ヤマカワ", "理事長へ", []),
        # It reads a little like the name, and somebody else is heard.
        ("キシハラ", "きしむら", []),
    ],
)
def test_a_word_is_offered_where_it_is_heard(said: str, written: str, found: list[tuple[str, str]]):
    """Whatever was written; where it is written already, or not heard, nothing is offered."""
    assert made(heard(said, written)) == found


def test_an_offer_reaches_the_last_mora_though_its_word_is_drawn_out():
    """The pause behind it is the word's, so that its middle lies behind what is heard."""
    call = heard("ニシムラ", "にしうら")
    line = call.segments[0]
    last = line.words[-1]
    drawn = replace(last, time=TimeSpan(last.time.start, last.time.end + 1.5))
    slow = replace(line, words=(*line.words[:-1], drawn))

    assert made(replace(call, segments=(slow,))) == [("にしうら", "西村")]


def test_what_reads_the_same_is_offered_where_the_sound_is_poor():
    """The reading decides alone where it is exactly the name's."""
    assert made(heard("モニョモニョ", "にしむら")) == [("にしむら", "西村")]


def test_without_a_listener_the_reading_offers_what_is_like_the_name():
    """A transcript from a file has no posteriorgrams; what only reads alike is offered."""
    call = heard("キシハラ", "きしむら")
    bare = replace(call, segments=tuple(replace(s, posteriorgrams=()) for s in call.segments))

    assert made(bare) == [("きしむら", "西村")]


def test_only_the_run_is_read():
    """A run that holds half of the name is offered nothing: the other half would be left standing."""
    call = heard("ニシムラ", "理事長へ")
    half = CharSpan(0, 2)

    assert offers_for(call, half, load_reader().line(call.text[:2]), WORDS) == ()
