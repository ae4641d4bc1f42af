"""The pages of a breach: from the ledger's page to the last report, by the same steps as the command."""

from __future__ import annotations

import io
import urllib.parse
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from fastapi import FastAPI

from flows.desk.book.answers import Delivered
from flows.desk.book.door import do
from flows.desk.breaches.steps import get_breach
from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.breaches import EXEMPT, GROUNDS, ITEMS, Paper
from flows.desk.kinds.values import Call
from flows.review.app import create_app
from tests.release_builders import APPROVER, approved, asked, released
from tests.review_site import HOST, Person, new_person, signed_in
from tests.sentinels import found_in

METRICS_WORD = "0123456789abcdef0123456789abcdef"
TEXT = "同じ姓の別の人に郵送した"


@pytest.fixture
def desk(releasing_desk: Desk) -> Desk:
    """One whose calls go out."""
    return releasing_desk


@pytest.fixture
def number(desk: Desk, released_call: Call) -> str:
    """Public number of a request whose answer was delivered."""
    request = released_call.request_id
    do(desk, APPROVER, Delivered(request, "書留 123-45"))
    return requests.get(desk, request).number


def send(person: Person, path: str, fields: list[tuple[str, str]]):
    """A form of our own page; a field may stand in it twice."""
    body = urllib.parse.urlencode([("csrf", person.headers["X-CSRF-Token"]), *fields])
    headers = {"Origin": HOST, "Content-Type": "application/x-www-form-urlencoded"}
    return person.client.post(path, content=body, headers=headers, follow_redirects=False)


def marked(person: Person, number: str, **more: str) -> str:
    """Address of the page of a breach of a request's answer."""
    fields = {"turn": "1", "kind": "wrong_recipient", "text": TEXT} | more
    answer = send(person, f"/ledger/{number}/breach", list(fields.items()))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def words(raw: bytes) -> str:
    """The text of a Word file."""
    back = docx.Document(io.BytesIO(raw))
    cells = [cell.text for table in back.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in back.paragraphs), *cells])


def test_from_the_ledger_to_the_last_report(desk: Desk, approver: Person, number: str):
    """Marked, decided, written, drafted and done: each by its own form, in the person's name."""
    assert f'href="/ledger/{number}/breach"' in approver.get(f"/ledger/{number}").text
    assert "同じ件か" not in approver.get(f"/ledger/{number}/breach").text
    page = marked(approver, number)
    assert page == "/breaches/B-2026-0001"
    text = approver.get(page).text
    for told in (
        TEXT,
        "書留 123-45",
        "報告の要否を判断していません",
        *GROUNDS.values(),
        *EXEMPT,
        *ITEMS.values(),
    ):
        assert told in text
    for path in ("/calls", "/ledger", "/breaches"):
        listed = approver.get(path).text
        assert all(each in listed for each in ("B-2026-0001", "速報", "確報")), path
    assert "要否が未判断" in approver.get("/calls").text

    grounds = [("ground", "1"), ("ground", "3"), ("reports", "true"), ("reason", "病名があり、盗まれた")]
    assert send(approver, f"{page}/decide", grounds).status_code == 303
    fact = [("paper", "report"), ("item", "4"), ("text", "宛名の取り違え")]
    assert send(approver, f"{page}/write", fact).status_code == 303
    report = approver.get(f"{page}/report?stage=first")
    assert "宛名の取り違え" in words(report.content)
    assert urllib.parse.quote("速報(案).docx") in report.headers["content-disposition"]
    notice = words(approver.get(f"{page}/notice?to=requester").content)
    assert "宛名の取り違え" not in notice
    for stage in ("final", "notice"):
        done = [("stage", stage), ("how", "フォーム"), ("at", "")]
        assert send(approver, f"{page}/done", done).status_code == 303
    breach = get_breach(desk, "B-2026-0001")

    assert not breach.open
    assert breach.harm_meant
    assert "報告と通知を終えた" in approver.get(f"/ledger/{number}").text
    assert "B-2026-0001" not in approver.get("/calls").text
    steps = [entry for entry in audit.entries(desk) if entry.action in {"breach.mark", "breach.decide"}]
    assert {entry.actor.name for entry in steps} == {"kobayakawa"}
    assert audit.verify(desk) == ()


def test_an_answer_is_marked_as_part_of_a_breach(approver: Person, desk: Desk, number: str, tmp_path: Path):
    """The form offers the breaches that are open."""
    marked(approver, number)
    request = asked(desk)
    approved(desk, tmp_path, request)
    released(desk, request)
    other = requests.get(desk, request).number
    assert "B-2026-0001 と同じ件" in approver.get(f"/ledger/{other}/breach").text

    assert marked(approver, other, joins="B-2026-0001") == "/breaches/B-2026-0001"
    assert [mark.request for mark in get_breach(desk, "B-2026-0001").marks] == [number, other]
    page = approver.get("/breaches/B-2026-0001").text
    assert 'name="about"' in page


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([("ground", "2"), ("reports", "false"), ("reason", "小さい")], 409),
        ([("reports", "false"), ("reason", "  ")], 409),
        ([("ground", "5"), ("reports", "true"), ("reason", "x")], 422),
        ([("reason", "x")], 422),
    ],
)
def test_a_decision_that_the_law_does_not_allow_is_refused(
    approver: Person, desk: Desk, number: str, fields: list[tuple[str, str]], status: int
):
    """A ground without a report, no reason, no such ground, nothing chosen."""
    page = marked(approver, number)

    assert send(approver, f"{page}/decide", fields).status_code == status
    assert get_breach(desk, "B-2026-0001").duty is None


