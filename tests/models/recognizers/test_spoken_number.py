"""Telephone numbers as spoken and as misheard."""

from __future__ import annotations

import pytest

from models.recognizers.spoken_number import SpokenNumberRecognizer
from tests.models.recognizers.calls import shown

CALLS = [
    ("cu: 【090-1234-5678】です。",),
    ("cu: 【０９０１２３４５６７８】です。",),
    ("cu: 【〇九〇の一二三四の五六七八】です。",),
    ("cu: 【ゼロキュウゼロ、イチニーサンヨン、ゴーロクナナハチ】です。",),
    ("cu: 電話が【090、】", "op: 【はい。】", "cu: 【1234、】", "op: 【はい。】", "cu: 【5678】です。"),
    ("cu: 【0901234 報力78】です。",),
    ("cu: 【03-1234-5678】、", "op: 【03の1234の5678】ですね。"),
    ("cu: 電話番号は【078の389】の、最後がかすれとるけど、【7278】やろうね。",),
    ("op: 携帯の末尾は【6808】でお間違いございませんか。",),
    ("op: 下の番号が、【0211】ではないですか。", "cu: 【0211】。ほんまや。"),
    ("cu: 橋の先の町、3413の三階です。",),
    ("cu: はい、1900円ですよね。", "op: 1878番地でございます。"),
    ("cu: 電話番号は【090-1234-5678】、あ、違います、【5679】です。",),
    ("cu: 三万八千円です。",),
    ("cu: 令和六年十二月三日の九時半です。",),
    ("op: お客様番号は二二八七一四九です。",),
    ("op: 受理番号は一二〇八の三一です。",),
    ("cu: 製造番号、一〇五の二〇一七です。",),
    ("op: 一致いたしました。",),
    ("cu: 住所は三丁目五番十二号です。",),
    ("cu: 二トン車を三台お願いします。",),
    ("cu: 内線は【三一〇七】です。",),
]


@pytest.mark.parametrize("lines", CALLS)
def test_numbers_in_every_form(lines: tuple[str, ...]) -> None:
    """Telephone numbers are found whole; other numbers, prices and dates are not."""
    assert shown(SpokenNumberRecognizer(), lines) == lines
