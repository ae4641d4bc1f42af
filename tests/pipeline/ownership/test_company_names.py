"""The company's own name is cut out of findings that hold more than it."""

from __future__ import annotations

import pytest

from models.language.readings import load_reader
from pipeline.ownership.company_names import part_company_names
from pipeline.ownership.known.names import long_company_names
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan

NAMES = ("三稲町商店", "高橋医院")


def pieces(text: str, kind: str = "PERSON") -> list[tuple[str, str]]:
    """Kind and text of each piece of a finding that holds all of the text."""
    whole = EntitySpan(kind, CharSpan(0, len(text)), 0.9, "test")
    found = list(part_company_names([whole], text, NAMES))
    assert "".join(text[e.chars.start : e.chars.end] for e in found) == text
    return [(each.entity_type, text[each.chars.start : each.chars.end]) for each in found]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("三稲町商店、キカクグ", ["三稲町商店、", "キカクグ"]),
        ("愛高橋医院、", ["愛", "高橋医院、"]),
        ("、高橋医院", ["、高橋医院"]),
        ("三稲町商店", ["三稲町商店"]),
        ("三稲町商店 様", ["三稲町商店 様"]),
        ("高橋医院長", ["高橋医院", "長"]),
        ("高橋さん", ["高橋さん"]),
    ],
)
def test_the_name_is_cut_out(text: str, parts: list[str]):
    """Signs beside it go with it; somebody who is called so stays whole."""
    assert [part for _, part in pieces(text)] == parts


def test_the_name_of_a_workplace_is_a_name():
    """The rest of the finding is what it was."""
    assert pieces("三稲町商店経理部", "WORKPLACE") == [("PERSON", "三稲町商店"), ("WORKPLACE", "経理部")]


def test_other_kinds_stay():
    """A company's name in an address is part of the address."""
    assert pieces("三稲町商店ビル", "ADDRESS") == [("ADDRESS", "三稲町商店ビル")]


def test_a_name_as_short_as_a_surname_is_not_cut_out():
    """A third party may be called so, and one or two characters occur in any word."""
    company = (CaseName("長谷川"), CaseName("長谷川工務店"), CaseName("萬", "ヨロズヤショウテン"))
    assert long_company_names(CallCase("c", company_names=company), load_reader()) == ("長谷川工務店",)