def test_a_report_is_not_done_before_it_is_decided(approver: Person, desk: Desk, number: str):
    """The page says what comes first."""
    page = marked(approver, number)
    answer = send(approver, f"{page}/done", [("stage", "first"), ("how", "フォーム")])

    assert (answer.status_code, "先に" in answer.text) == (409, True)
    assert get_breach(desk, "B-2026-0001").done == ()


def test_what_is_not_there_is_told(approver: Person, desk: Desk, number: str):
    """No such breach, a request without an answer, a stage that is no report, a time that is none."""
    waits = requests.get(desk, asked(desk)).number
    page = marked(approver, number)
    for path in ("/breaches/B-2026-0099", f"/ledger/{waits}/breach", f"{page}/report?stage=notice"):
        assert approver.get(path).status_code == 404, path
    bad = [("stage", "notice"), ("how", "電話"), ("at", "きのう")]
    assert send(approver, f"{page}/done", bad).status_code == 422


def test_an_administrator_sees_the_due_dates_and_no_more(app: FastAPI, approver: Person, number: str):
    """The list; not who heard what."""
    page = marked(approver, number)
    saiki, kubota = signed_in(app, "saiki"), signed_in(app, "kubota")

    assert "B-2026-0001" in saiki.get("/breaches").text
    assert saiki.get(page).status_code == 403
    queue = kubota.get("/calls").text
    assert "B-2026-0001" in queue
    assert f'href="{page}"' not in queue
    assert TEXT not in queue


def test_a_written_text_is_shown_as_text(approver: Person, desk: Desk, number: str):
    """Whatever somebody wrote is no part of the page."""
    page = marked(approver, number, text="<script>alert(1)</script>")
    fact = [("paper", "notice"), ("item", "4"), ("text", "</textarea><img src=x>")]
    assert send(approver, f"{page}/write", fact).status_code == 303
    text = approver.get(page).text

    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    found = get_breach(desk, "B-2026-0001").fact(Paper.NOTICE, 4)
    assert found is not None
    assert found.text == "</textarea><img src=x>"


def test_all_items_of_a_paper_are_written_at_once(approver: Person, desk: Desk, number: str):
    """What is unchanged or empty is no new entry; each item stands beside its own text."""
    page = marked(approver, number)
    both = [
        ("item", "4"),
        ("text", "宛名の取り違え"),
        ("item", "5"),
        ("text", ""),
        ("item", "7"),
        ("text", "公表した"),
    ]
    assert send(approver, f"{page}/write", [("paper", "report"), *both]).status_code == 303
    again = [("item", "4"), ("text", "宛名の取り違え"), ("item", "7"), ("text", "公表しない\r\n当面は")]
    assert send(approver, f"{page}/write", [("paper", "report"), *again]).status_code == 303
    facts = [(each.item, each.text) for each in get_breach(desk, "B-2026-0001").facts]
    assert facts == [(4, "宛名の取り違え"), (7, "公表した"), (7, "公表しない\n当面は")]
    odd = [("paper", "report"), ("item", "4"), ("item", "5"), ("text", "一つだけ")]
    assert send(approver, f"{page}/write", odd).status_code == 422


def test_metrics_and_logs_tell_nothing_of_a_breach(
    app: FastAPI, approver: Person, number: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """At their most talkative, through all steps: a count, and neither its number nor what was written."""
    secret = tmp_path / "secret"
    secret.write_text(f"{METRICS_WORD}\n", encoding="ascii")
    secret.chmod(0o600)
    with caplog.at_level("DEBUG"):
        page = marked(approver, number)
        send(approver, f"{page}/decide", [("ground", "1"), ("reports", "true"), ("reason", "胃の病名がある")])
        send(
            approver, f"{page}/write", [("paper", "report"), ("item", "4"), ("text", "佐伯一郎と取り違えた")]
        )
        send(approver, f"{page}/done", [("stage", "first"), ("how", "受付番号 4455")])
        for path in (
            page,
            f"{page}/report?stage=final",
            f"{page}/notice?to=requester",
            "/breaches/B-2026-0099",
        ):
            approver.get(path)
        desk = app.state.site.desk
        watched = create_app(
            desk.settings,
            replace(desk, settings=desk.settings.model_copy(update={"metrics_secret_file": secret})),
        )
        told = new_person(watched).get("/metrics", headers={"Authorization": f"Bearer {METRICS_WORD}"}).text
    words = (TEXT, "病名", "佐伯", "4455", "書留", "鈴木", "長谷川")

    assert "kaiji_overdue_breach_reports 0" in told
    assert found_in(told.encode(), (*words, "B-2026-", number)) == []
    assert caplog.records
    assert found_in(caplog.text.encode(), words) == []
