"""What stands before or behind an address and is none is a finding of its own."""

from __future__ import annotations

import pytest

from pipeline.ownership.address_ends import part_address_ends
from pipeline.types import CharSpan, EntitySpan, Party


def parts(text: str, kind: str = "ADDRESS") -> list[str]:
    """What is found where all of a text was."""
    whole = EntitySpan(kind, CharSpan(0, len(text)), 0.9, "test")
    return [text[e.chars.start : e.chars.end] for e in part_address_ends([whole], text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("981の6759、5丁目25の9", ["981の6759", "5丁目25の9"]),
        ("333-5288川口市芝", ["333-5288", "川口市芝"]),
        ("333、5288、川口市芝", ["333、5288", "川口市芝"]),
        ("333の、5288。川口市芝", ["333の、5288", "川口市芝"]),
        ("333-5288", ["333-5288"]),
        ("333-5288。", ["333-5288。"]),
        ("333-52881", ["333-52881"]),
        ("5丁目25の9", ["5丁目25の9"]),
    ],
)
def test_a_code_is_parted_from_its_address(text: str, found: list[str]) -> None:
    """Where something follows it that is no figure more."""
    assert parts(text) == found


def test_a_telephone_number_is_whole() -> None:
    """Its first seven figures may look like a code."""
    assert parts("080-1234、5678", "PHONE_NUMBER") == ["080-1234、5678"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("904号室のイシナキ様", ["904号室", "イシナキ様"]),
        ("成瀬5-11-30の、山田さん。", ["成瀬5-11-30", "山田さん。"]),
        ("333-5288、川口市芝2丁目の木村君宛て", ["333-5288", "川口市芝2丁目", "木村君宛て"]),
        ("コーポ桜二〇一のさくらちゃん", ["コーポ桜二〇一", "さくらちゃん"]),
        ("成瀬5-11-30コーポ桜", ["成瀬5-11-30コーポ桜"]),
        ("成瀬5-11-30の、隣", ["成瀬5-11-30の、隣"]),
        ("長田様", ["長田様"]),
        ("様方904号室", ["様方904号室"]),
        ("桜ハイツの702で、菅谷さんが桜ハイツ703号", ["桜ハイツの702", "菅谷さん", "桜ハイツ703号"]),
        ("下高平1593番地、鶴ケ丘さんちが1595番地", ["下高平1593番地", "鶴ケ丘さん", "1595番地"]),
        ("5の1、小林さんのとこが5の2、大森さんは5の3", ["5の1", "小林さん", "5の2", "大森さん", "5の3"]),
        ("5の1、小林さんの隣", ["5の1、小林さんの隣"]),
        # Its numbers in kanji are no name, and a name may hold one.
        ("七の二十二の十四が山本さん。", ["七の二十二の十四が山本さん。"]),
        ("七の二十二の十四の三浦さん。", ["七の二十二の十四", "三浦さん。"]),
    ],
)
def test_a_name_behind_a_number_is_parted_from_the_address(text: str, found: list[str]) -> None:
    """It is somebody's who may live in the requester's house; without an honorific nobody is named."""
    assert parts(text) == found


def test_the_name_is_a_person_of_whom_the_talk_has_said_nothing() -> None:
    """The talk that gives the place to the requester says nothing of who lives there."""
    text = "904号室のイシナキ様"
    read = (0.1, 0.8, 0.1, 0.0)
    whole = EntitySpan(
        "ADDRESS", CharSpan(0, len(text)), 0.9, "test", hint=Party.REQUESTER, owners=read, morae=9
    )
    place, name = part_address_ends([whole], text)
    assert (place.entity_type, place.hint, place.morae) == ("ADDRESS", Party.REQUESTER, 0)
    assert (name.entity_type, name.hint, name.morae) == ("PERSON", None, 0)
    assert (place.owners, name.owners) == (read, ())


def test_what_is_no_address_stays_as_it_is_and_in_its_place() -> None:
    """Findings of other types pass between the parts of an address in order of text."""
    text = "西村です、904号室のイシナキ様"
    person = EntitySpan("PERSON", CharSpan(0, 2), 0.9, "test", morae=4)
    whole = EntitySpan("ADDRESS", CharSpan(5, len(text)), 0.9, "test")
    first, *rest = part_address_ends([person, whole], text)
    assert first == person
    assert [text[e.chars.start : e.chars.end] for e in rest] == ["904号室", "イシナキ様"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "7丁目22の14で、富さんが1丁目24の27。昭一が2丁目25番6号",
            ["7丁目22の14で、", "富さんが1丁目24の27。", "昭一が2丁目25番6号"],
        ),
        ("成瀬5-11-30。成瀬5-11-31", ["成瀬5-11-30。", "成瀬5-11-31"]),
        (
            "五の十一の三十コーポ桜201号室、五の十一の三十一",
            ["五の十一の三十コーポ桜201号室、", "五の十一の三十一"],
        ),
        ("成瀬5-11-30コーポ桜201号室", ["成瀬5-11-30コーポ桜201号室"]),
        ("成瀬5丁目11番の30号室", ["成瀬5丁目11番の30号室"]),
    ],
)
def test_the_next_address_is_a_finding_of_its_own(text: str, found: list[str]) -> None:
    """It begins behind the whole block before it, and what is said behind that."""
    assert parts(text) == found
