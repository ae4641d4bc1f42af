"""Numbers that are nobody's telephone: a price, an amount, a number that was asked for by another name.

    1時間で[1480]円です            what is said after it: an amount
    受付番号をお願いします ⏎ [4471]です      what was asked before it: another number

The learned witnesses take digits for a telephone number wherever somebody might have been asked for one,
and a call is full of digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from models.recognizers.spoken_number import cue_before
from models.weighing.judge.number_talk import OF_THINGS, SAID_FIGURE, talk_of_others
from models.wording.digits import complete, runs
from pipeline.ownership.compare.name import KanaReader
from pipeline.sound.digits import digits_of, longest_common_run, without_digits
from pipeline.sound.reader import SoundLine
from pipeline.types import CharSpan

__all__ = ["OtherNumbers", "figures_told", "is_another_number", "is_no_block", "is_read_back"]

_FIGURES = "0-9０-９〇零一二三四五六七八九十百千万億,，.．"
_UNIT = (
    r"(?:円|えん|キロ|グラム|リットル|メートル|パーセント|ポイント|枚|回|名様|人|歳|才|年|月|時|分|コマ|"
    r"ページ|箱|袋|個|便|列|番線|台|泊|センチ|ミリ|ワット)"
)
"""What is counted.  Not 号, 位 or 番, which is how 五, 一 and a joint between two groups are misheard."""

_TIME = re.compile(r"[0-9０-９]\s*時")
"""22時15分: a time of day, and no block."""

_ENDS_IN_FIGURE = re.compile(rf"[{_FIGURES}]\s*$")
_COUNTED = re.compile(rf"[{_FIGURES}]*\s*{_UNIT}")
_COUNTED_INSIDE = re.compile(r"[0-9０-９,，.．]+\s*(?:[円万枚歳才個]|名様|コマ|ページ)")
_DECIMAL = re.compile(r"(?<![0-9０-９.．])[0-9０-９]{1,2}[.．][0-9０-９]{2}(?![0-9０-９.．])")
"""右が2.75で左が3.25: lenses, litres, degrees.  A group of a number cut by a stop has four digits."""

_ASKED_NUMBER = re.compile(rf"(?:{OF_THINGS}|学生|生徒|社員|席)の?番号(?!.*番号)")
"""Not any: 郵便番号 is misheard as 有賓番号 and 指引番号."""

JUST_BEFORE: Final = 18
"""Characters from the word 番号 to its answer: はお分かりですか and お願いいたします are shorter."""

_PAUSE = re.compile(r"[、。\s]")

TOLD, READ_BACK = 3, 5
"""Figures of a number of another name at the least, and in a row of one that is read back, half of what is
said or more: of random figures one in thousands has them."""

LETTERS: Final = 1
"""Letters beside figures that are no place."""

GROUPS: Final = 9
"""Digits from which a number that begins with 0 is a telephone number whatever it was called, one lost."""

AMOUNT: Final = 7
"""Digits from which no unit makes an amount of it: two groups of a number at least."""

PRIVATE_NETWORK: Final = "192168"
"""With which the address of a router at home begins (RFC 1918, 192.168/16)."""

NEAR: Final = 10
"""Characters around a finding in which the rest of such an address is said."""

POSTAL: Final = (7, 14)
"""Digits of a postal code, said once or twice: U-BIN番号 is another name than that of a telephone number, but
what is answered is where somebody lives."""


class OtherNumbers:
    """What a call tells of numbers that are nobody's data.

    Args:
        text: The call.
        line: How it reads.
        reader: Reads what figures are misheard as.
    """

    def __init__(self, text: str, line: SoundLine, reader: KanaReader) -> None:
        self._text = text
        self._reader = reader
        self._talk = talk_of_others(text, line)
        self._told = figures_told(text, self._talk, reader)

    def are(self, entity_type: str, chars: CharSpan, *, placed: bool = False) -> bool:
        """Whether the words around figures, or the same figures before, tell that they are no data.

        Args:
            entity_type: What they were taken for.
            chars: Of the finding.
            placed: Whether a part of an address was recognised in it.
        """
        match entity_type:
            case "PHONE_NUMBER":
                none = is_another_number(self._text, chars, self._talk)
            case "ADDRESS":
                bare = not placed or self._bare(chars)
                none = bare and is_no_block(self._text, chars, self._talk)
            case "PERSON":
                return self._all_figures(chars)
            case _:
                return False
        return none or is_read_back(self._text, chars, self._told, self._reader)

    def talked_of(self, entity_type: str, chars: CharSpan) -> bool:
        """Whether figures lie where such numbers are talked of, or were told there: more than one word tells.

        Args:
            entity_type: What they were taken for.
            chars: Of the finding.
        """
        return self.are(entity_type, chars) and (
            _within(chars, self._talk) or is_read_back(self._text, chars, self._told, self._reader)
        )

    def _all_figures(self, chars: CharSpan) -> bool:
        """Whether what was taken for a name is figures of such a number: 46[まる]さん."""
        said = self._text[chars.start : chars.end]
        figures = bool(digits_of(said)) and not without_digits(said).strip("、。.・- \n")
        return figures and _within(chars, self._talk)

    def _bare(self, chars: CharSpan) -> bool:
        """Whether there are figures and no place: 4-1-9 looks like a block."""
        beside = without_digits(self._text[chars.start : chars.end])
        return sum(map(str.isalpha, beside)) <= LETTERS


def is_another_number(text: str, chars: CharSpan, talk: Sequence[CharSpan] = ()) -> bool:
    """Whether the words around digits tell that they are no telephone number, nor a part of one.

    Of 52 such findings in 57 minutes of made calls, 14 of them masked, none was a telephone number; of the 45
    other masked ones 33 were.

    Args:
        text: The call.
        chars: The finding's.
        talk: Where such are talked of (``models.weighing.judge.number_talk``).

    Returns:
        ``False`` where nothing is told.
    """
    said = text[chars.start : chars.end]
    digits = digits_of(said)
    if complete(digits) or (digits.startswith("0") and len(digits) >= GROUPS):
        return False
    if _is_amount(text, chars, digits) or _within(chars, talk):
        return True
    if digits and PRIVATE_NETWORK in digits_of(text[max(0, chars.start - NEAR) : chars.end + NEAR]):
        return True
    return len(digits) not in POSTAL and cue_before(text, chars.start) == "other"


def is_no_block(text: str, chars: CharSpan, talk: Sequence[CharSpan] = ()) -> bool:
    """Whether figures that were taken for an address answer the question for a number of another name.

    受け付け番号[662枚の剣]: garbled, any number with の in it looks like a block.

    Args:
        text: The call.
        chars: Of a finding in which no part of an address was recognised.
        talk: Where such are talked of (``models.weighing.judge.number_talk``).

    Returns:
        ``False`` where nothing is told.
    """
    if _TIME.search(text, chars.start, chars.end):
        return True
    figures = SAID_FIGURE.search(text, chars.start, chars.end)
    asked = _ASKED_NUMBER.search(text, max(0, chars.start - JUST_BEFORE), chars.start)
    return bool(figures) and (bool(asked) or _within(chars, talk))


def figures_told(text: str, talk: Sequence[CharSpan], reader: KanaReader) -> tuple[tuple[int, str], ...]:
    """All figures of a call that are told to be of a number of another name.

    Args:
        text: The call.
        talk: Where such are talked of (``models.weighing.judge.number_talk``).
        reader: Reads what figures are misheard as: 球 for 9.

    Returns:
        Of each such number where it begins in the text, and its figures, with those behind it to the next
        pause; of none that begins as telephone numbers do.
    """
    return tuple(
        (run.start, digits_of(reader.kana(text[run.start : run.end] + _PAUSE.split(text[run.end :], 1)[0])))
        for run in runs(text)
        if len(run.digits) >= TOLD
        and not run.digits.startswith("0")
        and is_another_number(text, CharSpan(run.start, run.end), talk)
    )


def is_read_back(text: str, chars: CharSpan, told: Sequence[tuple[int, str]], reader: KanaReader) -> bool:
    """Whether a finding's figures were said as a number of another name: 80623 ⏎ 224 ⏎ の[623224].

    Args:
        text: The call.
        chars: The finding's.
        told: From ``figures_told``.
        reader: Reads what figures are misheard as.
    """
    before = "".join(digits for start, digits in told if start < chars.start)
    if not before:
        return False
    said = text[chars.start : chars.end]
    heard = {digits_of(said), digits_of(reader.kana(said))}
    known = any(longest_common_run(digits, before) >= max(READ_BACK, len(digits) / 2) for digits in heard)
    return known and not any(map(complete, heard))


def _within(chars: CharSpan, talk: Sequence[CharSpan]) -> bool:
    """Whether most of a finding lies where such numbers are talked of."""
    inside = sum(max(0, min(chars.end, each.end) - max(chars.start, each.start)) for each in talk)
    return 2 * inside > chars.end - chars.start


def _is_amount(text: str, chars: CharSpan, digits: str) -> bool:
    said = text[chars.start : chars.end]
    if digits.startswith("0") or len(digits) >= AMOUNT:
        return False
    goes_on = _ENDS_IN_FIGURE.search(said) and _COUNTED.match(text, chars.end)
    decimal = _DECIMAL.search(text, chars.start, chars.end + 1)  # and what follows: 52.16 of 52.1633 is none
    return bool(goes_on or _COUNTED_INSIDE.search(said) or (decimal and decimal.end() <= chars.end))
