"""Whose an identifier is: content gives, context only withholds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.ownership.identifiers import is_compared, owner_by_value
from pipeline.reasons import Reason
from pipeline.reviewing.questions import by_letters
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester
from tests.builders import item

ASKS = Requester(
    birth_date="1958-06-04",
    emails=("taro.yamada@example.com",),
    customer_numbers=("12345678", "AB4321"),
    plates=("品川300サ1234",),
    workplaces=(CaseName("みなと精工", "ミナトセイコウ"),),
)
CASE, NOBODY = CallCase("R-1", ASKS), CallCase("R-1")
OWN, UNKNOWN, THIRD = Party.REQUESTER, Party.UNKNOWN, Party.THIRD_PARTY
READ_AS_THIRD, READ_AS_OWN = (0.9, 0.1, 0.0, 0.0), (0.1, 0.9, 0.0, 0.0)
READINGS = {
    "みなと精工": "ミナトセイコウ",
    "北電機": "キタデンキ",
    "みなと精工総務課": "ミナトセイコウソウムカ",
}


def owned(kind: str, said: str, case: CallCase, owners: tuple[float, ...], *, before: str = "") -> Finding:
    """The finding of what is said behind other words, with its owner."""
    span = CharSpan(len(before), len(before + said))
    entity = EntitySpan(kind, span, 0.9, "T", owners=owners)
    finding = Finding(entity, UNKNOWN, Reason.NOT_GIVEN, needs_review=True)
    return owner_by_value(finding, before + said, case, lambda text: READINGS.get(text, text))


@pytest.mark.parametrize(
    ("kind", "said", "party", "review"),
    [
        ("DATE_OF_BIRTH", "昭和33年の、\nはい\n6月4日", OWN, False),
        ("DATE_OF_BIRTH", "19580604", OWN, False),
        ("DATE_OF_BIRTH", "6月4日", OWN, True),
        ("DATE_OF_BIRTH", "昭和33年6月5日", UNKNOWN, True),
        ("DATE_OF_BIRTH", "昭和34年", UNKNOWN, True),
        ("CUSTOMER_NUMBER", "一二三四、\nはい\n五六七八", OWN, False),
        ("CUSTOMER_NUMBER", "5678", OWN, True),
        ("CUSTOMER_NUMBER", "12345679", UNKNOWN, True),
        ("CUSTOMER_NUMBER", "エービー4321", OWN, False),
        ("CUSTOMER_NUMBER", "AC4321", UNKNOWN, True),
        ("BANK_ACCOUNT", "三井銀行の普通の12345678", OWN, False),
        ("MY_NUMBER", "12345678", UNKNOWN, True),
        ("VEHICLE_PLATE", "品川の300、さくらのさ、12の34", OWN, False),
        ("VEHICLE_PLATE", "12の34", OWN, True),
        ("VEHICLE_PLATE", "練馬300さ1234", UNKNOWN, True),
        ("VEHICLE_PLATE", "品川300さ1235", UNKNOWN, True),
        ("EMAIL_ADDRESS", "taro.yamada@example.com", OWN, False),
        ("EMAIL_ADDRESS", "タロウ、ドット、ヤマダ、アットマーク、エグザンプルドットコム", OWN, True),
        ("EMAIL_ADDRESS", "jiro.yamada@example.com", UNKNOWN, True),
        ("WORKPLACE", "みなと精工", OWN, False),
        ("WORKPLACE", "みなと精工の総務課", OWN, True),
        ("WORKPLACE", "北電機", UNKNOWN, True),
    ],
)
def test_what_agrees_is_theirs_and_one_figure_off_is_not(
    kind: str, said: str, party: Party, review: bool
) -> None:
    """All that was said agrees, or it is nobody's; a part of it is asked about."""
    finding = owned(kind, said, CASE, READ_AS_OWN)
    assert (finding.party, finding.needs_review) == (party, review)


@pytest.mark.parametrize("kind", ["DATE_OF_BIRTH", "CUSTOMER_NUMBER", "VEHICLE_PLATE", "WORKPLACE"])
@pytest.mark.parametrize(("owners", "party"), [(READ_AS_OWN, UNKNOWN), (READ_AS_THIRD, THIRD), ((), UNKNOWN)])
def test_talk_gives_nothing(kind: str, owners: tuple[float, ...], party: Party) -> None:
    """Without a value in the case no talk makes it the requester's; a third party's it may."""
    assert owned(kind, "昭和33年6月4日", NOBODY, owners).party is party


@pytest.mark.parametrize(
    ("before", "kind", "said", "party"),
    [
        ("田中さんは", "WORKPLACE", "みなと精工", UNKNOWN),
        ("母のが", "CUSTOMER_NUMBER", "5678", UNKNOWN),
        ("母のが", "CUSTOMER_NUMBER", "12345678", OWN),
        ("お勤め先は", "WORKPLACE", "みなと精工", OWN),
        ("山田様は", "WORKPLACE", "みなと精工", OWN),
        ("母の話です。\nはい\nそれで、番号は", "CUSTOMER_NUMBER", "5678", OWN),
    ],
)
def test_talk_of_another_withholds_what_others_may_share(
    before: str, kind: str, said: str, party: Party
) -> None:
    """A colleague's workplace and the end of another's number are not given; a whole one is asked."""
    asks = replace(ASKS, names=(CaseName("山田太郎", "ヤマダタロウ"),))
    finding = owned(kind, said, replace(CASE, requester=asks), READ_AS_THIRD, before=before)
    assert (finding.party, finding.needs_review) == (party, True)


def test_what_has_a_value_is_compared() -> None:
    """Mail too, whether the case has an address or not: a family shares the surname in its addresses."""
    assert is_compared("EMAIL_ADDRESS")
    assert not is_compared("PERSON")
    assert owned("EMAIL_ADDRESS", "taro.yamada@example.com", NOBODY, READ_AS_OWN).party is UNKNOWN


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("DATE_OF_BIRTH", "昭和33年の、\nはい\n6月4日", "1958年6月4日"),
        ("CUSTOMER_NUMBER", "一二三四、\nはい\n五六七八", "12345678"),
        ("VEHICLE_PLATE", "品川の300、さくらのさ、12の34", "品川300 さ 12-34"),
    ],
)
def test_the_same_value_said_again_is_one_question(kind: str, one: str, other: str) -> None:
    """However it is said."""
    sound = by_letters(f"{one}/{other}")
    first = replace(item(0.0, 1.0), entity_type=kind, chars=CharSpan(0, len(one)))
    again = replace(first, chars=CharSpan(len(one) + 1, len(one) + 1 + len(other)))
    assert sound(first) == sound(again)
