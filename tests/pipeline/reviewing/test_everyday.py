"""Masking what reads like everyday talk is asked about first."""

from __future__ import annotations

import pytest

from pipeline.reviewing.everyday import is_everyday
from pipeline.types import CharSpan


@pytest.mark.parametrize(
    ("text", "words", "everyday"),
    [
        ("はい、いらっしゃいますか。", "いらっしゃいますか", True),
        ("ええと、そうですね", "ええと", True),
        ("分かりました", "分かりました", True),
        ("お世話になります", "世話になります", True),
        ("あかりさんがね", "あかり", False),
        ("隣の長谷川が", "長谷川", False),
        ("ナカムラが", "ナカムラ", False),
        ("はい", "", False),
    ],
)
def test_words_of_everyday_talk(text: str, words: str, everyday: bool) -> None:
    """In hiragana alone or polite; never what is called by an honorific, nor a mere sound."""
    start = text.index(words)
    assert is_everyday(text, CharSpan(start, start + len(words))) is everyday
