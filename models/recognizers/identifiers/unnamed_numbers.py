"""Recognise long numbers that nothing names: somebody's, until a person says otherwise.

会員でいらっしゃいますか。⏎会員です。九六七、の、八五八二      nobody says 番号
注文番号は4471の2098です                                    a matter's, by its name
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.said_numbers import (
    SaidNumber,
    counted,
    groups_of,
    grown,
    with_letters,
)
from models.wording.digits import Run, complete
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of

MIN_FIGURES, MAX_FIGURES = 7, 16
"""Least and greatest number of digits: shorter ones are times, rooms and amounts, too."""

SCORE = 0.6
"""Below that of every number that is named."""

NAME_CHARS = 48
"""Greatest distance of a word that names what a number is, with no other digits between."""

PART_CHARS, MIN_PART = 200, 3
"""Greatest distance of a group that is the beginning or the end of such a number, and its least digits."""

_NAMED = re.compile(
    r"(?:(?:注文|受付|受け付け|伝票|お?問い?合わせ|予約|整理|申込|申し込み|見積もり?|チケット|管理|配送|追跡|修理|案件|機種|製造|シリアル|"
    r"部品|機械|本体|車体|エンジン|メーター|機器|器具|端末|お?荷物|書類|文書|部屋|品番|商品|製品|車台|ロット|郵便|内線|フリーダイヤル|便名)|(?:取引|解約|承認|決済|レジ)の?番号|電話|携帯|FAX|ファックス|住所|番地|暗証|型)"
    r"(?:[^0-9０-９〇零一二三四五六七八九]|[0-9０-９]{1,2}(?=桁))*$"
)
"""What names a number that is a matter's, a thing's, a place's or another recognizer's."""

_AMOUNT = re.compile(r"[0-9][,.][0-9]")
"""Within digits: an amount (1,690), a version or an address of a machine (192.168)."""

_BEGINS_OR_ENDS = re.compile(r"[、\s]*(?:から(?:始|はじ)|で(?:始|はじ|終|おわ))")
"""Behind the beginning or the end of a number, of whatever kind."""


class UnnamedNumberRecognizer(CallRecognizer):
    """Long numbers without a name."""

    entities = ("CUSTOMER_NUMBER",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take every long number that is no telephone number and named as nothing else, and its parts."""
        text = call.text
        groups = [group for group in groups_of(text) if not counted(text, group.end)]
        found = [*_unnamed(call, groups)]
        return [
            self.result("CUSTOMER_NUMBER", with_letters(text, start), end, SCORE, Reason.LONG_FIGURES)
            for start, end in dict.fromkeys(
                [*((number.start, number.end) for number in found), *_parts(text, groups, found)]
            )
        ]


def _unnamed(call: Call, groups: Sequence[Run]) -> Iterator[SaidNumber]:
    text, numbers = call.text, [*_numbers(call, groups)]
    others = {number.digits for number in numbers if complete(number.digits) or _is_named(text, number)}
    others |= {digits_of(known) for known in (*call.case.requester.phones, *call.case.company_phones)}
    for number in numbers:
        letters = number.start - with_letters(text, number.start)
        enough = MIN_FIGURES - bool(letters) <= len(number.digits) <= MAX_FIGURES
        amount = _AMOUNT.search(text, number.start, number.end)
        if enough and not amount and not any(number.digits in other for other in others):
            yield number


def _is_named(text: str, number: SaidNumber) -> bool:
    """Whether a number is named as a matter's, a thing's, a place's or another recognizer's."""
    start = with_letters(text, number.start)
    return bool(_NAMED.search(text, max(0, start - NAME_CHARS), start))


def _numbers(call: Call, groups: Sequence[Run]) -> Iterator[SaidNumber]:
    """Yield numbers one after the other; one that grows too long ends at the last full stop within it."""
    at = 0
    while at < len(groups):
        grows = [*grown(call, groups, at)]
        if len(grows[-1].digits) > MAX_FIGURES:
            stops = [
                one
                for one, other in itertools.pairwise(grows)
                if set("。\n") & set(call.text[one.end : other.end]) and len(one.digits) <= MAX_FIGURES
            ]
            grows = stops or grows
        yield grows[-1]
        at = grows[-1].last + 1


def _parts(text: str, groups: Sequence[Run], found: Sequence[SaidNumber]) -> Iterator[tuple[int, int]]:
    """Yield groups that begin or end a number that was found, or of which that is said."""
    for group in groups:
        if len(group.digits) < MIN_PART:
            continue
        near = (
            each
            for each in found
            if min(abs(group.start - each.end), abs(each.start - group.end)) <= PART_CHARS
        )
        part = any(
            each.digits.startswith(group.digits) or each.digits.endswith(group.digits) for each in near
        )
        if part or _BEGINS_OR_ENDS.match(text, group.end):
            yield group.start, group.end
