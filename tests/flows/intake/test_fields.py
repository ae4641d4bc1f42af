from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from flows.desk.kinds.values import JAPAN, Delivery
from flows.intake.fields import (
    Day,
    Moment,
    Number,
    Phones,
    Reading,
    Seconds,
    Yen,
    YesNo,
    choice,
    code_word,
    moment_of,
    past_moment,
    reasons_of,
)

WAYS = {"電子": Delivery.ELECTRONIC, "書面": Delivery.PAPER, "他": Delivery.OTHER}
Way = Annotated[Delivery, BeforeValidator(choice(Delivery, WAYS))]
Channel = Annotated[str, BeforeValidator(code_word({"郵送": "post"}))]


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (Day, "2026-11-20", date(2026, 11, 20)),
        (Day, "2026/1/2", date(2026, 1, 2)),
        (Day, "２０２６年１月２日", date(2026, 1, 2)),
        (Day, "令和8年11月20日", date(2026, 11, 20)),
        (Day, "令和元年5月1日", date(2019, 5, 1)),
        (Moment, "2026-11-20 9:05", datetime(2026, 11, 20, 9, 5, tzinfo=JAPAN)),
        (Moment, "2026-11-20T09:05:30+09:00", datetime(2026, 11, 20, 9, 5, 30, tzinfo=JAPAN)),
        (Moment, "2026-11-20T00:05:00.5Z", datetime(2026, 11, 20, 0, 5, tzinfo=UTC)),
        (Moment, "2026年11月20日 9時5分", datetime(2026, 11, 20, 9, 5, tzinfo=JAPAN)),
        (Moment, "2026-11-20", datetime(2026, 11, 20, tzinfo=JAPAN)),
        (Seconds, 61.5, 61.5),
        (Seconds, "61.5", 61.5),
        (Seconds, "1:01", 61.0),
        (Seconds, "1:00:01", 3601.0),
        (Yen, 300, 300),
        (Yen, "1,000円", 1000),
        (Yen, "￥300", 300),
        (YesNo, "済", True),
        (YesNo, False, False),
        (YesNo, "FALSE", False),
        (Phones, "090-1234-5678；+81 3 1234 5678", ("09012345678", "0312345678")),
        (Phones, ["110"], ("110",)),
        (Phones, "", ()),
        (Reading, "すずき はなこ", "スズキ ハナコ"),
        (Way, "書面", Delivery.PAPER),
        (Way, "paper", Delivery.PAPER),
        (Channel, "郵送", "post"),
        (Channel, "night_box", "night_box"),
    ],
)
def test_what_a_clerk_writes_is_understood(kind: Any, written: object, meant: object):
    """Widths, eras, separators and Japanese words of one meaning are one value."""
    assert TypeAdapter(kind).validate_python(written) == meant


@pytest.mark.parametrize(
    ("kind", "written", "said"),
    [
        (Day, "11/20", "日付の形"),
        (Day, "2026-02-30", "暦にない"),
        (Day, 20261120, "日付の形"),
        (Moment, "2026-11-20 25:00", "暦にない"),
        (Moment, "きのうの丸亀", "日時の形"),
        (Seconds, "nan", "長さの形"),
        (Seconds, "inf", "長さの形"),
        (Seconds, 0, "長さの形"),
        (Seconds, True, "長さの形"),
        (Yen, -1, "金額の形"),
        (Yen, "1.5", "金額の形"),
        (Yen, True, "金額の形"),
        (YesNo, "丸亀", "済 か 未"),
        (Number, "丸亀0120", "電話番号の形"),
        (Number, 9012345678, "電話番号の形"),
        (Reading, "鈴木", "カタカナ"),
        (Way, "丸亀", "電子、書面、他"),
        (Channel, "丸亀から", "英小文字の語"),
    ],
)
def test_a_refusal_says_what_should_stand_there_and_not_what_does(kind: Any, written: object, said: str):
    """In Japanese, without the value."""
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(kind).validate_python(written)
    reasons = [reason for _, reason in reasons_of(raised.value)]

    assert len(reasons) == 1
    assert said in reasons[0]
    assert "丸亀" not in reasons[0]


def test_a_moment_alone_is_read_as_in_a_file():
    """The same forms; none for what is no time."""
    assert moment_of("2026/11/20 9:05") == datetime(2026, 11, 20, 9, 5, tzinfo=JAPAN)
    assert moment_of("今日") is None


def test_a_moment_that_has_not_come_is_none():
    """To the minute."""
    at = datetime(2026, 11, 20, 9, 5, tzinfo=JAPAN)
    assert past_moment("2026/11/20 9:05", at) == at
    assert past_moment("2026/11/20 9:06", at) is None
    assert past_moment("今日", at) is None
