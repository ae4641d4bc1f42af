"""What is said when a telephone changes hands, and what sounds like it."""

from __future__ import annotations

import pytest

from pipeline.hearing.transcribe import HeardSegment, HeardWord
from pipeline.speaking.handovers import arrives, leaves
from pipeline.speaking.units import Unit, units_of
from tests.builders import transcript, utterance


def units(*lines: str) -> tuple[Unit, ...]:
    """Lines one after another, cut as in a call."""
    return units_of(transcript(*(utterance(line, 10.0 * number) for number, line in enumerate(lines))))


@pytest.mark.parametrize(
    "line",
    [
        "お電話代わりました、佐藤です",
        "もしもし、お電話変わりました",
        "はい、電話をかわりました",
        "あ、代わりました。孫の恵です",
        "変わりました、夫の健一です",
    ],
)
def test_somebody_takes_the_telephone(line: str) -> None:
    """However the recogniser writes it."""
    assert arrives(units("はい", line)).tolist()[1]


@pytest.mark.parametrize(
    "line",
    [
        "変わりました。先月、スマホにしたので",
        "住所が変わりました",
        "電話番号が変わりました",
        "奥様のお名前に替わりました",
        "訳す人、替わりました？",
        "お電話代わりました、担当の山本です",
    ],
)
def test_something_else_changes_or_staff_are_put_through(line: str) -> None:
    """Nearly the same words."""
    assert not arrives(units("はい", line)).any()


@pytest.mark.parametrize(
    "line",
    [
        "ちょっと主人に代わりますね",
        "今、本人に変わりますので",
        "母に電話を代わります",
        "はい、代わります",
        "隣にいるので、娘に代わってもいいですか",
        "夫と代わりますので",
        "ちょっと待って、代わるわ",
        "本人が今おりまして、代わってもよろしいですか",
    ],
)
def test_somebody_hands_it_over(line: str) -> None:
    """To whom is no matter."""
    assert leaves(units("はい", line)).any()


@pytest.mark.parametrize(
    "line",
    [
        "口座が切り替わります",
        "担当の者に代わります",
        "運転手が佐藤に替わります？",
        "住所が変わります",
        "代わりに行きます",
        "もうすぐ会社の携帯に替わるんですよね",
        "電話を代わりたいけど、畑で手がどろどろ",
        "お母様がわかる方に代わりますか",
    ],
)
def test_nobody_hands_it_over(line: str) -> None:
    """What changes is something else, or it is staff."""
    assert not leaves(units("はい", line)).any()


def test_a_pause_may_lie_within() -> None:
    """The first unit of such words is where somebody begins; the last is where somebody ends."""
    paused = HeardSegment(
        (
            HeardWord("お電話", 0.0, 0.6, 0.9),
            HeardWord("代わりました。", 1.0, 1.8, 0.9),
            HeardWord("主人に", 2.4, 2.8, 0.9),
            HeardWord("代わります。", 3.2, 4.0, 0.9),
            HeardWord("はい", 4.4, 4.8, 0.9),
        )
    )
    cut = units_of(transcript(paused))
    assert arrives(cut).tolist() == [True, False, False, False, False]
    assert leaves(cut).tolist() == [False, False, False, True, False]
