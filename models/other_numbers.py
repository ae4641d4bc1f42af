"""Numbers that are nobody's telephone: a price, an amount, a number that was asked for by another name.

    1時間で[1480]円です            what is said after it: an amount
    受付番号をお願いします ⏎ [4471]です      what was asked before it: another number

The learned witnesses take digits for a telephone number wherever somebody might have been asked for one,
and a call is full of digits.
"""

from __future__ import annotations

import re
from typing import Final

from models.recognizers.digits import complete, runs
from models.recognizers.spoken_number import cue_before
from pipeline.spoken_digits import digits_of
from pipeline.types import CharSpan

__all__ = ["figures_told", "is_another_number", "is_no_block", "is_read_back"]

_FIGURES = "0-9０-９〇零一二三四五六七八九十百千万億,，.．"
_UNIT = (
    r"(?:円|えん|キロ|グラム|リットル|メートル|パーセント|ポイント|枚|回|名様|人|歳|才|年|月|時|分|コマ|"
    r"ページ|箱|袋|個)"
)
"""What is counted.  Not 号, 位 or 番, which is how 五, 一 and a joint between two groups are misheard."""

_ENDS_IN_FIGURE = re.compile(rf"[{_FIGURES}]\s*$")
_COUNTED = re.compile(rf"[{_FIGURES}]*\s*{_UNIT}")
_COUNTED_INSIDE = re.compile(r"[0-9０-９,，.．]+\s*(?:[円万枚歳才個]|名様|コマ|ページ)")
_DECIMAL = re.compile(r"(?<![0-9０-９.．])[0-9０-９]{1,2}[.．][0-9０-９]{2}(?![0-9０-９.．])")
"""右が2.75で左が3.25: lenses, litres, degrees.  A group of a number cut by a stop has four digits."""

_FIGURE = re.compile(r"[0-9０-９]")
_ASKED_NUMBER = re.compile(
    r"(?:客様|受け?つ?付け?|学生|生徒|会員|社員|伝票|注文|予約|契約|証券|申し?込み?|問い?合わせ|整理|管理|診察券|座席|席|事故|車両)"
    r"の?番号(?!.*番号)"
)
"""Not any: 郵便番号 is misheard as 有賓番号 and 指引番号."""

JUST_BEFORE: Final = 18
"""Characters from the word 番号 to its answer: はお分かりですか and お願いいたします are shorter."""

_THINGS_NUMBER = re.compile(r"(?:[一-龠]{2,}の|予約|伝票|注文|会員|受付)番号")
"""電池の番号: of a thing.  Without の only what is hardly a misheard 郵便番号."""

_BARE = re.compile(r"[0-9０-９\s、。.,ー-]+")
"""Figures, and nothing that makes a block of them."""

BEFORE: Final = 48
"""Characters from such a word to figures alone: one short turn between them."""

TOLD, READ_BACK = 3, 5
"""Figures of a number of another name, and of what is read back of such: one in 10,000 is so by chance."""

GROUPS: Final = 9
"""Digits from which a number that begins with 0 is a telephone number whatever it was called, one lost."""

AMOUNT: Final = 7
"""Digits from which no unit makes an amount of it: two groups of a number at least."""


POSTAL: Final = (7, 14)
"""Digits of a postal code, said once or twice: U-BIN番号 is another name than that of a telephone number, but
what is answered is where somebody lives."""


def is_another_number(text: str, chars: CharSpan) -> bool:
    """Whether the words around digits tell that they are no telephone number, nor a part of one.

    Of 52 such findings in 57 minutes of made calls, 14 of them masked, none was a telephone number; of the 45
    other masked ones 33 were.

    Args:
        text: The call.
        chars: The finding's.

    Returns:
        ``False`` where nothing is told.
    """
    said = text[chars.start : chars.end]
    digits = digits_of(said)
    if complete(digits) or (digits.startswith("0") and len(digits) >= GROUPS):
        return False
    if _is_amount(text, chars, digits):
        return True
    return len(digits) not in POSTAL and cue_before(text, chars.start) == "other"


def is_no_block(text: str, chars: CharSpan) -> bool:
    """Whether figures that were taken for an address answer the question for a number of another name.

    受け付け番号[662枚の剣]: garbled, any number with の in it looks like a block.

    Args:
        text: The call.
        chars: Of a finding in which no part of an address was recognised.

    Returns:
        ``False`` where nothing is told.
    """
    figures = _FIGURE.search(text, chars.start, chars.end)
    asked = _ASKED_NUMBER.search(text, max(0, chars.start - JUST_BEFORE), chars.start)
    if not figures or asked:
        return bool(figures)
    bare = _BARE.fullmatch(text, chars.start, chars.end) and len(digits_of(text[chars.start : chars.end]))
    things = _THINGS_NUMBER.search(text, max(0, chars.start - BEFORE), chars.start)
    return bool(bare and bare not in POSTAL and things) and cue_before(text, chars.start) == "other"


def figures_told(text: str) -> str:
    """All figures of a call that are told to be of no telephone number, in their order, without a break.

    Args:
        text: The call.
    """
    found = (
        run.digits
        for run in runs(text)
        if len(run.digits) >= TOLD and is_another_number(text, CharSpan(run.start, run.end))
    )
    return "".join(found)


def is_read_back(text: str, chars: CharSpan, told: str) -> bool:
    """Whether a finding's figures were said as a number of another name: 80623 ⏎ 224 ⏎ の[623224].

    Args:
        text: The call.
        chars: The finding's.
        told: From ``figures_told``.
    """
    digits = digits_of(text[chars.start : chars.end])
    return len(digits) >= READ_BACK and not complete(digits) and digits in told


def _is_amount(text: str, chars: CharSpan, digits: str) -> bool:
    said = text[chars.start : chars.end]
    if digits.startswith("0") or len(digits) >= AMOUNT:
        return False
    goes_on = _ENDS_IN_FIGURE.search(said) and _COUNTED.match(text, chars.end)
    decimal = _DECIMAL.search(text, chars.start, chars.end + 1)  # and what follows: 52.16 of 52.1633 is none
    return bool(goes_on or _COUNTED_INSIDE.search(said) or (decimal and decimal.end() <= chars.end))
