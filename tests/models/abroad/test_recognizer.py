"""Names from abroad: where they are said as names, and wherever they are said again."""

from __future__ import annotations

import pytest

from models.abroad.recognizer import ForeignNameRecognizer
from tests.models.recognizers.calls import shown

NAMED = [
    "cu: 隣の【スミス】さんの荷物です。",
    "cu: 【キム】さんと【パク】さんが来ます。",
    "op: 【ジョン・スミス】様ですね。",
    "cu: 【グエン・ティ・ラン】さんの部屋です。",
    "cu: 【キムミンジュン】さんに渡してください。",
    "cu: 【チェン】という者が伺います。",
    "cu: 担任の【ミシェル】先生に聞きました。",
    "cu: 隣の【マーク】さんが直してくれました。",
    "cu: 店長の【タマン】に代わってください。",
    "cu: 名前は【リー】です。",
    "cu: 【リー】です。お世話になります。",
    "op: ひばり印刷の【シャルマ】でございます。",
    "cu: 宛名は【フェルナンデス】。",
    "cu: 弟の【アリ】です。",
    "cu: 【デイビッド】さんです。【デイビッド】の番号は、あとで。",
    "cu: ええと、【トンプソン】に聞かないと。",
    "cu: 隣の【テレイラ】さんの荷物です。",
    "cu: 【ヘルナンド】様ですね。",
]
NOBODY_NAMED = [
    "cu: テレイラから変わります。",
    "cu: リトルカブさんの修理です。",
    "cu: ランチのコースをリストで送ってください。",
    "cu: マークが点きません。色はホワイトです。",
    "cu: ワンちゃんの薬をください。",
    "cu: アリが出るんです。アリの巣も。",
    "cu: ドライバーさんとオーナーさんに言いました。",
    "cu: ウェイトレスさんを呼んでください。",
    "cu: スミス商店とジョンソン工務店です。",
    "cu: リーが足りないと、端子が言っています。",
    "op: メール様式のケースはビルの三階です。",
    "cu: キムチとパンを買います。",
]


@pytest.mark.parametrize("line", NAMED + NOBODY_NAMED)
def test_what_is_said_as_a_name_is_found(line: str) -> None:
    """With exact edges; a word alone is nobody."""
    assert shown(ForeignNameRecognizer(), (line,)) == (line,)


def test_said_again_without_anything_beside_it() -> None:
    """Once somebody is called so, the same letters are they: of a full name, either half."""
    lines = (
        "cu: 【ジョン・リー】さんのことで。",
        "op: はい、【リー】の件でございますね。",
        "cu: 【ジョン】が言うには。",
    )
    assert shown(ForeignNameRecognizer(), lines) == lines


def test_a_word_is_not_said_again() -> None:
    """The neighbour called マーク does not make a name of every mark."""
    lines = ("cu: 隣の【マーク】さんが。", "cu: マークが赤いんです。")
    assert shown(ForeignNameRecognizer(), lines) == lines


def test_unknown_words_are_names_among_names() -> None:
    """Beside others from abroad, what sounds like a name needs a place where one can stand; a word more."""
    lines = (
        "cu: 【オリベイラ】さんのことで。",
        "op: 【テレイラ】から【シアゴ】に変わりますか。",
        "cu: サイズはエルサイズで、リトルカブはマイクと一緒です。",
    )
    assert shown(ForeignNameRecognizer(), lines) == lines
