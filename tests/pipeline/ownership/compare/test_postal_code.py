"""A postal code and the address behind it are two findings."""

from __future__ import annotations

import pytest

from pipeline.ownership.compare.postal_code import part_postal_codes
from pipeline.types import CharSpan, EntitySpan


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
