"""What is said around a name is cut off, and a name that is said syllable by syllable is joined."""

from __future__ import annotations

import pytest

from pipeline.ownership.known.spelling import letter_by_letter, without_lead


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("田口", ("田口",)),
        ("田口さん", ("田口",)),
        ("田口茂です", ("田口茂",)),
        ("田口茂、僕", ("田口茂",)),
        ("山田家", ("山田",)),
        ("田口、はい", ("田口",)),
        ("田口、茂", ("田口、茂",)),
        ("の田口さんです", ("の田口", "田口")),
        ("えーと田口", ("えーと田口", "田口")),
        ("カタカナで田口", ("カタカナで田口", "田口")),
        # Word by word: the は of はら may be its own.
        ("はい、田口です", ("はい、田口", "、田口", "田口")),
        ("のはら", ("のはら", "はら")),
        ("はら", ("はら",)),
        # Nothing is left of one letter.
        ("は茂", ("は茂",)),
        ("茂だ", ("茂だ",)),
        ("です", ("です",)),
    ],
)
def test_what_is_said_around_a_name_is_cut_off(text: str, steps: tuple[str, ...]) -> None:
    """First the tail, then the lead word by word, and two letters stay."""
    assert without_lead(text) == steps


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("タ・グ・チ", "タグチ"),
        ("タ・グ・チ、カタカナですね", "タグチ"),
        ("た、ぐ、ち、し、げ、る。", "たぐちしげる"),
        ("た、ぐ、ち、ひらがなで", "たぐち"),
        ("タ・ノ・ウ・エです", "タノウエ"),
        ("キャ・シー", "キャシー"),
        ("田口、茂", ""),
        ("タグチ", ""),
        ("タ・田口", ""),
        ("", ""),
    ],
)
def test_a_name_that_is_said_syllable_by_syllable_is_joined(text: str, name: str) -> None:
    """Also with how it is written behind it; a name with a pause in it is none."""
    assert letter_by_letter(text) == name
