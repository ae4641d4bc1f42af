"""Names by the dictionary's own tags."""

from __future__ import annotations

import pytest

from models.recognizers.sudachi_name import SudachiNameRecognizer
from tests.models.recognizers.calls import shown

LINES = [
    "cu: 買いに行ったのは【西川】だって。",
    "cu: 【須藤】が先月末で退職しまして。",
    "cu: 【菅野】の言うことは変わるんです。",
    "cu: 所有者、【高橋健一】。",
    "op: では【木村優子】様に。",
    "cu: 森の中の林を抜けると金がない。",
    "cu: 森町営業所に持って行きました。",
    "cu: 泉運輸とか言うてたかな。",
    "cu: 松本駅で降りました。",
    "cu: 四十八万七千円です。",
    "cu: エルの、二〇八八です。",
    "cu: そうやけん、行かん。",
]


@pytest.mark.parametrize("line", LINES)
def test_surnames_and_given_names_where_a_name_can_stand(line: str) -> None:
    """Tagged names are found; firms, stations, letters and numerals that share the tag are not."""
    assert shown(SudachiNameRecognizer(), (line,)) == (line,)
