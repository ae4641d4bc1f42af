"""Addresses from prefecture to room, with parts missing or garbled."""

from __future__ import annotations

import pytest

from models.recognizers.address import AddressRecognizer
from tests.models.recognizers.calls import shown

CALLS = [
    ("cu: 【東京都世田谷区桜丘三丁目五番十二号】です。",),
    ("cu: 【北九州市小倉南区徳力】って書いてあって。",),
    ("cu: 【神奈川県川崎市中原区小杉町一丁目二の三、サンハイツ二〇三号室】です。",),
    ("cu: 【岐阜市の、】", "op: 【はい。】", "cu: 【長良7丁目6番22号】です。"),
    ("cu: 【千三百七十七番地】です。",),
    ("cu: 【つばめマンションの806】です。",),
    ("op: 【フローラ中央605号】でございますね。",),
    ("cu: 郵便番号は【216-0041】です。",),
    ("cu: 【3丁目5の12】です。",),
    ("cu: ご住所は【6-38-6】です。",),
    ("cu: 母は【横浜市港北区】に住んでいます。",),
    ("cu: 【覚王山通の、1丁目7番28号】です。",),
    ("cu: 出張で福岡に行きました。",),
    ("cu: 北海道の温泉に行って、京都のお店で買いました。",),
    ("cu: 市役所と区役所に行きました。",),
    ("cu: 一階の二番目の部屋です。",),
    ("op: 305号室の鍵でございます。",),
    ("cu: 三の二で勝ちました。",),
    ("cu: 町内会の市民祭りです。",),
    ("cu: 070-9103-6179、吉岡です。",),
    ("op: ナンバーが、八七の一〇です。",),
]


@pytest.mark.parametrize("lines", CALLS)
def test_addresses_and_what_only_looks_like_one(lines: tuple[str, ...]) -> None:
    """Addresses are found from their first part to their last; places that are no address are not."""
    assert shown(AddressRecognizer(), lines) == lines
