"""Honorifics in text and sound: strip them, and distinguish names from other words with an honorific.

サカモト さん      a name and its honorific
サカモト 日曜日 様  a surname, a misrecognised given name, an honorific
お客 様           a form of address, no name
7 さん            ナナ, written as a digit
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.sound.morae import Mora, morae
from pipeline.types import CharSpan

_HONORIFIC_MORAE: Final = tuple(morae(kana) for kana in ("センセイ", "チャン", "サマ", "サン", "クン"))
# さん is often written 3, but not every 3 is one.
_NOT_COUNTED = r"(?![\d、人名時年月日件本番回個度歳才代])"
_HONORIFIC = re.compile(rf"[、\s]?(?:さん|さま|様|君|くん|ちゃん|先生|氏|3{_NOT_COUNTED})")
_HONORIFIC_END = re.compile(rf"[、\s]*(?:さん|さま|様|くん|ちゃん|3{_NOT_COUNTED})")
_DIGIT = re.compile(r"\d")
_ONE_DIGIT = re.compile(rf"(?<![\d年月])\d(?:(?=さん|さま|様|君|くん|ちゃん|氏)|{_NOT_COUNTED})")
_GIVEN_NAME = re.compile(r"[^、。\s\dはがをにのとでも]{1,4}(?=さん|さま|様|くん|ちゃん)")
_NOBODY = re.compile(
    r"[おご]?(?:客|奥|皆|みな|子|嬢|母|父|兄|姉|爺|婆|孫|医者|旦那|主人|管理人|担当|大家|業者|先生"
    r"|貴方|あなた|私|わたし|わたくし|僕|自分|何|誰|どなた|どちら|こちら|そちら)?(?:さん|さま|様|くん|ちゃん|3)?"
)


def without_honorific(sound: tuple[Mora, ...]) -> tuple[Mora, ...]:
    """Strip a final honorific from a name's morae, where two morae or more remain."""
    for tail in _HONORIFIC_MORAE:
        if len(sound) - len(tail) >= 2 and sound[-len(tail) :] == tail:
            return sound[: -len(tail)]
    return sound


def name_text(text: str, chars: CharSpan) -> str:
    """Return the text of a span, without an honorific at its end."""
    for start in range(chars.start + 1, chars.end):
        match = _HONORIFIC_END.match(text, start)
        if match and match.end() == chars.end:
            return text[chars.start : start]
    return text[chars.start : chars.end]


def with_honorific(text: str, chars: CharSpan) -> bool:
    """Whether an honorific ends a span of the text or follows it."""
    return (
        len(name_text(text, chars)) < chars.end - chars.start or _HONORIFIC.match(text, chars.end) is not None
    )


def is_nobody(said: str) -> bool:
    """Whether a form of address names nobody (お客様), or is an honorific alone."""
    return _NOBODY.fullmatch(said.strip("、。 ")) is not None


def is_part_of_number(text: str, chars: CharSpan, *, exact: bool) -> bool:
    """Whether a span has digits that are no name.

    A single digit may be a name (ナナさん written 7さん) if it sounds exactly like the name and is part of no
    number, date or count.

    Args:
        text: The whole text.
        chars: The span in it.
        exact: Whether the span sounds exactly like the name.
    """
    name = name_text(text, chars)
    alone = exact and len(name) == 1 and _ONE_DIGIT.match(text, chars.start) is not None
    return _DIGIT.search(name) is not None and not alone


def with_given_name(text: str, chars: CharSpan) -> CharSpan:
    """Extend a surname's span by up to four characters before an honorific, none of them a particle."""
    rest = _GIVEN_NAME.match(text, chars.end)
    return CharSpan(chars.start, rest.end()) if rest else chars
