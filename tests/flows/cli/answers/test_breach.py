"""``kaiji breach`` on a terminal: the same steps as the pages, and its exit statuses."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import main as cli
from flows.cli.answers import breach as commands
from flows.desk.book.answers import Delivered
from flows.desk.book.door import do
from flows.desk.breaches.steps import get_breach
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import BreachKind, Stage
from flows.desk.kinds.values import JAPAN, Call
from tests.release_builders import APPROVER, words_of


@pytest.fixture
def sent(desk: Desk, released_call: Call) -> str:
    """Public number of a request whose answer was delivered."""
    request = released_call.request_id
    do(desk, APPROVER, Delivered(request, "書留 123-45"))
    return requests.get(desk, request).number


def kaiji(*args: object, given: str = "") -> Result:
    """Run ``kaiji``; what it prints holds no traceback."""
    done = CliRunner().invoke(cli.app, [str(arg) for arg in args], input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def ok(*args: object, given: str = "") -> str:
    """What ``kaiji`` prints when all goes well."""
    done = kaiji(*args, given=given)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_from_the_mark_to_the_last_report(desk: Desk, sent: str, tmp_path: Path):
    """Each step by its command; what was told is asked for where no option gives it."""
    year = desk.clock().astimezone(JAPAN).year
    number = f"B-{year}-0001"
    marked = ok("breach", "mark", sent, "--kind", "誤送付", given="同じ姓の別の人に郵送した\n")
    assert number in marked
    assert "速報" in marked
    listed = ok("breach", "list")
    assert all(each in listed for each in (number, sent, "あと2日", "あと29日"))
    shown = ok("breach", "show", number)
    for told in ("書留 123-45", "同じ姓の別の人に郵送した", "1号 要配慮個人情報", "再発防止のための措置"):
        assert told in shown
    decided = ok("breach", "decide", number, "--ground", 3, "--ground", 1, given="盗まれ、病名がある\n")
    assert "あと59日" in decided
    ok("breach", "write", number, "--item", 4, "--text", "封筒の取り違え")
    ok("breach", "write", number, "--item", 4, "--notice", "--text", "取り違えによるものです。")
    for stage in ("速報", "通知"):
        written = ok("breach", "draft", number, "--stage", stage, "--out", tmp_path / f"{stage}.docx")
        assert "要記入の所" in written
    assert "封筒の取り違え" in words_of(tmp_path / "速報.docx")
    assert "封筒の取り違え" not in words_of(tmp_path / "通知.docx")
    assert (tmp_path / "速報.docx").stat().st_mode & 0o077 == 0
    for stage in ("確報", "通知"):
        ok("breach", "done", number, "--stage", stage, "--how", "フォーム")

    assert "報告と通知を終えた" in ok("breach", "list")
    assert not get_breach(desk, number).open
    assert {each.actor.name for each in audit.entries(desk) if each.action == "breach.done"} == {"小早川"}


def test_the_list_of_requests_tells_what_is_due(desk: Desk, sent: str):
    """Beside the table, which stays a table; nothing once it was decided not to report."""
    ok("breach", "mark", sent, "--kind", "紛失", "--text", "紛失した")
    number = f"B-{desk.clock().astimezone(JAPAN).year}-0001"
    done = kaiji("case", "list")
    assert done.stderr.count(f"漏えい等の報告の期限 {number}") == 2
    assert number not in done.stdout
    ok("breach", "decide", number, "--no-report", "--reason", "開かれないうちに回収した")

    assert number not in kaiji("case", "list").stderr


def test_what_the_state_does_not_allow_is_refused_with_status_3(desk: Desk, sent: str, tmp_path: Path):
    """A report before its decision, a ground without a report, a time to come, a file that is there."""
    ok("breach", "mark", sent, "--kind", "伏せ漏れ", "--text", "名前が聞こえた")
    number = f"B-{desk.clock().astimezone(JAPAN).year}-0001"
    later = f"{(desk.clock() + timedelta(days=2)).astimezone(JAPAN):%Y-%m-%d %H:%M}"
    for refused in (
        ("done", number, "--stage", "速報", "--how", "フォーム"),
        ("decide", number, "--ground", 2, "--no-report", "--reason", "小さい"),
        ("done", number, "--stage", "通知", "--how", "電話", "--at", later),
    ):
        assert kaiji("breach", *refused).exit_code == 3, refused
    (tmp_path / "there.docx").write_bytes(b"mine")
    for bad in (
        ("show", "B-2026-9999"),
        ("mark", sent, "--kind", "誤送付", "--text", "x", "--known", "きのう"),
        ("draft", number, "--stage", "速報", "--out", tmp_path / "there.docx"),
        ("mark", sent, "--kind", "手紙", "--text", "x"),
    ):
        assert kaiji("breach", *bad).exit_code == 2, bad
    assert (tmp_path / "there.docx").read_bytes() == b"mine"


def test_the_words_of_the_command_stand_for_those_of_the_desk():
    """By their names, so that none is forgotten."""
    assert {each.name for each in commands._Kind} == {each.name for each in BreachKind}
    assert {each.name for each in commands._Stage} == {each.name for each in Stage}
