"""Telephone numbers as they are spoken and as a recogniser writes them.

A number may be digits, full width, kanji or kana readings; its groups may be parted by の, by
commas, by the other side's はい and by a junk word that a digit was misheard as.
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.wording.digits import UNIT_AFTER, Run, complete, runs
from pipeline.reasons import Reason

__all__ = ["CUE_REACH", "SpokenNumberRecognizer", "cue_before"]

_CUE = re.compile(
    r"(?P<phone>電話|携帯|けいたい|ケータイ|でんわ|スマホ|連絡先|連絡のつく|つながる|固定|自宅|"
    r"ファックス|ファクス|FAX|fax|直通|市外局番|かけ直|折り返し)"
    r"|(?P<other>(?:[一-龠ァ-ヶーA-Za-z]+|お客様|お問い合わせ|見積もり|申し込み|取り引き|送り状|"
    r"受け付け、?|受けつけ、?|うけつけ、?|不在票)(?:の)?番号(?<!電話番号)(?<!携帯番号)(?<!連絡先番号)|型番|品番|ナンバー|ロット|"
    r"コード|口座|証券|カード|会員|伝票|暗証|年金|免許証の番号|メーター|検針|指針|ポイント|西暦|昭和|"
    r"平成|令和|血圧|価格|値段|料金|金額)"
    r"|(?P<extension>内線)"
    r"|(?P<place>住所|番地|丁目|号室|郵便番号|〒|マンション|アパート|お部屋|市[^外]|区[^分])"
)
_SAME_PHONE = re.compile(
    r"(?:さん|様|人|方|本人|自身|自信|利用|ご利用|自分|私|俺|僕|彼|彼女|相手|息子|娘|妻|夫|妹|弟|兄|姉|母|父|"
    r"家族|身内|両親|親|孫|祖父|祖母|主人|旦那|嫁|婿|先方|仕事場|勤め先|事務所|"
    r"友達|大家|店|会社|家|実家|職場|子|上|下|左|右|前|後|次|別)の番号|電話番号|携帯番号|連絡先番号|携帯の番号|電話の番号|"
    r"自宅の番号|スマホの番号|かけ直す番号|つながる番号|ファックスの番号|直通番号|直通の番号"
)
_TAIL = re.compile(r"末尾|下[4四よ]桁|下[4四よ]けた|最後の?[4四]桁|後ろの|下[4四]ケタ|局番|続き")
_AROUND = re.compile(r"電話|携帯|連絡先|0[5-9]0|ケータイ|スマホ")
_ALONE = re.compile(r"(?:^|[\s、。])[0-9０-９]{4}(?:[^の番号室目]|$)")
"""A number's last group where nothing is counted by it and no other number was spoken of: in the exact
words of 108 calls all such were, of those heard five of seven; the others were blocks without their town."""

_CORRECTED = re.compile(r"(?:違|ちが|じゃなくて|ではなく|でなく|間違|訂正)[^\n]{0,12}?$")

CUE_REACH = 48
"""Characters before a number in which a cue counts: one short turn and the question before it."""

LONGEST = 8
"""Characters of a cue."""

LONG = 6
"""Digits from which a run is judged by its length first."""

REST_REACH = 45
"""Characters after an unfinished number in which its last group may still come."""


class SpokenNumberRecognizer(CallRecognizer):
    """Telephone numbers, whole or in groups."""

    entities = ("PHONE_NUMBER",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Collect digit runs, join groups, judge each by length and surroundings."""
        found: list[RecognizerResult] = []
        before: Run | None = None
        for run in runs(call.text):
            score, why = _judge(call.text, run, before)
            if score:
                found.append(self.result("PHONE_NUMBER", run.start, run.end, score, why))
                before = run
        return found


def cue_before(text: str, start: int) -> str:
    """What kind of number the words before it announce: phone, other, extension, place or nothing."""
    # A word that the reach cuts in two is read whole, and tells of data alone: 話番号 was 電話番号.
    first = max(0, start - CUE_REACH - LONGEST)
    window = _SAME_PHONE.sub(lambda m: "電話" + "、" * (len(m.group()) - 2), text[first:start])
    kind, beyond = "", start - CUE_REACH - first
    for match in _CUE.finditer(window):
        if match.start() >= beyond or (match.end() > beyond and match.lastgroup != "other"):
            kind = match.lastgroup or ""
    return kind


def _judge(text: str, run: Run, before: Run | None) -> tuple[float, Reason]:
    """Probability that a run is a telephone number or a part of one, and why; 0 for another number."""
    cue = cue_before(text, run.start)
    exact = complete(run.digits) and len(run.digits) <= 11
    if exact:
        return (0.6 if cue == "other" else 0.97), Reason.PHONE_LENGTH
    if cue == "other" or UNIT_AFTER.match(text, run.end):
        return 0.0, Reason.NOT_GIVEN
    if before is not None and _finishes(text, run, before):
        return 0.7, Reason.NUMBER_GOES_ON
    return _judge_long(run, cue) if len(run.digits) >= LONG else _judge_short(text, run, cue)


def _judge_long(run: Run, cue: str) -> tuple[float, Reason]:
    """Six digits and more, no complete number."""
    count, zero = len(run.digits), run.digits[0] == "0"
    if cue == "place":
        return (0.6, Reason.PHONE_LENGTH_NEARLY) if 9 <= count <= 12 and zero else (0.0, Reason.NOT_GIVEN)
    if count > 13:
        return 0.6, Reason.LONG_FIGURES
    if count >= 9:
        return (0.9 if cue == "phone" or zero else 0.6), Reason.PHONE_LENGTH_NEARLY
    if cue == "phone":
        return 0.85, Reason.PHONE_CUE_AND_FIGURES
    return (0.5, Reason.LONG_FIGURES) if zero and count >= 8 else (0.0, Reason.NOT_GIVEN)


def _judge_short(text: str, run: Run, cue: str) -> tuple[float, Reason]:
    """Up to five digits: a group, an ending, an extension."""
    count = len(run.digits)
    if cue == "extension":
        return (0.4, Reason.EXTENSION_NUMBER) if count >= 2 else (0.0, Reason.NOT_GIVEN)
    if count < 3 or cue == "place":
        return 0.0, Reason.NOT_GIVEN
    if cue == "phone":
        return 0.65, Reason.PHONE_CUE_AND_FIGURES
    if not cue and _ALONE.fullmatch(text[max(0, run.start - 1) : run.end + 1]):
        return 0.55, Reason.FOUR_FIGURES_ALONE
    ending = _TAIL.search(text[max(0, run.start - 40) : run.start])
    return (
        (0.6, Reason.NUMBER_ENDING)
        if ending and _AROUND.search(text[max(0, run.start - 250) : run.start])
        else (0.0, Reason.NOT_GIVEN)
    )


def _finishes(text: str, run: Run, before: Run) -> bool:
    """Whether a short run is the missing last group, or the correction, of the number before it."""
    if not 1 <= len(run.digits) <= 8 or run.start - before.end > REST_REACH:
        return False
    between = text[before.end : run.start]
    if len(run.digits) <= 4 and _CORRECTED.search(between):
        return True
    missing = (11 if before.digits.startswith(("090", "080", "070", "050")) else 10) - len(before.digits)
    return (
        len(before.digits) >= 2 and missing > 0 and len(run.digits) in range(max(3, missing - 1), missing + 2)
    )
