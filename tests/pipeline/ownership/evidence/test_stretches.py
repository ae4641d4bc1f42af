"""What is heard of a finding, and a little around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.ownership.evidence.stretches import Channels, Stretch
from pipeline.reasons import Reason
from pipeline.sound.spotting import Hit
from pipeline.types import CharSpan, EntitySpan, Finding, Party, Posteriorgram, Transcript
from tests.builders import transcript, utterance
from tests.posteriorgrams import A_MORA, STEP, gram_of, heard, logs_of, spread

MORA = A_MORA * STEP
"""Seconds of a mora, and of a character."""


def found(start: int, end: int) -> Finding:
    """A finding of some characters."""
    entity = EntitySpan("PERSON", CharSpan(start, end), 0.9, "T")
    return Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, needs_review=False)


def call(later: float = 0.0) -> Transcript:
    """A call of 19 seconds, a mora and a character in .16 s; its words a little later than its sound."""
    said = heard("アカサタナハマヤラワ" * 12, "ら" * 120)
    return replace(said, segments=(spread(said.segments[0], later, 120 * MORA),))


def test_a_second_around_a_finding_is_heard_too() -> None:
    """Two characters at 9.6 s: 25 steps before them and behind."""
    (stretch,) = Channels(call()).stretches(found(60, 62))
    assert stretch.first == pytest.approx(25, abs=1)
    assert stretch.last - stretch.first == pytest.approx(2 * A_MORA, abs=1)
    assert len(stretch.logs) - stretch.last == pytest.approx(25, abs=1)


@pytest.mark.parametrize(("later", "kana"), [(0.065, "カサ"), (0.095, "サタ")])
def test_a_finding_is_heard_a_tenth_of_a_second_later(later: float, kana: str) -> None:
    """A mora at 9.78 s is of the words from 9.67 s on, and not of those from 9.69 s on."""
    (stretch,) = Channels(call(later)).stretches(found(60, 62))
    assert stretch.kana() == kana


def test_a_call_may_begin_with_a_finding() -> None:
    """Nothing is before it."""
    (stretch,) = Channels(call()).stretches(found(0, 3))
    assert stretch.first <= 3
    assert stretch.kana() == "カサタ"[: len(stretch.kana())]


def test_a_finding_in_two_utterances_is_heard_in_both() -> None:
    """On its own channel each: what the other side says at that time is not in it."""
    both = transcript(utterance("あかさた", 0.0), utterance("なはまや", 10.0, channel=1))
    first, second = both.segments
    both = replace(
        both,
        segments=(
            replace(spread(first, 0.0, 4 * MORA), posteriorgrams=(gram_of("アカサタ" * 20),)),
            replace(spread(second, 10.0, 4 * MORA), posteriorgrams=(gram_of("ナハマヤ" * 20, 4.0),)),
        ),
    )
    one, other = Channels(both).stretches(found(2, 7))
    assert set(one.kana()) <= set("アカサタ")
    assert set(other.kana()) <= set("ナハマヤ")
    assert one.kana()
    assert other.kana()
    assert len(Channels(both).stretches(found(0, 4))) == 1
    assert len(Channels(both).stretches(found(5, 9))) == 1


def test_without_posteriorgrams_nothing_is_heard() -> None:
    """Words of another model, or from a file; or a posteriorgram of another time."""
    words = transcript(utterance("にしむら", 0.0))
    assert Channels(words).stretches(found(0, 4)) == ()
    (segment,) = words.segments
    empty = replace(segment, posteriorgrams=(Posteriorgram(90.0, STEP, ()),))
    assert Channels(replace(words, segments=(empty,))).stretches(found(0, 4)) == ()
    elsewhere = replace(segment, posteriorgrams=(gram_of("ニシムラ", 90.0),))
    assert Channels(replace(words, segments=(elsewhere,))).stretches(found(0, 4)) == ()


def whole(kana: str, first: int = 0, last: int | None = None) -> Stretch:
    """All that is heard; the steps ``[first, last)`` are the finding's."""
    logs = logs_of(kana)
    return Stretch(logs, first, len(logs) if last is None else last)


def test_kana_are_those_that_begin_in_the_finding() -> None:
    """A mora that begins before it is not its own."""
    assert whole("アカサタ").kana() == "アカサタ"
    assert whole("アカサタ", A_MORA, 3 * A_MORA).kana() == "カサ"
    assert whole("アカサタ", A_MORA + 1, 3 * A_MORA + 1).kana() == "サタ"


@pytest.mark.parametrize(
    ("start", "end", "there"), [(0, 4, False), (0, 5, True), (7, 9, True), (8, 9, False), (0, 20, True)]
)
def test_a_hit_lies_in_a_finding_or_partly(start: int, end: int, there: bool) -> None:
    """One step of it is enough."""
    assert whole("アカサタ", 4, 8).holds(Hit(0, start, end, -0.1)) is there


@pytest.mark.parametrize(("hit", "left"), [(2, []), (3, [(0, "サ")])])
def test_a_mora_that_begins_less_than_three_steps_before_a_hit_is_of_it(
    hit: int, left: list[tuple[int, str]]
) -> None:
    """Of サ, which lasts some steps, the hit of サンチョウメ has the last; three steps are another mora."""
    stretch = whole("サ")
    assert list(stretch.left(np.arange(len(stretch.logs)) >= hit)) == left


def test_each_run_that_is_left_has_its_first_step() -> None:
    """What is marked parts two runs, and only the finding's own morae are in them."""
    stretch = whole("アカサタナハ", A_MORA)
    there = np.zeros(len(stretch.logs), np.bool_)
    assert list(stretch.left(there)) == [(A_MORA, "カサタナハ")]
    there[3 * A_MORA : 4 * A_MORA] = True
    assert list(stretch.left(there)) == [(A_MORA, "カサ"), (4 * A_MORA, "ナハ")]
    there[:] = True
    assert list(stretch.left(there)) == []
