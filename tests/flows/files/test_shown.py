"""A name from outside is one line on the terminal, whatever is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.files.shown import is_text, shown


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("山田さん 1.wav", "山田さん 1.wav"),
        ("a\nkaiji: b.wav: 完了", "a\\x0akaiji: b.wav: 完了"),
        ("a\r\x1b[2K\x1b[1Ab", "a\\x0d\\x1b[2K\\x1b[1Ab"),
        ("a\u202egpj.wav", "a\\u202egpj.wav"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        ("a\u200b\ufeffb", "a\\u200b\\ufeffb"),
        ("a\udcffb", "a\\xffb"),
        ("a\ud800b", "a\\ud800b"),
        ("a\x00\x7fb", "a\\x00\\x7fb"),
        ("が👪\U000e0041", "が👪\\U000e0041"),
    ],
)
def test_no_character_that_cannot_be_seen(name: str, line: str):
    """Line breaks, commands to the terminal, turned writing, halves of bytes; writing stays as it is."""
    assert shown(name) == line
    assert len(line.splitlines()) == 1
    assert line.encode("utf-8")


def test_a_name_of_other_bytes_is_no_text():
    """What the system gives for bytes that are no UTF-8."""
    assert is_text(Path("山田.wav"))
    assert not is_text(Path(b"\xff.wav".decode("utf-8", "surrogateescape")))
