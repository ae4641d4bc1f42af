"""Tests of flows.measuring.name_bearers: who bears a name, by the lexicon."""

from __future__ import annotations

import pytest

from flows.measuring.name_bearers import bearers


@pytest.mark.parametrize(
    ("written", "reading", "surname", "given"),
    [
        ("佐藤", "サトウ", True, False),
        ("佐藤", "", True, False),
        ("佐藤", "タナカ", False, False),
        ("幸太郎", "コウタロウ", False, True),
        ("さくら", "", False, True),
        ("ヤマノウチ", "ヤマノウチ", True, False),
        ("荷物", "ニモツ", False, False),
    ],
)
def test_surnames_and_given_names_are_known(written: str, reading: str, surname: bool, given: bool) -> None:
    """By spelling and reading; kana by sound."""
    as_surname, as_given = bearers(written, reading)
    assert (as_surname > as_given, as_given > as_surname) == (surname, given)


def test_a_name_that_is_both_is_mostly_one() -> None:
    """匠 is a given name, although a few bear it as a surname."""
    surname, given = bearers("匠", "タクミ")
    assert given > surname
