"""Recognise numbers that are no telephone number: prices, amounts, numbers asked for by another name.

    1時間で[1480]円です                      the words behind it: an amount
    受付番号をお願いします ⏎ [4471]です      the question before it: another number

The learned recognizers take digits for a telephone number wherever one might have been asked for, and a call
is full of digits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from models.weighing.judge.number_talk import KINDS_OF_NUMBER, SAID_FIGURE, passages_about_other_numbers
from models.wording.announced import CUE_REACH, cue_before
from models.wording.digits import complete, runs
from pipeline.ownership.known.names import KanaReader
from pipeline.sound.digits import digits_of, longest_common_run, without_digits
from pipeline.sound.reader import SoundLine
from pipeline.types import CharSpan

_FIGURES = "0-9０-９〇零一二三四五六七八九十百千万億,，.．"
_UNIT = (
    r"(?:円|えん|キロ|グラム|リットル|メートル|パーセント|ポイント|枚|回|名様|人|歳|才|年|月|時|分|コマ|"
    r"ページ|箱|袋|個|便|列|番線|台|泊|センチ|ミリ|ワット)"
)
"""Units that follow an amount.  号, 位 and 番 are left out: 五, 一 and the pause between two groups are
misheard as them."""

_TIME = re.compile(r"[0-9０-９]\s*時")
"""A time of day (22時15分), not a block number."""

_ENDS_IN_FIGURE = re.compile(rf"[{_FIGURES}]\s*$")
_COUNTED = re.compile(rf"[{_FIGURES}]*\s*{_UNIT}")
_COUNTED_INSIDE = re.compile(r"[0-9０-９,，.．]+\s*(?:[円万枚歳才個]|名様|コマ|ページ)")
_DECIMAL = re.compile(r"(?<![0-9０-９.．])[0-9０-９]{1,2}[.．][0-9０-９]{2}(?![0-9０-９.．])")
"""Decimals (右が2.75で左が3.25): lenses, litres, degrees.  A group of a telephone number behind a full stop
has four digits."""

_ASKED_NUMBER = re.compile(rf"(?:{KINDS_OF_NUMBER}|学生|生徒|社員|席)の?番号(?!.*番号)")
"""Not just any word before 番号: 郵便番号 is misheard as 有賓番号 and 指引番号."""

MAX_QUESTION_CHARS: Final = 18
"""Greatest distance from the word 番号 to its answer; はお分かりですか and お願いいたします are shorter."""

_PAUSE = re.compile(r"[、。\s]")

MIN_TOLD_DIGITS, MIN_COMMON_DIGITS = 3, 5
"""Least length of another number that is remembered, and least length of the run that a finding shares with
it when it is read back (at least half of the finding): one in thousands of random numbers shares as many
digits."""

MAX_LETTERS: Final = 1
"""Greatest number of letters beside digits that name no place."""

MIN_PHONE_DIGITS: Final = 9
"""Least length of a number with a leading 0 that is a telephone number whatever it was called; one digit may
be lost."""

MIN_DIGITS_BEYOND_AMOUNT: Final = 7
"""Least length of a number that no unit turns into an amount: two groups of a telephone number."""

PRIVATE_NETWORK: Final = "192168"
"""First digits of the address of a router at home (RFC 1918, 192.168/16)."""

NETWORK_REACH_CHARS: Final = 10
"""Characters on both sides of a finding that may hold the rest of such an address."""

POSTAL_DIGITS: Final = (7, 14)
"""Number of digits of a postal code said once or twice.  U-BIN番号 is not the name of a telephone number, but
its answer is part of an address."""


class OtherNumbers:
    """Numbers of a call that are no personal data.

    Args:
        text: Text of the transcript.
        line: Its morae.
        reader: Gives readings of words that digits are misheard as.
    """

    def __init__(self, text: str, line: SoundLine, reader: KanaReader) -> None:
        self._text = text
        self._reader = reader
        self._talk = passages_about_other_numbers(text, line)
        self._told = figures_told(text, self._talk, reader)

    def are(self, entity_type: str, chars: CharSpan, *, placed: bool = False) -> bool:
        """Whether a finding is such a number, by the words around it or by an earlier mention.

        Args:
            entity_type: Type of the finding.
            chars: Its characters.
            placed: Whether a recognizer found part of an address in it.
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
        """Whether a finding is such a number by more evidence than one word beside it.

        Args:
            entity_type: Type of the finding.
            chars: Its characters.
        """
        return self.are(entity_type, chars) and (
            _within(chars, self._talk) or is_read_back(self._text, chars, self._told, self._reader)
        )

    def _all_figures(self, chars: CharSpan) -> bool:
        """Whether a supposed name consists only of digits of such a number: 46[まる]さん."""
        said = self._text[chars.start : chars.end]
        figures = bool(digits_of(said)) and not without_digits(said).strip("、。.・- \n")
        return figures and _within(chars, self._talk)

    def _bare(self, chars: CharSpan) -> bool:
        """Whether a finding has digits and no place: 4-1-9 looks like a block number."""
        beside = without_digits(self._text[chars.start : chars.end])
        return sum(map(str.isalpha, beside)) <= MAX_LETTERS


