"""Frames that introduce a name."""

from __future__ import annotations

import pytest

from models.recognizers.introduced_name import IntroducedNameRecognizer
from tests.models.recognizers.calls import artifacts_of, call_of, shown

NAMED = [
    "cu: 【田口】と申します。",
    "cu: 【吉田】という者ですって。",
    "cu: 【長谷川】っていう人が来て。",
    "cu: 【移動したちこと】と申します。",
    "cu: 名前は【中村】です。",
    "cu: 名義は【西村俊介】になってると思います。",
    "cu: 息子の【健太】が行きます。",
    "cu: 妻の【美咲】に聞いてください。",
    "cu: 兄の子は、【玲子】といいます。",
    "cu: 上が【直樹】、下が【沙織】。",
    "cu: 弁護士の【尾崎】に相談しました。",
    "cu: 大家の【中野】さんなら書いてくれます。",
    "cu: 【柳田】ってやつが出ます。",
    "op: 受付は、【高野】様で入っております。",
    "cu: 差出人が、【工藤寛子】って書いてあるの。",
]
NOBODY_NAMED = [
    "op: お名前もお願いいたします。",
    "op: お隣の方のお名前はわかりますでしょうか。",
    "cu: 名前は、ちょっと、今は言いたくないです。",
    "cu: 結婚して名字が変わっとって。",
    "op: 担当の者におつなぎします。",
    "cu: 妻の携帯にかけてください。",
    "cu: 息子の学校の近くです。",
    "cu: 祖父の金庫なんですけど。",
    "cu: 上が百四十二、下が八十六。",
    "cu: 請求が八千円ってなってるんです。",
    "cu: 四千百二十八って書いてある。",
    "op: 担当者の名前があるかと思いますが。",
    "cu: そういう人いるよね。",
]


@pytest.mark.parametrize("line", NAMED + NOBODY_NAMED)
def test_the_frame_gives_the_name_its_edges(line: str) -> None:
    """The name alone is found, without the frame; questions and ordinary words are not."""
    assert shown(IntroducedNameRecognizer(), (line,)) == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "op: お電話ありがとうございます。担当の佐野でございます。",
        "op: お電話代わりました、片山です。",
        "--: 青空通信、担当の久保が承ります。",
    ],
)
def test_the_operators_own_name_is_staff(line: str) -> None:
    """A self-introduction at the start of the call carries the party."""
    call = call_of((line,))
    found = IntroducedNameRecognizer().find(call, artifacts_of(call))
    assert "staff" in {r.recognition_metadata.get("hint") for r in found}


@pytest.mark.parametrize("line", ["cu: 担当の佐野でございます。", "third: お電話代わりました、片山です。"])
def test_only_the_operator_becomes_staff(line: str) -> None:
    """The same words from the caller, or from whoever takes the phone there, say nothing of the company."""
    call = call_of((line,))
    found = IntroducedNameRecognizer().find(call, artifacts_of(call))
    assert "staff" not in {r.recognition_metadata.get("hint") for r in found}
