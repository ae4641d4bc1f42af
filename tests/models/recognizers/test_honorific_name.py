"""さん, 様 and their like: what stands before them, however garbled."""

from __future__ import annotations

import pytest

from models.recognizers.honorific_name import HonorificNameRecognizer
from tests.models.recognizers.calls import shown

NAMED = [
    "cu: 隣の【佐藤】さんの荷物が届いてるんです。",
    "op: 【鈴木健一】様でいらっしゃいますね。",
    "op: 【森本】様のご名義のお部屋でございますね。",
    "cu: 【小田屋】さんの件で電話しました。",
    "cu: 【ごはやし】さんがいらっしゃって。",
    "cu: 【ハセガマ】さんって人です。",
    "cu: 担当が【佐崎】さんで。",
    "cu: 【ゆうこ】ちゃんと【大輔】くんが一緒で。",
    "cu: 主治医の【岡本】先生に聞いてください。",
    "cu: 【尾崎】部長と【谷口】課長が来ました。",
    "cu: 隣の【佐藤】3の電話です。",
    "cu: 【佐藤】参が持ってきました。",
    "op: 【林】様と【森】様ですね。",
    "cu: 【神宮司】さんと、【内田】さんです。",
    "--: 【セトリオをスケ】、要でいらっしゃいますね",
    "--: 【しもかは】ようですか",
    "--: 【しばやま】さーんですね",
]
NOBODY_NAMED = [
    "cu: お隣さんに預けてください。",
    "op: お客様のお名前をお願いします。",
    "cu: 大家さんと管理人さんがいます。",
    "cu: 運送屋さんと民生委員さんと看護婦さんに聞いたの。",
    "op: お義父様ですね。お子様もご一緒ですか。",
    "op: ご入居者様、ご依頼主様、ご契約者様。",
    "cu: ブリーダーさんとオーナーさんがね。",
    "op: 二名様、三人目様でございますね。",
    "cu: どなたさんですか。皆さんもどうぞ。",
    "op: 何様でしょうか。",
    "cu: 部長が先生と話していました。",
    "cu: 佐藤3号室は空いてます。",
    "cu: 娘さんとお孫さんと奥さん。",
    "op: 同様の仕様でございます。",
    "op: お留守のようですね。お忙しいようですが。",
    "op: 代車はご入り用ですか。法人用でございます。",
]


@pytest.mark.parametrize("line", NAMED + NOBODY_NAMED)
def test_what_stands_before_an_honorific(line: str) -> None:
    """Names are found with their exact edges; roles and bare titles are not."""
    assert shown(HonorificNameRecognizer(), (line,)) == (line,)
