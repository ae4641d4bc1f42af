"""The names of a case by sound: whole, cut into surname and given name, and from abroad in every order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.names import KnownName, known_names, other_orders
from pipeline.types import CallCase, CaseName, Requester


def requester(name: CaseName) -> CallCase:
    """A case of one requester."""
    return CallCase("R-1", Requester((name,)))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (CaseName("大野 茂", "オオノ シゲル"), ("オオノ", "シゲル")),
        (CaseName("大野茂", "オオノシゲル"), ("オオノ", "シゲル")),
        (CaseName("大野 茂"), ("オオノ", "シゲル")),
        (CaseName("大野茂"), ("オオノ", "シゲル")),
        (CaseName("東 美咲", "アズマ ミサキ"), ("アズマ", "ミサキ")),
        (CaseName("東美咲", "アズマミサキ"), ("アズマ", "ミサキ")),
        (CaseName("鈴木花子", "すずき はなこ"), ("スズキ", "ハナコ")),
        (CaseName("朝倉未来", "アサクラミク"), ("アサクラ", "ミク")),
        (CaseName("ワヲ", "ワヲ"), ()),
    ],
)
def test_a_name_is_cut_however_the_case_writes_it(
    name: CaseName, parts: tuple[str, ...], reader: Reader
) -> None:
    """Blanks and kana are optional in a case; a name that nobody can cut is whole."""
    (known,) = known_names(requester(name), reader)
    assert known.parts == parts
    assert known.whole == ("".join(parts) or "ワオ")
    assert (known.claimant, known.abroad) == (Claimant.REQUESTER, False)


@pytest.mark.parametrize(
    ("name", "staff", "company"),
    [
        # Two kanji of staff are a surname.
        (CaseName("平野"), (), ()),
        (CaseName("石井望", "イシイノゾミ"), ("イシイ", "ノゾミ"), ()),
        (CaseName("森 彩香", "モリ アヤカ"), ("モリ", "アヤカ"), ()),
        (CaseName("スミス・ジョン", "スミス・ジョン"), ("スミス", "ジョン"), ()),
    ],
)
def test_a_surname_of_staff_and_a_companys_name_are_whole(
    name: CaseName, staff: tuple[str, ...], company: tuple[str, ...], reader: Reader
) -> None:
    """A list of staff often holds surnames alone, and no company has a given name."""
    (one,) = known_names(CallCase("R-1", staff=(name,)), reader)
    (other,) = known_names(CallCase("R-1", company_names=(name,)), reader)
    assert (one.claimant, one.parts) == (Claimant.COLLEAGUES, staff)
    assert (other.claimant, other.parts, other.abroad) == (Claimant.COMPANY, company, False)


def test_all_names_of_a_case_are_known_with_their_parties(reader: Reader) -> None:
    """The requester's come first, then those of the staff, then the company's."""
    case = CallCase(
        "R-1",
        Requester((CaseName("大野茂", "オオノシゲル"), CaseName("大野", "オオノ"))),
        staff=(CaseName("石井", "イシイ"),),
        company_names=(CaseName("青空通信", "アオゾラツウシン"),),
    )
    known = list(known_names(case, reader))
    assert [each.whole for each in known] == ["オオノシゲル", "オオノ", "イシイ", "アオゾラツウシン"]
    whose = (Claimant.REQUESTER, Claimant.COLLEAGUES, Claimant.COMPANY)
    assert tuple(dict.fromkeys(each.claimant for each in known)) == whose
    spoke = replace(case, on_call=case.staff)
    assert [each.claimant for each in known_names(spoke, reader)][2] is Claimant.ON_CALL
    assert list(known_names(CallCase("R-0"), reader)) == []


@pytest.mark.parametrize(
    ("name", "parts", "others"),
    [
        (CaseName("スミス・ジョン", "スミス・ジョン"), ("スミス", "ジョン"), ["ジョンスミス"]),
        (CaseName("スミスジョン", "スミスジョン"), ("スミス", "ジョン"), ["ジョンスミス"]),
        (CaseName("ジョン＝スミス"), ("ジョン", "スミス"), ["スミスジョン"]),
        (CaseName("JOHN SMITH", "ジョン スミス"), ("ジョン", "スミス"), ["スミスジョン"]),
        (CaseName("John Smith"), ("ジョン", "スミス"), ["スミスジョン"]),
        (
            CaseName("Evans, David", "エヴァンスデイヴィッド"),
            ("エヴァンス", "デイヴィッド"),
            ["デイヴィッドエヴァンス"],
        ),
        (
            CaseName("NGUYEN THI LAN", "グエン・ティ・ラン"),
            ("グエン", "ティラン"),
            ["グエンティ", "グエンラン", "ティグエン", "ティラン", "ラングエン", "ランティ"],
        ),
    ],
)
def test_a_name_from_abroad_is_known_in_every_order(
    name: CaseName, parts: tuple[str, str], others: list[str], reader: Reader
) -> None:
    """Any two of its parts may be said, in either order, whatever stands between them in the case."""
    for case, party in (
        (requester(name), Claimant.REQUESTER),
        (CallCase("R-1", staff=(name,)), Claimant.COLLEAGUES),
    ):
        (known,) = known_names(case, reader)
        assert known == KnownName(party, "".join(parts), parts, abroad=True)
        found = list(other_orders(case, reader))
        assert [each.whole for each in found] == others
        assert all(each.claimant is party and each.abroad for each in found)
        assert all("".join(each.parts) == each.whole and each.parts != known.parts for each in found)


@pytest.mark.parametrize("name", [CaseName("大野茂", "オオノシゲル"), CaseName("平野"), CaseName("ジョン")])
def test_a_name_has_one_order_where_it_is_not_from_abroad_or_cannot_be_cut(
    name: CaseName, reader: Reader
) -> None:
    """シゲル・オオノ is nobody."""
    assert list(other_orders(requester(name), reader)) == []


def test_the_company_has_no_other_order(reader: Reader) -> None:
    """A company's name is no person's, also behind a person's from abroad."""
    abroad = CaseName("スミス・ジョン", "スミス・ジョン")
    case = CallCase("R-1", Requester((abroad,)), company_names=(abroad,))
    assert [each.claimant for each in other_orders(case, reader)] == [Claimant.REQUESTER]
