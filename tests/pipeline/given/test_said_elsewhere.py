"""Words that stand where something else is said."""

from __future__ import annotations

import pytest

from pipeline.given.said_elsewhere import SaidElsewhere
from pipeline.sound.morae import fold_kana, morae
from pipeline.sound.pairs import TimedMora

ONE, OTHER = "トナリノハセガワサンデスケド", "ニモツガトドイタハズデスヨネ"
GARBLED = "トナイノアセアワタンネスエド"
HERE, THERE = frozenset({0}), frozenset({1})


def said(kana: str, start: float) -> list[TimedMora]:
    """So much, from then on, eight morae a second."""
    return [TimedMora(mora, start + at / 8) for at, mora in enumerate(morae(fold_kana(kana)))]


CALL = (said(ONE, 0.0) + said(OTHER, 5.0), said("ハイソウデスカワカリマシタ", 10.0))


@pytest.mark.parametrize("text", [ONE, OTHER])
def test_words_in_their_place_answer_for_it(text: str):
    """What is said there, whatever is said elsewhere."""
    written = said(text, 0.0 if text == ONE else 5.0)

    assert list(SaidElsewhere(CALL).kept(written, HERE)) == written


@pytest.mark.parametrize(("text", "start"), [(ONE, 5.0), (OTHER, 0.0), (ONE, 2.5), (OTHER, 9.0)])
def test_words_in_anothers_place_answer_for_nothing(text: str, start: float):
    """Swapped, or moved by seconds."""
    assert list(SaidElsewhere(CALL).kept(said(text, start), HERE)) == []


def test_words_of_the_other_channel_answer_for_nothing():
    """At their time, and not where they are said."""
    assert list(SaidElsewhere(CALL).kept(said(ONE, 0.0), THERE)) == []
    assert list(SaidElsewhere(CALL).kept(said(ONE, 0.0), HERE | THERE)) != []


def test_a_moved_end_does_not_take_its_beginning_along():
    """An utterance whose second half is another's words: the first is kept."""
    written = said(ONE, 0.0) + said(OTHER, 2.5)

    assert list(SaidElsewhere(CALL).kept(written, HERE)) == said(ONE, 0.0)


@pytest.mark.parametrize("text", [GARBLED, "ゴシチョーアリガトーゴザイマシタ", "ハイ"])
def test_what_is_heard_nowhere_is_a_recognisers_error(text: str):
    """Whatever it wrote is written nowhere else: it stays with what is heard in its place."""
    written = said(text, 0.0)

    assert list(SaidElsewhere(CALL).kept(written, HERE)) == written


def test_words_said_twice_may_be_heard_badly_once():
    """In place half of the words are heard, elsewhere all: they stand right."""
    call = (said(ONE[:7] + "アオアオエオエ", 0.0) + said(ONE, 5.0),)
    written = said(ONE, 0.0)

    assert list(SaidElsewhere(call).kept(written, HERE)) == written
