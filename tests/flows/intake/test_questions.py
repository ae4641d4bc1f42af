from __future__ import annotations

from datetime import date

import typer
from typer.testing import CliRunner, Result

from flows.desk.kinds.values import Agent, Delivery, NewRequest, Wanted
from flows.intake.questions import ask_request
from pipeline.types import CaseName
from tests.desk_builders import NOW

PLAIN = ["A-1", "", "郵送", "鈴木花子", "すずきはなこ", "", "", "", ""]
REST = ["", "", "", "", "", "", "", "", ""]


def answered(*lines: str) -> tuple[Result, list[NewRequest]]:
    """What comes of the questions when they are answered so."""
    asked: list[NewRequest] = []
    app = typer.Typer()
    app.command()(lambda: asked.append(ask_request(NOW)))
    return CliRunner().invoke(app, input="\n".join(lines) + "\n"), asked


def test_enter_takes_the_default_or_leaves_out():
    """It came now; both forms, electronically, free of charge."""
    done, asked = answered(*PLAIN, *REST, "y")

    assert done.exit_code == 0
    assert asked[0].received_at.isoformat() == "2026-11-25T10:00:00+09:00"
    assert asked[0].requester.names == (CaseName("鈴木花子", "スズキハナコ"),)
    assert (asked[0].wanted, asked[0].delivery, asked[0].fee_yen) == (Wanted.BOTH, Delivery.ELECTRONIC, 0)


def test_everything_can_be_answered():
    """Several names with a reading each, an agent, a period, a fee."""
    reception = ["", "2026-11-20 9:00", "窓口"]
    person = [
        "鈴木花子;佐藤花子",
        "スズキハナコ",
        "サトウハナコ",
        "090-1234-5678",
        "丸亀市土器町",
        "マルガメシ",
        "M-7",
    ]
    agent = ["山田一郎", "ヤマダイチロウ", "委任状", "原本"]
    rest = ["2026-10-01", "2026-10-31", "解約", "0120444444", "音声", "書面", "300", "済", "窓口", "窪田"]
    done, asked = answered(*reception, *person, *agent, *rest, "y")

    assert done.exit_code == 0
    assert [name.kana for name in asked[0].requester.names] == ["スズキハナコ", "サトウハナコ"]
    assert asked[0].requester.addresses == (CaseName("丸亀市土器町", "マルガメシ"),)
    assert asked[0].agent == Agent(CaseName("山田一郎", "ヤマダイチロウ"), "power_of_attorney", "原本")
    assert (asked[0].scope.first, asked[0].scope.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (asked[0].fee_yen, asked[0].fee_paid, asked[0].person) == (300, True, "窪田")


def test_a_wrong_answer_is_asked_again():
    """At once, with what should be there."""
    done, asked = answered("A-1", "きのう", "", "はがき", "郵送", "鈴木花子", "鈴木", *PLAIN[4:], *REST, "y")

    assert "日時の形ではありません" in done.stdout
    assert "郵送、窓口" in done.stdout
    assert "カタカナで書いてください" in done.stdout
    assert len(asked) == 1


def test_answers_that_contradict_each_other_are_asked_again():
    """Each good by itself; the questions begin anew."""
    wrong = [*PLAIN, "2026-10-31", "2026-10-01", *REST[2:]]
    done, asked = answered(*wrong, *PLAIN, *REST, "y")

    assert "対象の初日が末日より後です" in done.stdout
    assert asked[0].scope.first is None


def test_no_and_the_end_of_the_input_take_nothing_in():
    """Nothing is registered."""
    for lines in ((*PLAIN, *REST, "n"), PLAIN):
        done, asked = answered(*lines)
        assert done.exit_code != 0
        assert asked == []
