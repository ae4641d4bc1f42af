"""Digits that the words around them tell to be no telephone number."""

from __future__ import annotations

import pytest

from models.other_numbers import figures_told, is_another_number, is_no_block, is_read_back
from pipeline.types import CharSpan


def told(text: str) -> bool:
    """What is told of the digits in brackets."""
    start, end = text.index("["), text.index("]") - 1
    return is_another_number(text.replace("[", "").replace("]", ""), CharSpan(start, end))


@pytest.mark.parametrize(
    "text",
    [
        "基本料金が1時間で[1480]円です",
        "しめて[23万]1千円になります",
        "教科は12コマで[484]00円ですね",
        "紙は前と同じ[180]キロのを",
        "もう[36万よ36万]、払えないわよ",
        "受付番号をお願いします\n[4471]です",
        "受けつけ、番号をお願いします\n[4471]です",
        "学生番号をお願いします\n[22まる457]の者です",
        "ロッカーの番号は\nはい\n[412]です",
        "カードの下四桁は\n[6690]です",
        "左の右[側2.75で左側3.25]の",
        "28\n[40枚様]です",
    ],
)
def test_a_price_or_another_kind_of_number(text: str) -> None:
    """What is counted, and what was asked for by another name."""
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        "番号をどうぞ\n[1990の5216の67]位です",
        "お電話番号は\n[045]です",
        "受付番号は四四七一です\nではお電話番号をお願いします\n[5216]です",
        "受付番号のほかに\n[090の1234の567]です",
        "料金の件で\n[045の123の4567]円に",
        "めじろだ[い千百九十万]\n控えました",
        "[5216]",
        "電話は\n[52.16]33です",
        "U-BIN番号からお願いいできますか\n[6-6-3-1-6-8-8]",
        "U-BIN番号からお願いいできますか\n[6631688\n663の1688]です",
    ],
)
def test_what_may_be_a_telephone_number_stays(text: str) -> None:
    """A misheard digit is no unit; a number that is asked for later, or is long enough, is one."""
    assert not told(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("学生番号をお願いします\n[耳割4.5なの]を", True),
        ("はい、受け付け番号[662枚]の剣です", True),
        ("お客様番号はございますか\n[5の39の1]です", True),
        ("有賓番号が\n[780の9229]", False),
        ("お客様番号と住所をお願いします\nはい、番号が四四七一で、住所が\n[3の2の1]です", False),
        ("学生番号をお願いします\n[めじろ台]です", False),
        ("予約番号はおばかりになりますか\nえ\n番号ね、紙、どこ置いたかね、あったあったF\n[77039]。", True),
        ("電池の番号が横にあるんですが、読めますか。\nDN\n[80623] その下に", True),
        ("指引番号もいますか\n4丁まるまる1丁まる8\n[48]", False),
        ("電池の番号が横にあるんですが、住所は。\n[80623]", False),
        ("電池の番号が横にあるんですが、読めますか。\n[5の26の1]", False),
        ("手紙の番号はわかりますか\n[690 9901]です", False),
    ],
)
def test_a_number_of_another_name_is_no_block(text: str, told: bool) -> None:
    """Garbled figures look like a block; a postal code is misheard too, and is part of an address."""
    start, end = text.index("["), text.index("]") - 1
    assert is_no_block(text.replace("[", "").replace("]", ""), CharSpan(start, end)) is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("電池の番号は、80623 その下に224とあります\nの始まる[623224]ですね", True),
        ("電池の番号は、80623 その下に224とあります\nの始まる[623225]ですね", False),
        ("電池の番号は、80623です\nでは[623]", False),
        ("お電話番号は、80623です\nでは[80623]", False),
    ],
)
def test_another_number_is_read_back(text: str, told: bool) -> None:
    """Five of its figures, in their order; no telephone number's."""
    start, end = text.index("["), text.index("]") - 1
    whole = text.replace("[", "").replace("]", "")
    assert is_read_back(whole, CharSpan(start, end), figures_told(whole)) is told
