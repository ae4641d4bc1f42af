from __future__ import annotations

import pytest

from sample_audio.spoken import (
    arabic_to_spoken,
    count_kana,
    counter_kana,
    digits_kana,
    kanji_number,
    lengthened,
    morae,
    romaji,
)


@pytest.mark.parametrize(
    ("number", "kana", "kanji"),
    [
        (1, "イチ", "一"),
        (10, "ジュウ", "十"),
        (203, "ニヒャクサン", "二百三"),
        (318, "サンビャクジュウハチ", "三百十八"),
        (1600, "センロッピャク", "千六百"),
        (3800, "サンゼンハッピャク", "三千八百"),
        (9999, "キュウセンキュウヒャクキュウジュウキュウ", "九千九百九十九"),
    ],
)
def test_numbers(number: int, kana: str, kanji: str) -> None:
    """Numbers are read with their sound changes and written in kanji."""
    assert (count_kana(number), kanji_number(number)) == (kana, kanji)


@pytest.mark.parametrize("number", [0, 10_000])
def test_numbers_out_of_range(number: int) -> None:
    """What nobody's house number is, is refused."""
    with pytest.raises(ValueError, match="between 1 and 9999"):
        count_kana(number)


@pytest.mark.parametrize(
    ("number", "counter", "kana"),
    [
        (1, "丁目", "イッチョウメ"),
        (8, "丁目", "ハッチョウメ"),
        (10, "丁目", "ジュッチョウメ"),
        (3, "丁目", "サンチョウメ"),
        (12, "号", "ジュウニゴウ"),
        (40, "番地", "ヨンジュウバンチ"),
    ],
)
def test_counters(number: int, counter: str, kana: str) -> None:
    """Counters change the sound before them."""
    assert counter_kana(number, counter) == kana


def test_digits_with_each_zero() -> None:
    """A telephone number is read digit by digit, with the speaker's own zero."""
    assert digits_kana("0902") == "ゼロキュウゼロニー"
    assert digits_kana("0902", "マル") == "マルキュウマルニー"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("5月12日の18時", "五月十二日の十八時"),
        ("4,860円", "四千八百六十円"),
        ("12,800円", "一万二千八百円"),
        ("３８００円", "三千八百円"),
        ("4827、1193、05", "ヨンハチニーナナ、イチイチキュウサン、ゼロゴー"),
        ("2022年", "二千二十二年"),
        ("20314", "ニーゼロサンイチヨン"),
        ("森です", "森です"),
    ],
)
def test_arabic_to_spoken(text: str, spoken: str) -> None:
    """Counted numbers become words, order numbers digits, the rest stays."""
    assert arabic_to_spoken(text) == spoken


def test_morae_keep_small_letters() -> None:
    """One beat each: a small letter belongs to the one before."""
    assert morae("ショウジッー") == ("ショ", "ウ", "ジ", "ッ", "ー")


@pytest.mark.parametrize(
    ("kana", "letters"),
    [("サトウ", "satou"), ("ハットリ", "hattori"), ("ショウジ", "shouji"), ("リュウノスケ", "ryuunosuke")],
)
def test_romaji(kana: str, letters: str) -> None:
    """Names become the letters of a mail address."""
    assert romaji(kana) == letters


def test_lengthened() -> None:
    """A voice needs a long vowel's mark where a reading has ウ."""
    assert lengthened("キュウジュウチョウメ、ゴウシツ、ゴウラ") == "キュージューチョーメ、ゴーシツ、ゴウラ"
