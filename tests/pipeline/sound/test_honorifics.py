from __future__ import annotations

import pytest

from pipeline.sound.honorifics import is_nobody, is_part_of_number, name_text, with_given_name, with_honorific
from pipeline.types import CharSpan


@pytest.mark.parametrize(
    ("said", "name", "end"),
    [
        ("朝の日曜日様に", "朝の", 5),
        ("坂本弘さんが", "坂本", 3),
        ("坂本の奥さんが", "坂本", 2),
        ("坂本、弘さん", "坂本", 2),
        ("坂本がひろしさん", "坂本", 2),
        ("坂本さん", "坂本", 2),
        ("坂本という名前の人さん", "坂本", 2),
    ],
)
def test_a_given_name_after_a_surname_belongs_to_it(said: str, name: str, end: int):
    """Up to an honorific, where neither a particle, nor a mark, nor too much stands between."""
    assert with_given_name(said, CharSpan(0, len(name))) == CharSpan(0, end)


@pytest.mark.parametrize(
    ("said", "at", "part"),
    [
        ("その7さん", 2, False),
        ("そう7です", 2, False),
        ("7時", 0, True),
        ("57さん", 1, True),
        ("7人", 0, True),
    ],
)
def test_one_digit_may_be_a_name(said: str, at: int, part: bool):
    """Of that very sound, outside numbers, dates and counts; never where it only sounds alike."""
    assert is_part_of_number(said, CharSpan(at, at + 1), exact=True) == part
    assert is_part_of_number(said, CharSpan(at, at + 1), exact=False)


@pytest.mark.parametrize(("said", "nobody"), [("お客様", True), ("さん", True), ("坂本さん", False)])
def test_who_is_nobody(said: str, nobody: bool):
    """A form of address alone names nobody."""
    assert is_nobody(said) == nobody


def test_honorifics():
    """Within the characters or after them; 3 is one, but not in a count."""
    assert name_text("坂本さん", CharSpan(0, 4)) == "坂本"
    assert with_honorific("坂本さん", CharSpan(0, 4))
    assert with_honorific("坂本さん", CharSpan(0, 2))
    assert with_honorific("坂本3の", CharSpan(0, 2))
    assert not with_honorific("坂本3人", CharSpan(0, 2))
