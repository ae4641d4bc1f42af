"""Explanations of kanji, and names spelled kana by kana."""

from __future__ import annotations

import pytest

from models.recognizers.kanji_description import KanjiDescriptionRecognizer
from tests.models.recognizers.calls import shown

CALLS = [
    ("cu: 漢字は【山川の山】です。",),
    ("op: どういう字でしょうか。", "cu: 【にんべんに左の佐、藤の花の藤】です。"),
    ("cu: 名字が【原っぱの原】です。",),
    ("op: 漢字はどのように書かれますか。", "cu: 【木が二つの林】です、看板に出てるので。"),
    ("cu: 字が難しくて、【海の波、多い少ないの多、野原の野】。",),
    ("cu: 【楽器の琴に、音楽の音】って書くのよ。",),
    ("op: 漢字は。", "cu: 【綾織りの綾にお線香の香】です。"),
    ("cu: お名前は【カタカナでアキラ】です。",),
    ("cu: 名前は【雨宮と書いてアメミヤ】です。",),
    ("cu: 読みは【ヤ・エ・ガ・シ】です。",),
    ("op: 【コ、ン、ド、ウ】様でございますね。",),
    ("op: もう一度ゆっくりと。", "cu: 【マ、イ】。"),
    ("cu: 名前の字は【車辺のすけ】なんだそうで。",),
    ("cu: 名字はごん、【ごん辺に寺の詩】です。",),
    ("cu: お名前は出口辺りの、この辺の店で聞いて。",),
    ("cu: カタカナでいいです。",),
    ("cu: 赤い水が出るんです。",),
    ("cu: 新しい家に送ってください。",),
    ("cu: 隣の部屋の人の車です。",),
    ("cu: 光製薬って書いてあります。",),
    ("cu: ビーチの近くの店、駅の前の店。",),
    ("cu: あ、え、ま、いいです。",),
]


@pytest.mark.parametrize("lines", CALLS)
def test_explanations_and_spellings(lines: tuple[str, ...]) -> None:
    """An explanation is found as a whole; pictures of other things are left alone."""
    assert shown(KanjiDescriptionRecognizer(), lines) == lines
