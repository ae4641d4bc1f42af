"""Field types of imported files: each converts a cell into a value, or gives a reason in Japanese.

Each accepts the text of a CSV cell as well as a JSON value.  A reason states the expected value and never
repeats the actual one.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from flows.desk.kinds.bounds import (
    MAX_FREE_CHARS,
    MAX_LINE_CHARS,
    MAX_SECONDS,
    MAX_VALUES,
    MAX_YEN,
    YEARS,
)
from flows.desk.kinds.values import JAPAN
from flows.files.case_fields import Kana, Phone, Strict, Text
from flows.files.case_file import MALFORMED, REASONS
from pipeline.call_case import CaseName

DATE = re.compile(
    r"(?:令和(?P<era>\d{1,2}|元)|(?P<year>\d{4}))[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
)
TIME = re.compile(r"(?P<hour>\d{1,2})[:時](?P<minute>\d{1,2})分?(?:[:](?P<second>\d{2})(?:\.\d+)?)?")
ZONE = re.compile(r"Z|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})")
MOMENT = re.compile(
    rf"(?P<date>{DATE.pattern})(?:[T\s]+(?P<time>{TIME.pattern}))?\s*(?P<zone>{ZONE.pattern})?"
)
CLOCK = re.compile(r"(?:(?P<hours>\d+):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{2}(?:\.\d+)?)")
SEPARATORS = re.compile(r"[;；\n]")
"""Separators of several values in one cell; a comma or 、 may be part of an address."""

MAX_INSTANT_CHARS = 40

REIWA = 2018
"""Add the year of the era Reiwa to this: 令和元年 is 2019."""

WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")
E = TypeVar("E", bound=StrEnum)


class Refused(ValueError):  # noqa: N818 (a value that is refused, not an error of the program)
    """A value is malformed; the message states the expected value and does not repeat the actual one."""


def saying(reason: str) -> WrapValidator:
    """Return a validator that replaces another type's error by a reason of our own."""

    def validate(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        with contextlib.suppress(ValidationError):
            return handler(value)
        raise Refused(reason)

    return WrapValidator(validate)


Reading = Annotated[Kana, saying("フリガナはカタカナで書いてください")]
Number = Annotated[Phone, saying("電話番号の形ではありません")]


class Name(Strict):
    """A name or address with its reading."""

    text: Text = Field(repr=False)
    kana: Reading = Field(default="", repr=False)

    def value(self) -> CaseName:
        """Return the pipeline's value."""
        return CaseName(self.text, self.kana)


def _plain(value: object, reason: str) -> str:
    if not isinstance(value, str):
        raise Refused(reason)
    return unicodedata.normalize("NFKC", value).strip()


def _day_of(match: re.Match[str]) -> date:
    era = match["era"]
    year = int(match["year"]) if era is None else REIWA + (1 if era == "元" else int(era))
    return date(year, int(match["month"]), int(match["day"]))


def _day(value: object) -> date:
    reason = "日付の形ではありません(例: 2026-11-20)"
    match = DATE.fullmatch(_plain(value, reason))
    try:
        if match is not None:
            return _counted(_day_of(match))
    except ValueError:
        reason = "暦にない日付です"
    raise Refused(reason)


def _counted(day: date) -> date:
    """Refuse a day from which nothing can be counted on, such as one in the year 1.

    Raises:
        ValueError: as for a day that does not exist.
    """
    if day.year not in YEARS:
        raise ValueError
    return day


def _zone_of(match: re.Match[str]) -> timezone:
    if match["zone"] is None:
        return JAPAN
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return timezone(-offset if match["sign"] == "-" else offset)


def _moment(value: object) -> datetime:
    """Parse a time; without a zone it is Japan's, and a day alone means its beginning."""
    reason = "日時の形ではありません(例: 2026-11-20 10:15)"
    match = MOMENT.fullmatch(_plain(value, reason))
    try:
        if match is not None:
            hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
            return datetime.combine(_counted(_day_of(match)), time(hour, minute, second), _zone_of(match))
    except ValueError:
        reason = "暦にない日時です"
    raise Refused(reason)


def moment_of(text: str) -> datetime | None:
    """Parse a time as a clerk writes it; return ``None`` when it is malformed."""
    try:
        return _moment(text)
    except Refused:
        return None


def past_moment(text: str, now: datetime) -> datetime | None:
    """Parse a time as ``moment_of`` does; return ``None`` when it is malformed or has not come yet."""
    moment = moment_of(text)
    return None if moment is None or moment > now else moment


def instant_of(value: object) -> datetime | None:
    """Parse a time as programs write it (RFC 3339), which names its zone; ``None`` when it is malformed."""
    if not isinstance(value, str) or len(value) > MAX_INSTANT_CHARS or ":" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if moment.tzinfo is None or moment.year not in YEARS else moment.replace(microsecond=0)


def _seconds(value: object) -> float:
    reason = "長さの形ではありません(秒、または 分:秒)"
    if isinstance(value, int | float) and not isinstance(value, bool):
        # An integer may have more digits than a float can hold.
        seconds = float(value) if abs(value) <= MAX_SECONDS else MAX_SECONDS + 1
    else:
        text = _plain(value, reason)
        match = CLOCK.fullmatch(text)
        try:
            seconds = (
                float(text)
                if match is None
                else int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + float(match["seconds"])
            )
        except ValueError:
            raise Refused(reason) from None
    # Also refuses NaN.
    if not 0 < seconds <= MAX_SECONDS:
        raise Refused(reason)
    return seconds


def _yen(value: object) -> int:
    reason = "金額の形ではありません(円、0以上の整数)"
    if isinstance(value, int) and not isinstance(value, bool):
        yen = value
    else:
        text = _plain(value, reason).removeprefix("¥").removesuffix("円").replace(",", "")
        if not re.fullmatch(r"\d{1,9}", text):
            raise Refused(reason)
        yen = int(text)
    if not 0 <= yen <= MAX_YEN:
        raise Refused(reason)
    return yen


YES, NO = (
    {"true", "1", "yes", "はい", "済", "済み", "有", "あり"},
    {"false", "0", "no", "いいえ", "未", "無", "なし"},
)


def _yes_no(value: object) -> bool:
    reason = "済 か 未 で書いてください"
    if isinstance(value, bool):
        return value
    text = _plain(value, reason).lower()
    if text not in YES | NO:
        raise Refused(reason)
    return text in YES


CHANNELS = {"0": 0, "左": 0, "1": 1, "右": 1}


def _channel(value: object) -> int:
    """Parse a channel of a two-channel file; players show channel 0 as the left one."""
    reason = "0 (左) か 1 (右) で書いてください"
    text = str(value) if type(value) is int else _plain(value, reason)
    if text not in CHANNELS:
        raise Refused(reason)
    return CHANNELS[text]


def _split(value: object) -> object:
    """Split a text into one or several phone numbers."""
    if not isinstance(value, str):
        return value
    return [part for part in SEPARATORS.split(value) if part.strip()]


def choice(kind: type[E], labels: Mapping[str, E]) -> Callable[[object], E]:
    """Return a parser of one of several code words, which may be written in Japanese.

    Args:
        kind: The code words.
        labels: Japanese words for them; reasons name the first word of each.
    """
    known = {**{member.value: member for member in kind}, **labels}
    first = {member: label for label, member in reversed(list(labels.items()))}
    reason = f"{'、'.join(first[member] for member in kind)} のどれかで書いてください"

    def read(value: object) -> E:
        text = _plain(value, reason)
        if text not in known:
            raise Refused(reason)
        return known[text]

    return read


def code_word(labels: Mapping[str, str]) -> Callable[[object], str]:
    """Return a parser of a code word, to which a company may add its own.

    It is stored in clear, so only a short word is accepted and never a sentence.

    Args:
        labels: Japanese words and their code words.
    """
    reason = f"{'、'.join(labels)} のどれか、または英小文字の語で書いてください"

    def read(value: object) -> str:
        text = _plain(value, reason)
        word = labels.get(text, text)
        if not WORD.fullmatch(word):
            raise Refused(reason)
        return word

    return read


Channel = Annotated[int, BeforeValidator(_channel)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Yen = Annotated[int, BeforeValidator(_yen)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Free = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=MAX_FREE_CHARS)]
Line = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, max_length=MAX_LINE_CHARS)]
NUMBER: TypeAdapter[str] = TypeAdapter(Number)
Phones = Annotated[tuple[Number, ...], Field(max_length=MAX_VALUES), BeforeValidator(_split)]


def number_of(text: str) -> str | None:
    """Return the digits of a phone number; ``None`` where the text is none."""
    try:
        return NUMBER.validate_python(text)
    except ValidationError:
        return None


def reasons_of(error: ValidationError) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """List every mistake of a document with its place and reason, without the value.

    Args:
        error: The error that pydantic raised.

    Yields:
        The place and the reason of each mistake.
    """
    for found in error.errors(include_url=False, include_input=False):
        raised = found.get("ctx", {}).get("error")
        told = str(raised) if isinstance(raised, Refused) else REASONS.get(found["type"], MALFORMED)
        yield found["loc"], told
