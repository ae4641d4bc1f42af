"""What the second hearing found stands on the characters of the first."""

from __future__ import annotations

import numpy as np
import pytest

from models.calls.artifacts import Call
from models.calls.hearings import (
    NOWHERE,
    Pairing,
    carry_over,
    char_times,
    joined,
    line_numbers,
    pair_hearings,
)
from models.language.readings import Reader, load_reader
from pipeline.types import CallCase, CharSpan, EntitySpan, Transcript
from tests.builders import transcript, utterance

CASE = CallCase("R-0")


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def carried(first: Transcript, second: Transcript, words: str, reader: Reader) -> list[str]:
    """Where in the first hearing words of the second stand."""
    here, there = Call(first, CASE, reader), Call(second, CASE, reader)
    at = second.text.index(words)
    span = EntitySpan("PERSON", CharSpan(at, at + len(words)), 0.9, "Test")
    found = carry_over((span,), pair_hearings(here, there), here)
    return [first.text[each.chars.start : each.chars.end] for each in found]


@pytest.mark.parametrize(
    ("first", "second", "words", "there"),
    [
        ("隣の谷辺さんの荷物", "となりの田中さんの荷物", "田中", ["谷辺"]),
        ("制作のまつだです", "政策の松田です", "松田", ["まつだ"]),
        ("荷物が届きました", "荷物が届きました", "荷物", ["荷物"]),
    ],
)
def test_a_finding_is_carried_over_by_sound(
    first: str, second: str, words: str, there: list[str], reader: Reader
) -> None:
    """Whatever it is written as in the first."""
    heard = transcript(utterance(first, 1.0)), transcript(utterance(second, 1.1))
    assert carried(*heard, words, reader) == there


def test_a_finding_over_two_lines_is_two(reader: Reader) -> None:
    """The first hearing may have cut a name in two utterances."""
    first = transcript(utterance("相手は服部", 1.0), utterance("かな子です", 2.0))
    second = transcript(utterance("相手は服部加奈子です", 1.0))
    assert carried(first, second, "服部加奈子", reader) == ["服部", "かな子"]


def test_what_the_other_side_says_between_two_lines_is_no_part_of_it(reader: Reader) -> None:
    """The lines of a call stand in order of time, and the other side talks in between."""
    first = transcript(
        utterance("相手は服部", 1.0, 1, "cu"),
        utterance("少々お待ちくださいね", 1.5, 0, "op"),
        utterance("かな子です", 2.0, 1, "cu"),
    )
    second = transcript(utterance("相手は服部加奈子です", 1.0, 1, "cu"))
    assert carried(first, second, "服部加奈子", reader) == ["服部", "かな子"]


def test_a_stray_sound_is_no_part_of_it() -> None:
    """A digit too many is paired with whatever comes next, and 「はい」 is no telephone number."""
    first = "八六七二五\nはい"
    here = [(at, at + 1) for at in range(5)] + [(6, 8)]
    pairing = Pairing(np.full((len(first), 2), NOWHERE), np.array(here))
    found = pairing.on_first(CharSpan(0, 6), line_numbers(first))
    assert [first[each.start : each.end] for each in found] == ["八六七二五"]


def test_the_other_channel_hears_nothing_of_it(reader: Reader) -> None:
    """Only what sounds on the same channel is the same."""
    first = transcript(utterance("田中さん", 1.0, 0, "op"))
    second = transcript(utterance("田中さん", 1.0, 1, "cu"))
    assert carried(first, second, "田中", reader) == []


def test_values_are_carried_over_and_joined(reader: Reader) -> None:
    """Where the second hearing has nothing, the first's opinion stands; else both count alike."""
    first = Call(transcript(utterance("隣の谷辺です", 1.0)), CASE, reader)
    second = Call(transcript(utterance("谷辺です", 1.4)), CASE, reader)
    again = np.tile(np.array([[0.1, 0.9]], dtype=np.float32), (len(second.text), 1))
    there = pair_hearings(first, second).carried(again)
    assert np.isnan(there[0]).all()
    assert there[2].tolist() == pytest.approx([0.1, 0.9])
    own = np.tile(np.array([[0.9, 0.1]], dtype=np.float32), (len(first.text), 1))
    both = joined(own, there)
    assert both[0].tolist() == pytest.approx([0.9, 0.1])
    assert both[2].tolist() == pytest.approx([0.5, 0.5])
    assert np.allclose(both.sum(axis=1), 1.0)


def test_characters_share_their_words_time() -> None:
    """Between two lines there is none."""
    starts, ends = char_times(transcript(utterance("はい", 1.0), utterance("ええ", 3.0)))
    assert np.isnan(starts[2])
    assert starts[0] == 1.0
    assert ends[0] <= starts[1] + 1e-9
