"""Names from abroad: those that are said are there, and no ordinary word is."""

from __future__ import annotations

import itertools
import re

import pytest

from models.language.lexicon.foreign import foreign_name, load_foreign_names

NAMES = "スミス ジョンソン グエン キム リー パク チェン ワン マリア ミシェル ジョン ガルシア ナターシャ"
WORDS = "パン ケース ネット コース リスト ランチ メール カード プラン ギフト アプリ サン ハイ ペン センター"


@pytest.mark.parametrize("name", NAMES.split())
def test_names_that_are_said_are_there(name: str) -> None:
    """Of Europe, America and Asia; borne by somebody."""
    found = foreign_name(name)
    assert found is not None
    assert found.family + found.given > 1


@pytest.mark.parametrize("word", WORDS.split())
def test_ordinary_words_are_not(word: str) -> None:
    """Though somebody in the world is called so."""
    assert foreign_name(word) is None


@pytest.mark.parametrize(
    ("name", "common"), [("マーク", True), ("ホワイト", True), ("アリ", False), ("スミス", False)]
)
def test_a_name_that_is_a_common_word_says_so(name: str, common: bool) -> None:
    """It needs more beside it than others."""
    found = foreign_name(name)
    assert found is not None
    assert found.is_common_word == common


@pytest.mark.parametrize(
    ("one", "other"), [("エヴァンス", "エバンス"), ("シルヴァ", "シルバ"), ("デイヴィス", "デイビス")]
)
def test_v_is_written_either_way(one: str, other: str) -> None:
    """ヴァ and バ are the same to who writes them down."""
    assert foreign_name(one) is not None
    assert (foreign_name(one) is None) == (foreign_name(other) is None)


def test_lines_are_in_order_and_in_katakana() -> None:
    """Commonest first; how many there are is told in the README."""
    names = list(load_foreign_names().values())
    people = [name.family + name.given for name in names]
    assert all(re.fullmatch("[ァ-ヴー]{2,12}", name.text) for name in names)
    assert all(a >= 0.98 * b for a, b in itertools.pairwise(people))
    assert {name.word_band for name in names} == {0, 49, 50}
