"""Whose a mail address is: the part before the @."""

from __future__ import annotations

import pytest

from pipeline.ownership.evidence.mail import heard_user, written_user
from pipeline.ownership.evidence.stretches import Channels
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.posteriorgrams import heard


@pytest.mark.parametrize(
    ("said", "user"),
    [
        ("sugita.ken@example.jp", "sugita.ken"),
        ("sugita-ken＠mail.example", "sugita-ken"),
        ("スギタドットケンアットマークエグザンプル", "スギタドットケン"),
        ("杉田どっと健あっとまーくエグザンプル", "杉田どっと健"),
        ("杉田健アトマークエグザンプル", "杉田健"),
        ("sugita attomaku example", "sugita "),
        ("sugita ATMAAKU example", "sugita "),
        ("ken92@example.jp", "ken"),
        ("スギタ９２アットマークエグザンプル", "スギタ"),
        ("ken92sugita@example.jp", "ken92sugita"),
        ("92@example.jp", "92"),
    ],
)
def test_the_user_stands_before_the_at(said: str, user: str) -> None:
    """However that is written."""
    assert written_user(said) == user


@pytest.mark.parametrize(
    "said", ["アットマークエグザンプル", "@example.jp", "スギタドットケン", "watoma", ""]
)
def test_without_a_user_or_an_at_all_of_it_is_looked_at(said: str) -> None:
    """A piece of an address is judged by what stands beside it."""
    assert written_user(said) == said


@pytest.mark.parametrize(
    ("kana", "user"),
    [
        ("スギタケンアットマークエグザン", "スギタケン"),
        ("スギタケンアトマークエグザン", "スギタケン"),
        ("スギタケン", "スギタケン"),
        ("アットマークエグザン", "アットマークエグザン"),
    ],
)
def test_the_same_is_heard(kana: str, user: str) -> None:
    """Whatever was written."""
    words = heard(f"ア{kana}", "朝北間宮")
    entity = EntitySpan("EMAIL_ADDRESS", CharSpan(0, len(words.text)), 0.9, "T")
    finding = Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, needs_review=True)
    (stretch,) = Channels(words).stretches(finding)
    whole = stretch.kana()
    assert kana.endswith(whole[-3:])
    assert whole.startswith(heard_user(stretch).kana())
    assert user.endswith(heard_user(stretch).kana()[-4:])
