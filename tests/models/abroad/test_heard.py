"""Words that no dictionary has sound like names from abroad, or like none."""

from __future__ import annotations

import pytest

from models.abroad.heard import heard_names


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("テレイラ", ("ペレイラ",)),
        ("コルフェ", ("ホルヘ",)),
        ("シアゴ", ("チアゴ",)),
        ("ヘルナンド", ("フェルナンド",)),
        ("コセイン", ("ホセイン",)),
        ("リューカスシルバ", ("ルーカス", "シルバ")),
    ],
)
def test_consonants_are_taken_for_each_other(word: str, names: tuple[str, ...]) -> None:
    """Vowels stay; of a full name each half is compared."""
    assert heard_names(word) == names


@pytest.mark.parametrize(
    "word", ["デロンギ", "エオリア", "エルサイズ", "リトルカブ", "ハム", "タラ", "ヌポケラッチョ"]
)
def test_other_words_sound_like_none(word: str) -> None:
    """Products, short words, and a name with other vowels."""
    assert heard_names(word) == ()
