"""Recognise dates of birth: dates that the words around announce as such, and no other date."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.figure_kinds import is_day
from models.recognizers.identifiers.said_numbers import SLIP, groups_of
from pipeline.reasons import Reason
from pipeline.sound.identifiers import SpokenDate, dates_in

_CALLED = re.compile(r"生年月日|お?誕生日|お?生まれ(?!変|故郷|育)|出生|誕生(?!会|石)")
_BEHIND = re.compile(
    r"[、。\s]*(?:はい|ええ)?[、。\s]*(?:の|に|で|が|です|と)?[、\s]*(?:お?生まれ(?!変)|誕生(?!会)|"
    r"出生|が?(?:お?誕生日|生年月日))"
)
_OTHER_DATE = re.compile(
    r"期限|満期|有効|契約|納期|届|配達|予約|訪問|伺|購入|買っ|入会|加入|退会|解約|入社|退職|事故|申し?込|締め?切|支払|引き落と|検査|"
    r"検針|点検|工事|講習|試験|出発|発表|設立|創業|開業|建[っちて築]|発行|発売|交付|入院|手術|亡くな|結婚|開始|終了|更新|請求|保証|地震|製造|販売"
)
_FROM_OR_UNTIL = re.compile(r"から(?!生)|まで|以降|以前|付け|づけ|(?:ごろ|頃)[のに](?![^。\n]{0,4}生)")
"""Behind a date from or until which something holds, or around which something happens."""

_FILLERS = re.compile(r"(?:はい|ええ|えっと|えーと|えー|あの|[、\s])*")

REACH = 60
"""Characters before a date in which it may be announced as a birth: a question, and the beginning of its
answer."""

BORN_AFTER, BORN_BEFORE = 1900, 2000
"""Years between which a full date is a birth unless a word in its clause names another date."""

SPOKEN_OF_CHARS = 200
"""Greatest distance from a word for a birth to a later date that is one, unless a word names another date."""

MAX_SPLIT_CHARS = 60
"""Greatest distance between the year of a birth and its month and day, said in another breath."""


class BirthRecognizer(CallRecognizer):
    """Days of birth."""

    entities = ("DATE_OF_BIRTH",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Judge each date by the words around it; a date that is read back, or is split, counts as well."""
        said = dates_in(call.text)
        births = {date.start: date for date in said if _is_birth(call.text, date, said)}
        births |= {date.start: date for date in _split(said, births)}
        again = [
            date
            for date in said
            if date.start not in births and any(_same(date, birth) for birth in births.values())
        ]
        return [
            *(self._result(date, 0.9, Reason.DATE_OF_SOMEBODYS_BIRTH) for date in births.values()),
            *(self._result(date, 0.85, Reason.NUMBER_READ_BACK) for date in again),
            *(
                self.result("DATE_OF_BIRTH", run.start, run.end, 0.85, Reason.DATE_OF_SOMEBODYS_BIRTH)
                for run in groups_of(call.text)
                if is_day(run.digits) and not _OTHER_DATE.search(_clause(call.text, run.start, run.end))
            ),
        ]

    def _result(self, date: SpokenDate, score: float, why: Reason) -> RecognizerResult:
        return self.result("DATE_OF_BIRTH", date.start, date.end, score, why)


def _same(date: SpokenDate, birth: SpokenDate) -> bool:
    """Whether one date repeats the other, or its month and day, or its year by era or in four figures."""
    years = not date.years or bool(set(date.years) & set(birth.years))
    if not date.day:
        return years and not date.month and len(date.years) == 1
    return years and (date.month, date.day) == (birth.month, birth.day)


def _split(said: Sequence[SpokenDate], births: Mapping[int, SpokenDate]) -> Iterator[SpokenDate]:
    """Yield months and days that follow the year of a birth: 昭和30年の生まれでな、三月の、十二日だ."""
    for year, rest in itertools.pairwise(said):
        alone = year.start in births and not year.month and not rest.years and rest.day
        if alone and rest.start - year.end <= MAX_SPLIT_CHARS:
            yield rest


def _answered(text: str, called: int, date: SpokenDate, said: Sequence[SpokenDate]) -> bool:
    """Whether another date stands between the word for a birth and this one, and nobody corrects it."""
    between = [each for each in said if called <= each.start < date.start and not _same(date, each)]
    return bool(between) and not SLIP.search(text, between[-1].end, date.start)


def _is_birth(text: str, date: SpokenDate, said: Sequence[SpokenDate]) -> bool:
    if _BEHIND.match(text, date.end):
        return True
    if _FROM_OR_UNTIL.match(text, date.end):
        return False
    before = text[max(0, date.start - REACH) : date.start]
    called = max((match.end() for match in _CALLED.finditer(before)), default=-1)
    announced = called >= 0 and not _OTHER_DATE.search(before, called)
    if announced and not _answered(text, date.start - len(before) + called, date, said):
        return bool(date.day or (date.years and not date.month and len(before) - called < 6))
    if len(date.years) != 1 or _OTHER_DATE.search(_clause(text, date.start, date.end)):
        return False
    long_ago = BORN_AFTER < date.years[0] < BORN_BEFORE
    if date.is_whole:
        return long_ago or bool(_CALLED.search(text, max(0, date.start - SPOKEN_OF_CHARS), date.start))
    return not date.month and long_ago and bool(_CALLED.search(text))


def _clause(text: str, start: int, end: int) -> str:
    """The words around a date up to a full stop; where nothing stands before it, the question too."""
    first = max(text.rfind(stop, 0, start) for stop in "。\n") + 1
    if _FILLERS.fullmatch(text, first, start):
        first = max(text.rfind(stop, 0, max(0, first - 2)) for stop in "。\n") + 1
    stops = [at for stop in "。\n" if (at := text.find(stop, end)) >= 0]
    return text[first : min(stops, default=len(text))]
