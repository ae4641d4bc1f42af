"""How numbers and kana are said on the telephone; written and spoken side by side."""

from __future__ import annotations

import re

ZEROS = ("ゼロ", "マル", "レイ")
"""The three ways to say 0 in a telephone number."""

_DIGITS = ("ゼロ", "イチ", "ニー", "サン", "ヨン", "ゴー", "ロク", "ナナ", "ハチ", "キュウ")
_ONES = ("", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_HUNDREDS = (
    "",
    "ヒャク",
    "ニヒャク",
    "サンビャク",
    "ヨンヒャク",
    "ゴヒャク",
    "ロッピャク",
    "ナナヒャク",
    "ハッピャク",
    "キュウヒャク",
)
_THOUSANDS = (
    "",
    "セン",
    "ニセン",
    "サンゼン",
    "ヨンセン",
    "ゴセン",
    "ロクセン",
    "ナナセン",
    "ハッセン",
    "キュウセン",
)
_KANJI = "〇一二三四五六七八九"
_CHOME_ENDINGS = {"イチ": "イッ", "ハチ": "ハッ", "ジュウ": "ジュッ"}


def digits_kana(digits: str, zero: str = "ゼロ") -> str:
    """Digits one by one, as in ``090`` -> ゼロキュウゼロ."""
    return "".join(zero if digit == "0" else _DIGITS[int(digit)] for digit in digits)


def count_kana(number: int) -> str:
    """A number below 10,000 as one says it, as in 203 -> ニヒャクサン.

    Raises:
        ValueError: outside 1 to 9999.
    """
    if not 1 <= number <= 9999:
        raise ValueError(f"{number} is not between 1 and 9999")
    thousands, rest = divmod(number, 1000)
    hundreds, rest = divmod(rest, 100)
    tens, ones = divmod(rest, 10)
    ten = "" if tens == 0 else "ジュウ" if tens == 1 else _ONES[tens] + "ジュウ"
    return _THOUSANDS[thousands] + _HUNDREDS[hundreds] + ten + _ONES[ones]


def counter_kana(number: int, counter: str) -> str:
    """A number with 丁目, 番, 番地, 号 or 号室, as in (1, 丁目) -> イッチョウメ."""
    said = count_kana(number)
    if counter == "丁目":
        for ending, short in _CHOME_ENDINGS.items():
            if said.endswith(ending):
                said = said.removesuffix(ending) + short
        return said + "チョウメ"
    return said + {"番": "バン", "番地": "バンチ", "号": "ゴウ", "号室": "ゴウシツ"}[counter]


def kanji_number(number: int) -> str:
    """A number below 10,000 in kanji, as in 12 -> 十二."""
    thousands, rest = divmod(number, 1000)
    hundreds, rest = divmod(rest, 100)
    tens, ones = divmod(rest, 10)
    written = ""
    for count, unit in ((thousands, "千"), (hundreds, "百"), (tens, "十")):
        if count:
            written += ("" if count == 1 else _KANJI[count]) + unit
    return written + (_KANJI[ones] if ones else "")


def morae(kana: str) -> tuple[str, ...]:
    """Katakana cut into what is said with one beat; small letters stay with theirs."""
    return tuple(re.findall(r".[ァィゥェォャュョヮ]?", kana))


def lengthened(kana: str) -> str:
    """Long vowels of Sino-Japanese sounds as a voice needs them, キュウ -> キュー."""
    return re.sub(r"(?<=[ュョ])ウ|(?<=ゴ)ウ(?=シツ|、|$)", "ー", kana)


_COUNTED = re.compile(
    r"[円年月日時分秒人件個本枚台回階歳才週名冊杯度割点号番丁キグメリパヶカ％%]|か月|ヶ月|センチ"
)


def arabic_to_spoken(text: str) -> str:
    """Arabic digits of literal text turned into what a voice reads well.

    A counted number becomes kanji (12日 -> 十二日); a long run, or one with a leading
    zero, is read digit by digit (order numbers).
    """
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text.translate(_NARROW))

    def spoken(match: re.Match[str]) -> str:
        digits = match[0]
        counted = _COUNTED.match(text, match.end()) is not None
        if digits[0] == "0" or len(digits) > 4 or (len(digits) == 4 and not counted):
            if len(digits) > 4 and digits[0] != "0" and text[match.end() : match.end() + 1] == "円":
                return _large(int(digits))
            return digits_kana(digits)
        return kanji_number(int(digits))

    return re.sub(r"\d+", spoken, text)


_NARROW = str.maketrans("０１２３４５６７８９，", "0123456789,")


def _large(number: int) -> str:
    """A sum of money of five digits or more, as in 12,800 -> 一万二千八百."""
    high, low = divmod(number, 10_000)
    return (_large(high) if high > 9999 else kanji_number(high)) + "万" + (kanji_number(low) if low else "")


_ROWS = {
    "": "アイウエオ",
    "k": "カキクケコ",
    "g": "ガギグゲゴ",
    "s": "サ-スセソ",
    "z": "ザ-ズゼゾ",
    "t": "タ--テト",
    "d": "ダ--デド",
    "n": "ナニヌネノ",
    "h": "ハヒ-ヘホ",
    "b": "バビブベボ",
    "p": "パピプペポ",
    "m": "マミムメモ",
    "r": "ラリルレロ",
}  # fmt: skip - one row a line would say no more
_ROMAJI = {
    kana: row + vowel for row, line in _ROWS.items() for kana, vowel in zip(line, "aiueo", strict=True)
}
_ROMAJI |= {"シ": "shi", "ジ": "ji", "チ": "chi", "ツ": "tsu", "ヂ": "ji", "ヅ": "zu", "フ": "fu"}
_ROMAJI |= {"ヤ": "ya", "ユ": "yu", "ヨ": "yo", "ワ": "wa", "ヲ": "o", "ン": "n", "ー": "", "ヴ": "vu"}
_SMALL = {"ャ": "a", "ュ": "u", "ョ": "o", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}


def romaji(kana: str) -> str:
    """Katakana in Hepburn letters as mail addresses have them, without long vowels."""
    out = ""
    doubled = False
    for mora in morae(kana):
        if mora == "ッ":
            doubled = True
            continue
        letters = _ROMAJI.get(mora[0], "")
        if len(mora) == 2:
            base = letters[:-1]
            glide = "" if base in ("sh", "j", "ch") or mora[1] not in "ャュョ" else "y"
            letters = base + glide + _SMALL.get(mora[1], "")
        out += letters[:1] + letters if doubled else letters
        doubled = False
    return out
