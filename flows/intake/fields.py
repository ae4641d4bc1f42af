"""Fields of incoming files: what a clerk writes -> values, or a reason in Japanese.

Each takes the text of a CSV cell or the JSON value alike.  A reason says what should stand there
and never repeats what does.
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
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from flows.desk.kinds.values import JAPAN
from flows.files.case_file import MALFORMED, REASONS, Kana, Phone, Text
from pipeline.types import CaseName

__all__ = [
    "Day",
    "Free",
    "Moment",
    "Name",
    "Number",
    "Phones",
    "Reading",
    "Refused",
    "Seconds",
    "Strict",
    "Yen",
    "YesNo",
    "choice",
    "code_word",
    "moment_of",
    "reasons_of",
]

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
"""Between several values in one cell; a comma or 、 may stand inside an address."""

REIWA = 2018
"""令和元年 is 2019."""

WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")
E = TypeVar("E", bound=StrEnum)


class Refused(ValueError):  # noqa: N818 (a value that is refused, not an error of the program)
    """A value should be something else; the message says what, and does not repeat it."""


def saying(reason: str) -> WrapValidator:
    """Another type's validation with a reason of our own."""

    def validate(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        with contextlib.suppress(ValidationError):
            return handler(value)
        raise Refused(reason)

    return WrapValidator(validate)


Reading = Annotated[Kana, saying("フリガナはカタカナで書いてください")]
Number = Annotated[Phone, saying("電話番号の形ではありません")]


class Strict(BaseModel):
    """Base of the documents: an unknown key is an error, and errors do not repeat values."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Name(Strict):
    """A name or address as written and as read."""

    text: Text = Field(repr=False)
    kana: Reading = Field(default="", repr=False)

    def value(self) -> CaseName:
        """As the pipeline takes it."""
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
            return _day_of(match)
    except ValueError:
        reason = "暦にない日付です"
    raise Refused(reason)


def _zone_of(match: re.Match[str]) -> timezone:
    if match["zone"] is None:
        return JAPAN
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return timezone(-offset if match["sign"] == "-" else offset)


def _moment(value: object) -> datetime:
    """A time without zone is Japan's; a day alone is its beginning."""
    reason = "日時の形ではありません(例: 2026-11-20 10:15)"
    match = MOMENT.fullmatch(_plain(value, reason))
    try:
        if match is not None:
            hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
            return datetime.combine(_day_of(match), time(hour, minute, second), _zone_of(match))
    except ValueError:
        reason = "暦にない日時です"
    raise Refused(reason)


def moment_of(text: str) -> datetime | None:
    """A time as a clerk writes it; ``None`` when it is none."""
    try:
        return _moment(text)
    except Refused:
        return None


def _seconds(value: object) -> float:
    reason = "長さの形ではありません(秒、または 分:秒)"
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
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
    # Also refuses what is no number.
    if not 0 < seconds < float("inf"):
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
    if yen < 0:
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


def _split(value: object) -> object:
    """One text is one or several numbers."""
    if not isinstance(value, str):
        return value
    return [part for part in SEPARATORS.split(value) if part.strip()]


def choice(kind: type[E], labels: Mapping[str, E]) -> Callable[[object], E]:
    """A reader of one of several code words, which may be written in Japanese.

    Args:
        kind: The code words.
        labels: Japanese words for them; the first of each is the one that a reason names.
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
    """A reader of a code word that a company may add to: it stands in clear, so it must be no sentence.

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


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
Yen = Annotated[int, BeforeValidator(_yen)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Free = Annotated[str, StringConstraints(strict=True, strip_whitespace=True)]
Phones = Annotated[tuple[Number, ...], BeforeValidator(_split)]


def reasons_of(error: ValidationError) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Every mistake of a document: where it is and why, without the value.

    Args:
        error: As pydantic raised it.

    Yields:
        Its place and its reason.
    """
    for found in error.errors(include_url=False, include_input=False):
        raised = found.get("ctx", {}).get("error")
        told = str(raised) if isinstance(raised, Refused) else REASONS.get(found["type"], MALFORMED)
        yield found["loc"], told
