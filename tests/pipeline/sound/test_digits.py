"""How far two numbers are apart; what digits are read is tested with whose they are."""

from __future__ import annotations

import pytest

from pipeline.sound.digits import counted_kana, digits_of, edit_distance, kana_of, phone_digits


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("1234", "1234", 0), ("1234", "1243", 2), ("1234", "124", 1), ("", "12", 2), ("1134", "1234", 1)],
)
def test_digits_changed_lost_or_added(one: str, other: str, apart: int) -> None:
    """Each counts one, in both directions."""
    assert edit_distance(one, other) == edit_distance(other, one) == apart


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("ゼロ90の一二", "09012"),
        ("十二の三", "123"),
        ("七の十五の一", "7151"),
        ("七十五の一", "751"),
        ("丸七丸", "070"),
        ("レイニッキュの", "029"),
        ("ナナレーノロク", "706"),
        ("丸山様", ""),
        ("です", ""),
    ],
)
def test_spoken_digits_are_read(said: str, digits: str) -> None:
    """However they are written."""
    assert digits_of(said) == digits


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("12", ("イチニイ",)),
        ("507", ("ゴオゼロナナ", "ゴオマルナナ", "ゴオレイナナ")),
        ("", ("",)),
    ],
)
def test_digits_are_said_one_by_one(digits: str, said: tuple[str, ...]) -> None:
    """Zero in each of its ways."""
    assert kana_of(digits) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "イチ"),
        (10, "ジュウ"),
        (22, "ニジュウニ"),
        (101, "ヒャクイチ"),
        (308, "サンビャクハチ"),
        (610, "ロッピャクジュウ"),
        (800, "ハッピャク"),
        (1000, "セン"),
        (3020, "サンゼンニジュウ"),
        (8000, "ハッセン"),
        (0, ""),
        (10_000, ""),
    ],
)
def test_numbers_are_counted(number: int, said: str) -> None:
    """As one says them in an address; of none and of ten thousand there is no such reading."""
    assert counted_kana(number) == said


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("０９０-1234-5678", "09012345678"),
        ("+81 (0)90-1234-5678", "09012345678"),
        ("+81 90 1234 5678", "09012345678"),
        ("81-90", "8190"),
        ("内線", ""),
    ],
)
def test_written_phone_numbers_are_read_as_at_home(written: str, digits: str) -> None:
    """Whatever the width and the separators, with 0 in place of Japan's own country code."""
    assert phone_digits(written) == digits
