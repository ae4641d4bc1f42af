"""A postal code and the address behind it are two findings, of one party."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.ownership.heard.postal_code import attribute_heard_codes, part_postal_codes
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.posteriorgrams import heard


def parts(text: str, kind: str = "ADDRESS") -> list[str]:
    """What is found where all of a text was."""
    whole = EntitySpan(kind, CharSpan(0, len(text)), 0.9, "test")
    return [text[e.chars.start : e.chars.end] for e in part_postal_codes([whole], text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("981の6759、5丁目25の9", ["981の6759", "5丁目25の9"]),
        ("333-5288川口市芝", ["333-5288", "川口市芝"]),
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


def told(kana: str, parties: list[Party], texts: list[str], said: Party | None = None) -> list[Party]:
    """Whose findings are, of which the first is all that is heard so; the others stand behind it."""
    call = heard(kana, texts[0])
    start, findings = 0, []
    for text, party in zip(texts, parties, strict=True):
        entity = EntitySpan("ADDRESS", CharSpan(start, start + len(text)), 0.9, "test", hint=said)
        findings.append(Finding(entity, party, Reason.NOT_GIVEN, False))
        start += len(text) + 1
    return [each.party for each in attribute_heard_codes(findings, replace(call, text="、".join(texts)))]


CODE, OWN, OTHER = "キューハチイチノロクナナゴーキュー", Party.REQUESTER, Party.THIRD_PARTY


@pytest.mark.parametrize(
    "kana", [CODE, "キューハチーチロクナナゴーキュー", "ハイキューハチイチロクナナゴーキューデス"]
)
def test_a_code_that_is_heard_is_whose_the_address_behind_it_is(kana: str) -> None:
    """Whatever is written for it."""
    assert told(kana, [OTHER, OWN], ["18167号機", "5丁目25の9"]) == [OWN, OWN]
    assert told(kana, [OTHER, OTHER], ["18167号機", "5丁目25の9"]) == [OTHER, OTHER]


@pytest.mark.parametrize(
    "kana", ["ロクチョーメノキューノハチ", "ゼロキューゼロイチニーサンヨンゴー", "ミヤマエチョー"]
)
def test_what_is_heard_as_no_code_is_none(kana: str) -> None:
    """A block, a telephone number, a town."""
    assert told(kana, [OTHER, OWN], ["18167号機", "5丁目25の9"]) == [OTHER, OWN]


def test_a_town_between_them_is_a_part_of_the_address() -> None:
    """Garbled it is nobody's; another's block is another's."""
    assert told(CODE, [OTHER, OTHER, OWN], ["18167号機", "国味", "5丁目25の9"])[0] is OWN
    assert told(CODE, [OTHER, OTHER, OWN], ["18167号機", "3の8", "5丁目25の9"])[0] is OTHER


def test_what_the_talk_calls_anothers_stays_anothers() -> None:
    """Two people's addresses may stand together."""
    assert told(CODE, [OTHER, OWN], ["18167号機", "5丁目25の9"], said=OTHER) == [OTHER, OWN]


def test_pieces_that_are_read_back_are_theirs_too() -> None:
    """As far as they are figures of it."""
    parties = told(CODE, [OTHER, OTHER, OTHER, OWN], ["18167号機", "981", "984", "5丁目25の9"])
    assert parties == [OTHER, OTHER, OTHER, OWN]  # another's figures stand before theirs
    parties = told(CODE, [OTHER, OWN, OTHER, OTHER], ["18167号機", "5丁目25の9", "981", "984"])
    assert parties == [OWN, OWN, OWN, OTHER]
