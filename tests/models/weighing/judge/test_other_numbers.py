"""Digits that the words around them tell to be no telephone number."""

from __future__ import annotations

import pytest

from models.language.readings import load_reader
from models.weighing.judge.other_numbers import (
    OtherNumbers,
    figures_told,
    is_another_number,
    is_no_block,
    is_read_back,
)
from models.wording.announced import cue_before
from pipeline.types import CharSpan


def bracketed(text: str) -> tuple[str, CharSpan]:
    """A text without its brackets, and what stood in them."""
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), CharSpan(start, end)


def told(text: str) -> bool:
    """What is told of the digits in brackets."""
    return is_another_number(*bracketed(text))


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
        "[192、\n168の0]、1でしょ",
        "では\n[192、]\n168の0、1でしょ",
        "192、\n[168の0]、1でしょ",
    ],
)
def test_a_price_or_another_kind_of_number(text: str) -> None:
    """What is counted, and what was asked for by another name."""
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        "番号をどうぞ\n[1990の5216の67]位です",
        "郵便番号が。\n[八八八の八二八六。\n888-8286。\n888-8286]",
        "郵便番号が四〇四。\n[2271で、194の22]",
        "お電話番号は\n[045]です",
        "ご家族の番号\n[022]の、",
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
        ("横[浜駅東口22時15]分発", True),
    ],
)
def test_a_number_of_another_name_is_no_block(text: str, told: bool) -> None:
    """Garbled figures look like a block; a postal code is misheard too, and is part of an address."""
    assert is_no_block(*bracketed(text)) is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("電池の番号は、80623 その下に224とあります\nの始まる[623224]ですね", True),
        ("ご予約番号を\nA774の2マル球の1発\n[774、2マル球18]、恐れ入ります", True),
        ("ご予約番号を\nA774の2マル球の1発\n[774\n2マル]。はい", True),
        ("ご予約番号を\nA774の2マル球の1発\n[090の7742の0918]。はい", False),
        ("電池の番号は、80623です\nでは[8062]", False),
        ("電池の番号は、80623です\nでは[80624]", False),
        ("お電話番号は、80623です\nでは[80623]", False),
        ("職通番号は、08062です\nでは[08062]", False),
    ],
)
def test_another_number_is_read_back(text: str, told: bool) -> None:
    """Five of its figures in a row, which are half of what is said; no telephone number's."""
    reader = load_reader()
    whole, chars = bracketed(text)
    assert is_read_back(whole, chars, figures_told(whole, (), reader), reader) is told


@pytest.mark.parametrize(
    ("kind", "text", "placed", "none"),
    [
        ("PHONE_NUMBER", "予約番号は\nはい\n[774の209]です", False, True),
        ("PHONE_NUMBER", "予約番号は\nはい\n[0466の081の454]です", False, False),
        ("ADDRESS", "製造番号は\nはい\n[4-1-9マル3]です", True, True),
        ("ADDRESS", "製造番号は\nはい\n[若竹町4-1-9]です", True, False),
        ("ADDRESS", "製造番号は\nはい\n1です\nご住所は\n[4-1-9マル3]です", True, False),
        ("PERSON", "製造番号は\nはい\n46[まる]さん7です", False, True),
        ("PERSON", "製造番号は\nはい\n46[円山]さん7です", False, False),
        ("PERSON", "46[まる]さん7です", False, False),
        ("EMAIL_ADDRESS", "製造番号は\nはい\n[46]です", False, False),
    ],
)
def test_what_figures_of_another_number_are_taken_for(kind: str, text: str, placed: bool, none: bool) -> None:
    """Where such a number is talked of they are no telephone, no block and no name; a place is a place."""
    reader = load_reader()
    whole, chars = bracketed(text)
    numbers = OtherNumbers(whole, reader.line(whole), reader)
    assert numbers.are(kind, chars, placed=placed) is none


def test_a_cue_is_not_cut_in_two() -> None:
    """話番号, at the end of the reach, is the telephone's, and no other's."""
    for more in range(60):
        text = "お電話番号も" + "は" * more
        assert cue_before(text, len(text)) in {"phone", ""}


def test_doubt_is_taken_away_only_where_such_a_number_is_talked_of() -> None:
    """A word before it is not enough: what only doubt finds is found by nothing else."""
    reader = load_reader()
    for text, talked in (("予約番号は\n774の209です", True), ("緑色の番号は\n774の209です", False)):
        numbers = OtherNumbers(text, reader.line(text), reader)
        chars = CharSpan(text.index("774"), text.index("です"))
        assert numbers.are("PHONE_NUMBER", chars)
        assert numbers.talked_of("PHONE_NUMBER", chars) is talked
