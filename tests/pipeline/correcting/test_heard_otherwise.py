"""What the listener heard is told where it is not what was written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import load_reader
from pipeline.correcting.heard_otherwise import heard_otherwise, written_otherwise
from pipeline.types import CharSpan
from tests.posteriorgrams import heard


@pytest.mark.parametrize(
    ("said", "written", "told"),
    [
        ("トナリノハセガワデス", "隣の浜木です", "トナリノハセガワデス"),
        ("トナリノハセガワデス", "隣の長谷川です", ""),
        # Too little to tell.
        ("ハイ", "ええ", ""),
        ("       ", "隣の浜木です", ""),
    ],
)
def test_it_is_told_only_where_both_disagree(said: str, written: str, told: str):
    """In katakana, as it was heard; nothing of silence, nothing of a short word."""
    call = heard(said, written)
    line = call.segments[0]

    assert heard_otherwise(line, line.chars, load_reader().line(written).morae) == told


def test_of_a_run_only_its_own_time_is_told():
    """The line's other words are not in the field."""
    call = heard("トナリノハセガワ", "となりのはまきくも")
    line = call.segments[0]
    told = heard_otherwise(line, CharSpan(4, 9), load_reader().line("はまきくも").morae)

    assert told in {"ハセガワ", "ノハセガワ"}


def test_without_a_listener_nothing_is_told():
    """A transcript from a file was heard by nobody."""
    line = heard("トナリノハセガワデス", "隣の浜木です").segments[0]
    deaf = replace(line, posteriorgrams=())

    assert heard_otherwise(deaf, deaf.chars, load_reader().line("隣の浜木です").morae) == ""


@pytest.mark.parametrize(
    ("said", "written", "again", "told"),
    [
        ("トナリノハセガワデス", "隣の浜木です", "隣の長谷川です", "隣の長谷川です"),
        # Another spelling is nothing to correct, and what nobody heard is no suggestion.
        ("トナリノハセガワデス", "隣の長谷川です", "となりの長谷川です", ""),
        ("トナリノハマキデス", "隣の浜木です", "隣の長谷川です", ""),
        ("トナリノハセガワデス", "隣の浜木です", "", ""),
        ("ハイ", "ええ", "はい", ""),
    ],
)
def test_a_second_hearing_is_offered_where_the_listener_agrees_with_it(
    said: str, written: str, again: str, told: str
):
    """As that hearing wrote it."""
    line = replace(heard(said, written).segments[0], again=again)
    reader = load_reader()
    assert written_otherwise(line, reader.line(again).morae, reader.line(written).morae) == told


def test_without_a_listener_a_second_hearing_is_not_offered():
    """It is wrong more often than the first."""
    line = replace(
        heard("トナリノハセガワデス", "隣の浜木です").segments[0], posteriorgrams=(), again="隣の長谷川です"
    )
    reader = load_reader()
    read = reader.line("隣の長谷川です").morae, reader.line("隣の浜木です").morae
    assert written_otherwise(line, *read) == ""
