"""A question, and the answer that is the entity."""

from __future__ import annotations

import pytest

from models.recognizers.asked_for import AskedForRecognizer
from tests.models.recognizers.calls import shown

CALLS = {
    "a bare name": ("op: お名前をお願いいたします。", "cu: 【八重樫翔太】です。"),
    "after a lead": ("op: お名前を頂戴できますか。", "cu: はい、えーと、【清水】です。"),
    "garbled kana": ("op: フルネームでお願いします。", "cu: 【わたなべなおみ】と申します。"),
    "hold on first": (
        "op: お名前をお願いします。",
        "cu: はい、少々お待ちください。",
        "op: はい。",
        "cu: 【藤井】です。",
    ),
    "no speaker known": (
        "--: お名前をお願いいたします。",
        "--: 【薬師寺志乃】です。",
        "--: ありがとうございます。",
    ),
    "question and answer in one utterance": ("--: お名前をお願いいたします。【津田】です。",),
    "an address in pieces": (
        "op: ご住所をお願いいたします。",
        "cu: 【岐阜市】の、",
        "op: はい。",
        "cu: 【長良七丁目六番二十二号】です。",
        "op: ありがとうございます。",
    ),
    "a garbled address": ("op: ご住所は。", "cu: 【注意予約三番町】の、", "op: はい。", "cu: 【5の2】です。"),
    "a town alone": ("op: ご住所、町名から。", "cu: 【国見】。"),
    "building and room": ("op: お部屋はどちらでしょうか。", "cu: 【エスポワールの607】。"),
    "a number in groups": (
        "op: お電話番号は。",
        "cu: えっと、【080、】",
        "op: 【はい。】",
        "cu: 【7383、】",
        "op: 【はい。】",
        "cu: 【1983】です。",
    ),
    "groups too few": ("op: お電話番号をお願いします。", "cu: 【052の609】の、えー、老眼で。"),
    "refusal": ("op: お名前を伺ってもよろしいでしょうか。", "cu: 名前は、ちょっと、今は言いたくないです。"),
    "not known": ("op: 下のお名前はわかりますか。", "cu: 聞いてないです。"),
    "no answer but a wait": ("op: お名前をお願いします。", "cu: はい、少々お待ちください。"),
    "a relation is no name": ("op: どなたのお名前でしょうか。", "cu: 父です。"),
    "the caller themself": ("op: ご契約者様のお名前は。", "cu: 本人です。"),
    "a confirmation asks for nothing": ("op: 鈴木様でお間違いないでしょうか。", "cu: はい、大丈夫です。"),
    "another number": ("op: 証券番号はおわかりですか。", "cu: 二〇八八、四一三七です。"),
    "same address": ("op: ご住所はご一緒ですか。", "cu: はい、同じです。"),
    "a house": ("op: 建物のお名前は。", "cu: 戸建てです。"),
    "asked back": ("op: ご住所をお願いします。", "cu: マンション名もいります？"),
    "an agreement": ("op: お名前と一致しますか。", "cu: 一致します。"),
    "thanks": ("op: お名前ありがとうございます。", "cu: いえいえ。"),
}


@pytest.mark.parametrize("lines", CALLS.values(), ids=CALLS)
def test_the_answer_is_the_entity(lines: tuple[str, ...]) -> None:
    """What the other side says to the question is found, over as many turns as it takes, and nothing else."""
    assert shown(AskedForRecognizer(), lines) == lines
