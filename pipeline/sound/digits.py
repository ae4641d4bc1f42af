"""Read digits from a recogniser's text, say digits in kana, and compare numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

SPOKEN_DIGITS = {
    "ゼロ": "0", "ぜろ": "0", "まる": "0", "マル": "0", "れい": "0", "レイ": "0", "いち": "1", "イチ": "1",
    "ニー": "2", "ニ": "2", "サン": "3", "よん": "4", "ヨン": "4", "ゴー": "5", "ゴ": "5", "ろく": "6",
    "ロク": "6", "なな": "7", "ナナ": "7", "しち": "7", "シチ": "7", "はち": "8", "ハチ": "8",
    "きゅう": "9", "キュウ": "9", "キュー": "9",
}  # fmt: skip
"""How a recogniser writes each spoken digit, wherever it stands in a text."""

KANJI_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))

_DIGITS = KANJI_DIGITS | SPOKEN_DIGITS | {"レー": "0", "に": "2", "さん": "3", "ご": "5", "キュ": "9"}
"""Also what is a digit only in a text that is known to be a number."""

_DIGIT = re.compile("|".join(["[0-9]", *sorted(map(re.escape, _DIGITS), key=len, reverse=True)]))
ZERO_KANJI = "[例礼令]"
"""Pattern of the kanji that a recogniser writes for レイ (zero) among digits."""

_FIGURE = "[0-9一二三四五六七八九]"
_ZERO_AMONG_DIGITS = re.compile(rf"(?<={_FIGURE})丸|丸(?={_FIGURE})|(?<={_FIGURE}){ZERO_KANJI}(?={_FIGURE})")
"""まる and レイ count as zero only beside digits (090 as 丸九丸, 406 as 4例6); many names begin with them."""

_FILLER = re.compile(r"はい|ええ|うん|です(?:ね)?|えっと|えーと|、|。|\s")

_TENS = re.compile(r"([一二三四五六七八九]?)十([一二三四五六七八九]?)")


_SPOKEN_ALONE = dict(
    zip(
        "123456789",
        ("イチ", "ニイ", "サン", "ヨン", "ゴオ", "ロク", "ナナ", "ハチ", "キュウ"),
        strict=True,
    )
)
_SPOKEN_IN_COUNT = ("", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_ZEROS = ("ゼロ", "マル", "レイ")
"""Readings of zero over a telephone."""


def digits_of(text: str) -> str:
    """Read the digits of a spoken or written number, without fillers and connectives.

    Args:
        text: Raw output of a recogniser, such as ``ゼロ90の一二``.

    Returns:
        ASCII digits.
    """
    plain = _FILLER.sub("", unicodedata.normalize("NFKC", text))
    # Tens are read before の is removed: 七の十五 is 7 and 15, 七十五 is 75.
    plain = _TENS.sub(lambda m: f"{_DIGITS.get(m[1], '1')}{_DIGITS.get(m[2], '0')}", plain)
    plain = _ZERO_AMONG_DIGITS.sub("0", plain.replace("の", ""))
    return "".join(_DIGITS.get(m, m) for m in _DIGIT.findall(plain))


def phone_digits(written: str) -> str:
    """Return the digits of a phone number as people write it, with the domestic 0 instead of +81."""
    plain = unicodedata.normalize("NFKC", written).strip()
    digits = re.sub(r"\D", "", plain)
    return "0" + digits.removeprefix("81").removeprefix("0") if plain.startswith("+81") else digits


def without_digits(text: str) -> str:
    """Return a text without digits (as ``digits_of`` reads them), fillers and connectives."""
    return _DIGIT.sub("", _FILLER.sub("", unicodedata.normalize("NFKC", text)).replace("の", ""))


def kana_of(digits: str) -> tuple[str, ...]:
    """Read digits one by one, as over a telephone.

    Args:
        digits: ASCII digits.

    Returns:
        Readings in katakana, one for each reading of zero.
    """
    ways = ("".join(_SPOKEN_ALONE.get(digit, zero) for digit in digits) for zero in _ZEROS)
    return tuple(dict.fromkeys(ways))


_HUNDREDS = {3: "サンビャク", 6: "ロッピャク", 8: "ハッピャク"}
_THOUSANDS = {3: "サンゼン", 8: "ハッセン"}


def counted_kana(number: int) -> str:
    """Read a number as a count (203 -> ニヒャクサン).

    Args:
        number: The number, from 1 to 9999.

    Returns:
        Reading in katakana; empty for other numbers.
    """
    if not 0 < number < 10_000:
        return ""
    thousands, hundreds, tens, ones = (number // 10**place % 10 for place in (3, 2, 1, 0))
    said = [_THOUSANDS.get(thousands, _times(thousands) + "セン")] if thousands else []
    said += [_HUNDREDS.get(hundreds, _times(hundreds) + "ヒャク")] if hundreds else []
    said += [_times(tens) + "ジュウ"] if tens else []
    return "".join(said) + (_SPOKEN_IN_COUNT[ones] if ones else "")


def _times(digit: int) -> str:
    return "" if digit == 1 else _SPOKEN_IN_COUNT[digit]


def edit_distance(a: Sequence[object], b: Sequence[object]) -> int:
    """Return the Levenshtein distance of two sequences of digits or morae."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j - 1] + (x != y), row[j] + 1, new[-1] + 1))
        row = new
    return row[-1]


def longest_common_run(one: str, other: str) -> int:
    """Return the length of the longest run of characters that two texts share."""
    most = 0
    for start in range(len(one)):
        while start + most < len(one) and one[start : start + most + 1] in other:
            most += 1
    return most