def is_another_number(text: str, chars: CharSpan, talk: Sequence[CharSpan] = ()) -> bool:
    """Whether the words around digits show that they are no telephone number.

    In 57 minutes of made calls none of 52 such findings, 14 of them masked, was (part of) a telephone number;
    of the 45 other masked findings 33 were.

    Args:
        text: Text of the transcript.
        chars: The finding.
        talk: Passages about other numbers (``models.weighing.judge.number_talk``).

    Returns:
        ``False`` where the words show nothing.
    """
    said = text[chars.start : chars.end]
    digits = digits_of(said)
    if complete(digits) or (digits.startswith("0") and len(digits) >= MIN_PHONE_DIGITS):
        return False
    if _is_amount(text, chars, digits) or _within(chars, talk):
        return True
    if digits and PRIVATE_NETWORK in digits_of(
        text[max(0, chars.start - NETWORK_REACH_CHARS) : chars.end + NETWORK_REACH_CHARS]
    ):
        return True
    if len(digits) in POSTAL_DIGITS or _postal_code_announced(text, chars.start):
        return False
    return cue_before(text, chars.start) == "other"


def _postal_code_announced(text: str, start: int) -> bool:
    """Whether the last 番号 before a number is 郵便番号, so that the number is part of an address."""
    named = text.rfind("番号", max(0, start - CUE_REACH), start)
    return text.endswith("郵便", 0, named) if named >= 0 else False


def is_no_block(text: str, chars: CharSpan, talk: Sequence[CharSpan] = ()) -> bool:
    """Whether a supposed address is the answer to a question for another number.

    受け付け番号[662枚の剣]: garbled, any number with の in it looks like a block number.

    Args:
        text: Text of the transcript.
        chars: A finding in which no recognizer found part of an address.
        talk: Passages about other numbers (``models.weighing.judge.number_talk``).

    Returns:
        ``False`` where the words show nothing.
    """
    if _TIME.search(text, chars.start, chars.end):
        return True
    figures = SAID_FIGURE.search(text, chars.start, chars.end)
    asked = _ASKED_NUMBER.search(text, max(0, chars.start - MAX_QUESTION_CHARS), chars.start)
    return bool(figures) and (bool(asked) or _within(chars, talk))


def figures_told(text: str, talk: Sequence[CharSpan], reader: KanaReader) -> tuple[tuple[int, str], ...]:
    """Return the digits of every other number in a call.

    Args:
        text: Text of the transcript.
        talk: Passages about other numbers (``models.weighing.judge.number_talk``).
        reader: Gives readings of words that digits are misheard as: 球 for 9.

    Returns:
        The first character and the digits of each, with the digits that follow up to the next pause.  Numbers
        with a leading 0 are left out, as telephone numbers have one.
    """
    return tuple(
        (run.start, digits_of(reader.kana(text[run.start : run.end] + _PAUSE.split(text[run.end :], 1)[0])))
        for run in runs(text)
        if len(run.digits) >= MIN_TOLD_DIGITS
        and not run.digits.startswith("0")
        and is_another_number(text, CharSpan(run.start, run.end), talk)
    )


def is_read_back(text: str, chars: CharSpan, told: Sequence[tuple[int, str]], reader: KanaReader) -> bool:
    """Whether a finding repeats digits that were said as another number: 80623 ⏎ 224 ⏎ の[623224].

    Args:
        text: Text of the transcript.
        chars: The finding.
        told: Result of ``figures_told``.
        reader: Gives readings of words that digits are misheard as.
    """
    before = "".join(digits for start, digits in told if start < chars.start)
    if not before:
        return False
    said = text[chars.start : chars.end]
    heard = {digits_of(said), digits_of(reader.kana(said))}
    known = any(
        longest_common_run(digits, before) >= max(MIN_COMMON_DIGITS, len(digits) / 2) for digits in heard
    )
    return known and not any(map(complete, heard))


def _within(chars: CharSpan, talk: Sequence[CharSpan]) -> bool:
    """Whether most of a finding lies in passages about other numbers."""
    inside = sum(max(0, min(chars.end, each.end) - max(chars.start, each.start)) for each in talk)
    return 2 * inside > chars.end - chars.start


def _is_amount(text: str, chars: CharSpan, digits: str) -> bool:
    said = text[chars.start : chars.end]
    if digits.startswith("0") or len(digits) >= MIN_DIGITS_BEYOND_AMOUNT:
        return False
    goes_on = _ENDS_IN_FIGURE.search(said) and _COUNTED.match(text, chars.end)
    decimal = _DECIMAL.search(text, chars.start, chars.end + 1)  # and what follows: 52.16 of 52.1633 is none
    return bool(goes_on or _COUNTED_INSIDE.search(said) or (decimal and decimal.end() <= chars.end))
