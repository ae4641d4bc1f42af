"""Find runs of spoken or written digits in recognised text; shared by numbers and questions.

080、⏎はい。⏎7383、えっと、1983です     one run of eleven digits
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.sound.digits import KANJI_DIGITS, SPOKEN_DIGITS

KANJI = KANJI_DIGITS | {"○": "0"}
KANA = SPOKEN_DIGITS | {"ニイ": "2", "シー": "4", "きゅー": "9", "クー": "9"}
_DIGIT = re.compile("|".join([r"[0-9０-９]", f"[{''.join(KANJI)}]", *sorted(KANA, key=len, reverse=True)]))
_JOINT = re.compile(
    r"(?:[\s、。,.ー\-−‐—–~〜・･()（）]|ハイフン|の|ノ|はい|ええ|うん|ハイ|えっと|えーと|ええと|えー|"
    r"あの|あー|あれ|そして|それから|です|ですね|でございますね|で|ね|局|番|と|もう一度|"
    r"ごゆっくり(?:で結構です|どうぞ)?)*"
)
UNIT_AFTER = re.compile(
    r"\s*(?:円|えん|年|月|日|時|分|秒|歳|才|個|本|枚|台|名|人|回|件|階|キロ|トン|グラム|g|kg|cm|ミリ|"
    r"センチ|メートル|%|％|パーセント|割|万|千|百|十|ヶ月|か月|カ月|ヵ月|週|泊|リットル|ページ|等|位|"
    r"度|丁目|番地|号|番線|ポイント|課|年生|組|段|型|代|次|つ|口|ユーロ|ドル|アンペア|便|両|"
    r"世帯|棟|軒|匹|杯|畳|坪|平米|帖|者|部|通|箱|袋|足|着|点|倍|桁|"
    r"マイル|ギガ|メガ|ワット|ボルト|平方|立方|馬力|インチ|カロリー)"
)
MAX_JUNK_CHARS = 3
"""Greatest number of characters between digits that may be one or two misheard digits (「0901234
報力78」)."""

_MOBILE = re.compile(r"0[5-9]0")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters ``[start, end)`` and the digits in them."""

    start: int
    end: int
    digits: str = field(repr=False)


def complete(digits: str) -> bool:
    """Whether the digits are a complete Japanese telephone number: 10 digits from 0, a mobile number 11."""
    return digits.startswith("0") and len(digits) >= (11 if _MOBILE.match(digits) else 10)


def runs(text: str, whole: Callable[[str], bool] = complete) -> tuple[Run, ...]:
    """Find the longest runs of digits with only pauses, particles, fillers or a little junk between them.

    Args:
        text: The raw transcript.
        whole: Test for the digits of a complete number; by default of a telephone number.

    Returns:
        Runs in order.  A complete number ends its run at the next pause: the number and its 復唱 are two.
    """
    found: list[Run] = []
    for match in _DIGIT.finditer(text):
        written = match.group()
        digit = KANA.get(written) or KANJI.get(written) or unicodedata.normalize("NFKC", written)
        if found and _joined(text, found[-1], match.start(), whole):
            last = found[-1]
            found[-1] = Run(last.start, match.end(), last.digits + digit)
        else:
            found.append(Run(match.start(), match.end(), digit))
    return tuple(found)


def goes_on(text: str, end: int, start: int) -> bool:
    """Whether a number that stops at ``end`` may go on at ``start``: pauses, particles and fillers between.

    Args:
        text: The raw transcript.
        end: End of a group of digits.
        start: Start of the next one.
    """
    between = text[end:start]
    pause = bool(set("\n。") & set(between))
    return bool(_JOINT.fullmatch(between)) and not (pause and "です" in between)


def _joined(text: str, run: Run, start: int, whole: Callable[[str], bool]) -> bool:
    """Whether the digit at ``start`` continues the number in ``run``."""
    between = text[run.end : start]
    if not between:
        return True
    if UNIT_AFTER.match(text, run.end) or _closed(run, between, whole):
        return False
    following = _DIGIT.match(text, start)
    if between.strip("、の ") and following and UNIT_AFTER.match(text, following.end()):
        return False  # はい。二トン車
    junk = len(run.digits) >= 3 and len(between.strip()) <= MAX_JUNK_CHARS and not set("\n。") & set(between)
    return bool(_JOINT.fullmatch(between)) or (junk and text[start].isascii())


def _closed(run: Run, between: str, whole: Callable[[str], bool]) -> bool:
    """Whether the number has ended: it is complete, or です was said before a pause."""
    pause = bool(set("\n。") & set(between))
    return (pause and "です" in between) or (whole(run.digits) and (pause or len(between.strip()) > 1))
