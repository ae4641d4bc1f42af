"""Bounds of the desk's input, whoever sends it: anything beyond them is a mistake or an attack.

Values within them can be stored by any database, converted to any time zone and used in date arithmetic.
"""

from __future__ import annotations

from datetime import date

from flows.desk.kinds.errors import OutOfBoundsError
from flows.desk.kinds.values import NewRecording, NewRequest

MAX_YEN = 999_999_999
"""A fee (38条) is a few hundred yen."""

YEARS = range(1900, 3000)
"""Years of dates: recordings are younger, and due dates do not reach the end."""

MAX_SECONDS = 31 * 24 * 3600.0
"""Length of a recording: no call lasts a month."""

MAX_FREE_CHARS, MAX_LINE_CHARS = 4_000, 200
"""Characters of a text of several lines, such as a reason, and of a line, such as a number or a name."""

MAX_VALUES = 50
"""Names, phone numbers and addresses of one request, each."""

MAX_WORDS = 500
"""Words on one list of words always masked or always kept: each is searched in the whole call."""


def check_day(day: date | None) -> None:
    """Check that date arithmetic is possible with a day, or with the day of a moment.

    Raises:
        OutOfBoundsError: when it is not.
    """
    if day is not None and day.year not in YEARS:
        msg = f"日付は{YEARS.start}年から{YEARS.stop - 1}年までです"
        raise OutOfBoundsError(msg)


def check_text(text: str, most: int = MAX_FREE_CHARS) -> None:
    """Check the length of a text.

    Raises:
        OutOfBoundsError: when it is too long.
    """
    if len(text) > most:
        msg = f"長すぎます({most:,}文字までです)"
        raise OutOfBoundsError(msg)


def check_request(new: NewRequest) -> None:
    """Check a new or corrected request.

    Raises:
        OutOfBoundsError: when a value is out of bounds.
    """
    for day in (new.received_at.date(), new.scope.first, new.scope.last):
        check_day(day)
    if not 0 <= new.fee_yen <= MAX_YEN:
        msg = f"手数料は0円から{MAX_YEN:,}円までです"
        raise OutOfBoundsError(msg)
    person, agent = new.requester, new.agent
    for line in (new.member_number, new.reference, new.desk, new.person, new.channel):
        check_text(line, MAX_LINE_CHARS)
    for text in (new.scope.topic, agent.proof if agent else ""):
        check_text(text)
    if max(map(len, (person.names, person.phones, person.addresses, new.scope.numbers))) > MAX_VALUES:
        msg = f"氏名、電話番号、住所は{MAX_VALUES}件までです"
        raise OutOfBoundsError(msg)


def check_recording(new: NewRecording) -> None:
    """Check a recording of a list.

    Raises:
        OutOfBoundsError: when a value is out of bounds.
    """
    check_day(new.started_at.date())
    # Also refuses NaN.
    if new.duration is not None and not 0 <= new.duration <= MAX_SECONDS:
        msg = "録音の長さが正しくありません"
        raise OutOfBoundsError(msg)
    for line in (new.source_id, new.customer_id, new.operator):
        check_text(line, MAX_LINE_CHARS)
    check_text(new.uri)
    if len(new.numbers) > MAX_VALUES:
        msg = f"電話番号は{MAX_VALUES}件までです"
        raise OutOfBoundsError(msg)
