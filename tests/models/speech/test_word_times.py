"""Words get the times at which they are heard."""

from __future__ import annotations

import itertools

import pytest

from models.speech.word_times import MAX_MORA_SECONDS, WordTimes
from pipeline.hearing.transcribe import HeardWord
from tests.posteriorgrams import A_MORA, STEP, gram_of

SECONDS = A_MORA * STEP


def timed(said: str, *written: str, late: float = 0.0) -> tuple[HeardWord, ...]:
    """Words that a recogniser timed one after another, ``SECONDS`` each, by what is said."""
    words = [HeardWord(t, late + n * SECONDS, late + (n + 1) * SECONDS, 0.5) for n, t in enumerate(written)]
    return WordTimes().timed(words, [gram_of(said)])


def test_words_begin_where_they_are_heard() -> None:
    """Whatever the recogniser had; and one ends where the next begins."""
    first, second = timed("ワタナベサンガ", "渡辺", "さんが", late=0.4)
    assert first.start == pytest.approx(STEP / 2)
    assert first.end == second.start == pytest.approx(4 * SECONDS + STEP / 2)
    assert max(*first.spread, *second.spread) <= STEP


def test_a_word_does_not_last_through_a_pause() -> None:
    """Its last mora lasts as long as a mora does."""
    first, second = timed("ワタナベ     サンガ", "渡辺", "さんが")
    assert first.end == pytest.approx(3 * SECONDS + STEP / 2 + MAX_MORA_SECONDS)
    assert second.start == pytest.approx(9 * SECONDS + STEP / 2)


def test_marks_are_nowhere_said() -> None:
    """They last no time, and the words stay in order, each with its own text."""
    words = timed("ハイワタナベ", "はい", "、", "渡辺", "。")
    assert [word.text for word in words] == ["はい", "、", "渡辺", "。"]
    assert all(a.end <= b.start for a, b in itertools.pairwise(words))
    assert words[1].start == words[1].end == words[0].end


def test_without_a_posteriorgram_they_are_as_they_were() -> None:
    """Another model's."""
    words = (HeardWord("渡辺", 1.0, 2.0, 0.5),)
    assert WordTimes().timed(words, []) == words
    assert WordTimes().timed((), [gram_of("ハイ")]) == ()
