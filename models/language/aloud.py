"""Read a text in the pronunciation of a voice: は as ワ, いう as ユウ, 10時 as ジュウジ.

``Reader.kana`` keeps the spelling, because it compares two written texts.  Here text is compared with sound.

    written    |本日|は|、|10   |時|に|伺い  |ます|
    Reader     |   |ハ| |イチゼロ|ジ|ニ|
    aloud      |   |ワ| |ジュウ  |ジ|ニ|

A number is read as a count before a counter (8時, 880円) and where it has one or two digits (30の6), else
digit by digit (090, 3306).  Known errors cost one to four morae each:

- zero is said ゼロ, マル or レイ, and 2 among digits ニー: 090 is ゼロキュウゼロ here;
- the hyphens of 5-30-6 are silent here, while many people say ノ;
- a room or a model of three digits may be said either way;
- counters change sounds that the dictionary does not: ヨジ, ミッカ, サンジュップン;
- a word with two readings gets the dictionary's: 私 ワタクシ, 明日 アス.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from pipeline.sound.digits import counted_kana
from pipeline.types import CharSpan

if TYPE_CHECKING:
    from models.language.readings import Reader, Token

_TOPICS: Final = {"は": "ワ", "へ": "エ"}
"""Particles whose pronunciation differs from the spelling."""

_ENDING_IN_TOPIC: Final = {"こんにちは", "こんばんは", "あるいは", "もしくは"}
"""Words of the dictionary that end in such a particle."""

_NUMBER: Final = re.compile(r"(?:(?P<myriads>[1-9]\d{0,3})万)?(?P<rest>[1-9]\d*)?")

_FEW_DIGITS: Final = 2
"""Greatest number of digits of a number that is read as a count without a counter."""

_KANJI_DIGITS: Final = str.maketrans("0123456789", "〇一二三四五六七八九")

_MYRIAD: Final = 10_000


def read_aloud(reader: Reader, text: str) -> tuple[tuple[CharSpan, str], ...]:
    """Read a text in the pronunciation of a voice.

    Args:
        reader: Splits the text into words and reads them.
        text: The written text.

    Returns:
        Characters and katakana of each word, "" where it is silent, in order; together they are the whole
        text.
    """
    tokens = reader.tokens(text)
    followers = (*tokens[1:], None)
    return tuple(
        (token.chars, _said(reader, text[token.chars.start : token.chars.end], token, follower))
        for token, follower in zip(tokens, followers, strict=False)
    )


def _said(reader: Reader, surface: str, token: Token, follower: Token | None) -> str:
    plain = unicodedata.normalize("NFKC", surface)
    if surface in _TOPICS and token.pos.startswith("助詞"):
        return _TOPICS[surface]
    if surface in _ENDING_IN_TOPIC:
        return token.kana[:-1] + "ワ"
    if surface == "いう" and token.pos.startswith("動詞"):
        return "ユウ"
    if not re.search("[0-9]", plain):
        return token.kana
    if "数詞" not in token.pos.split("-"):
        # The reader would drop the kanji of 1人, which is one word.
        return reader.kana(plain.translate(_KANJI_DIGITS))
    counter = follower is not None and "助数詞" in follower.pos
    return _counted(plain, counter=counter) or token.kana


def _counted(number: str, *, counter: bool) -> str:
    """Return a number as a count; "" where it is said digit by digit."""
    parts = _NUMBER.fullmatch(number.replace(",", ""))
    if parts is None:
        return ""
    myriads, rest = int(parts["myriads"] or 0), int(parts["rest"] or 0)
    if not counter and not myriads and "," not in number and len(number) > _FEW_DIGITS:
        return ""
    myriads, rest = myriads + rest // _MYRIAD, rest % _MYRIAD
    # 10,000 is イチマン, never マン.
    return (f"{counted_kana(myriads)}マン" if myriads else "") + counted_kana(rest)
