"""Tests of models.language.aloud: a text as a voice says it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.language.aloud import read_aloud
from models.language.readings import load_reader

READER = load_reader()


def aloud(text: str) -> str:
    """The katakana of all words."""
    return "".join(kana for _, kana in read_aloud(READER, text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("母は、そちらへ。", "ハハワソチラエ"),
        ("はい、こんにちは。", "ハイコンニチワ"),
        ("あるいは、そういうことでは", "アルイワソウユウコトデワ"),
        ("隣の西川様の荷物を", "トナリノニシカワサマノニモツオ"),
    ],
)
def test_words_are_read_as_they_sound(text: str, said: str) -> None:
    """Particles and いう are spelled otherwise than they are said."""
    assert aloud(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10時半に", "ジュウジハンニ"),
        ("880円", "ハッピャクハチジュウエン"),
        ("12,800円", "イチマンニセンハッピャクエン"),
        ("３万5000円の", "サンマンゴセンエンノ"),
        ("10,000円", "イチマンエン"),
        ("85点", "ハチジュウゴテン"),
        ("1人で", "ヒトリデ"),
        ("5の30の6", "ゴノサンジュウノロク"),
        ("下四桁が3306です", "シタヨンケタガサンサンゼロロクデス"),
        ("090の1234", "ゼロキュウゼロノイチニサンヨン"),
        ("1.5倍", "イチゴバイ"),
    ],
)
def test_numbers_are_counted_or_said_digit_by_digit(text: str, said: str) -> None:
    """Before a counter and where they are short they are counts."""
    assert aloud(text) == said


@settings(max_examples=80, deadline=None)
@given(st.text(st.sampled_from("長谷川はへいう090１２３,.万円人時-A。 \n"), max_size=20))
def test_the_words_are_the_whole_text_and_their_kana_katakana(text: str) -> None:
    """No character is lost, whatever the number looks like."""
    words = read_aloud(READER, text)
    assert "".join(text[chars.start : chars.end] for chars, _ in words) == text
    assert all("ァ" <= c <= "ヴ" or c == "ー" for _, kana in words for c in kana)
