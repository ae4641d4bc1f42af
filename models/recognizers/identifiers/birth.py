"""Recognise dates of birth: dates that the words around announce as such, and no other date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.said_numbers import SLIP
from pipeline.reasons import Reason
from pipeline.sound.identifiers import SpokenDate, dates_in

_CALLED = re.compile(r"生年月日|お?誕生日|お?生まれ(?!変|故郷|育)|出生|誕生(?!会|石)")
_BEHIND = re.compile(
    r"[、。\s]*(?:はい|ええ)?[、。\s]*(?:の|に|で|が|です|と)?[、\s]*(?:お?生まれ(?!変)|誕生(?!会)|"
    r"出生|が?(?:お?誕生日|生年月日))"
)
_OTHER_DATE = re.compile(
    r"期限|有効|契約|納期|届|配達|予約|訪問|伺|購入|買っ|入会|加入|退会|解約|入社|退職|事故|申し?込|締め?切|支払|引き落と|検査|"
    r"検針|点検|工事|講習|試験|出発|発表|設立|創業|開業|建[っち築]|発行|発売|交付|入院|手術|亡くな|結婚|開始|終了|更新|請求|保証|地震|製造|販売"
)
_WHO = re.compile(
    r"(?:さん|様|くん|君|ちゃん|母|父|妻|夫|兄|姉|弟|妹|息子|娘|孫|祖父|祖母|主人|家内|本人|彼女?)(?:は|が|も|の|、)[^。\n]{0,6}$"
)
_ANSWER = re.compile(r"(?:^|\n)(?:はい|ええ|えっと|えーと|えー|[、\s])*$")
_STOPS = re.compile(r"(?:です|ですね|になります|でございます|。|、|\s)*(?:\n|$)")

REACH = 60
"""Characters before a date in which it may be announced as a birth: a question, and the beginning of its
answer."""

BORN_BEFORE = 2000
"""Year before which a full date, said of a person or as an answer, is a birth unless a word says
otherwise."""


class BirthRecognizer(CallRecognizer):
    """Days of birth."""

    entities = ("DATE_OF_BIRTH",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Judge each date by the words around it; a date that is read back counts as well."""
        said = dates_in(call.text)
        births = [date for date in said if _is_birth(call.text, date, said)]
        again = [
            date
            for date in said
            if date not in births and date.day and any(_same(date, birth) for birth in births)
        ]
        return [
            *(self._result(date, 0.9, Reason.DATE_OF_SOMEBODYS_BIRTH) for date in births),
            *(self._result(date, 0.85, Reason.NUMBER_READ_BACK) for date in again),
        ]

    def _result(self, date: SpokenDate, score: float, why: Reason) -> RecognizerResult:
        return self.result("DATE_OF_BIRTH", date.start, date.end, score, why)


def _same(date: SpokenDate, birth: SpokenDate) -> bool:
    """Whether one date repeats the other, or its month and day."""
    years = not date.years or bool(set(date.years) & set(birth.years))
    return years and (date.month, date.day) == (birth.month, birth.day)


def _answered(text: str, called: int, date: SpokenDate, said: Sequence[SpokenDate]) -> bool:
    """Whether another date stands between the word for a birth and this one, and nobody corrects it."""
    between = [each for each in said if called <= each.start < date.start and not _same(date, each)]
    return bool(between) and not SLIP.search(text, between[-1].end, date.start)


def _is_birth(text: str, date: SpokenDate, said: Sequence[SpokenDate]) -> bool:
    if _BEHIND.match(text, date.end):
        return True
    before = text[max(0, date.start - REACH) : date.start]
    called = max((match.end() for match in _CALLED.finditer(before)), default=-1)
    announced = called >= 0 and not _OTHER_DATE.search(before, called)
    if announced and not _answered(text, date.start - len(before) + called, date, said):
        return bool(date.day or (date.years and not date.month and len(before) - called < 6))
    line = text[text.rfind("\n", 0, date.start) + 1 : (text.find("\n", date.end) + 1 or len(text) + 1) - 1]
    if not date.is_whole or len(date.years) > 1 or date.years[0] >= BORN_BEFORE or _OTHER_DATE.search(line):
        return False
    answers = _ANSWER.search(text, 0, date.start) and _STOPS.match(text, date.end)
    return bool(answers or _WHO.search(before))
