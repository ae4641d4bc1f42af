"""A breach in the browser: marked on the ledger's page, decided, written, drafted, done."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

from flows.desk.book.answers import Delivered
from flows.desk.book.door import do
from flows.desk.breaches.steps import NewMark, get_breach, mark_breach
from flows.desk.cases import requests
from flows.desk.kinds.breaches import BreachKind, Stage
from tests.browser.made_calls import into_review, sample_call
from tests.browser.pages import Reviewed
from tests.browser.running import Served, answered
from tests.desk_builders import OTHER
from tests.release_builders import decided, released


@pytest.fixture
def sent(served: Served) -> str:
    """Public number of a request whose answer went out by post."""
    call = into_review(served.desk, sample_call("clinic-kanji"))
    decided(served.desk, call)
    released(served.desk, call.request_id)
    do(served.desk, OTHER, Delivered(call.request_id, "書留 123-45-67890"))
    return requests.get(served.desk, call.request_id).number


@pytest.fixture
def breach(served: Served, sent: str) -> str:
    """Number of a breach of that answer."""
    new = NewMark(BreachKind.WRONG_RECIPIENT, "同じ姓の別の人に郵送した")
    return mark_breach(served.desk, OTHER, sent, new).number


def test_from_the_ledger_to_the_report(served: Served, sent: str, approver: Page):
    """By clicks and typing: what the officer decides and writes stands in the Word file."""
    approver.goto(f"{served.address}/ledger/{sent}")
    approver.get_by_role("link", name="漏えい等を記録する").click()
    approver.get_by_role("radio", name="別の人に渡した").check()
    approver.get_by_label("いきさつ").fill("同じ姓の別の人に郵送した")
    approver.get_by_role("button", name="漏えい等を記録する").click()
    expect(approver.get_by_text("報告の要否を判断していません")).to_be_visible()
    number = approver.get_by_role("heading", level=1).inner_text()
    expect(approver.get_by_role("cell", name="書留 123-45-67890")).to_be_visible()

    approver.get_by_role("checkbox", name="1号 要配慮個人情報").check()
    approver.get_by_role("radio", name="委員会に報告する").check()
    approver.get_by_label("判断の理由").fill("診療科の話がある")
    approver.get_by_role("button", name="判断を記録する").click()
    expect(approver.get_by_text("残り 速報、確報、本人への通知")).to_be_visible()
    approver.get_by_label("委員会への報告 4　原因").fill("宛名の取り違え")
    # Whoever fills two boxes before pressing loses neither.
    name = approver.locator("textarea[id^=text-report-]:visible").last.get_attribute("id")
    other = approver.locator(f"#{name}")
    other.fill("受付の手順を改める")
    approver.get_by_role("button", name="委員会への報告に書いたものを記録する").click()
    answered(approver)
    expect(approver.get_by_role("heading", level=1)).to_have_text(number)
    expect(approver.get_by_label("委員会への報告 4　原因")).to_have_value("宛名の取り違え")
    expect(other).to_have_value("受付の手順を改める")
    with approver.expect_download() as download:
        approver.get_by_role("link", name="速報の案(Word)").click()
    raw = Path(download.value.path()).read_bytes()
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(raw)).paragraphs)
    assert download.value.suggested_filename == f"{number}_速報(案).docx"
    assert "診療科の話がある" in text
    assert "宛名の取り違え" in text
    assert "〔要記入：" in text

    approver.get_by_label("何を").select_option("速報")
    approver.get_by_label("方法、受付番号など").fill("フォーム 12345")
    approver.get_by_role("button", name="記録する", exact=True).click()
    expect(approver.get_by_text("残り 確報、本人への通知")).to_be_visible()
    assert get_breach(served.desk, number).is_done(Stage.FIRST)
    approver.goto(f"{served.address}/calls")
    banner = approver.get_by_role("region", name="漏えい等の報告の期限")
    expect(banner).to_contain_text("確報")
    banner.get_by_role("link", name=number).click()
    expect(approver.get_by_role("heading", level=1)).to_have_text(number)


def test_an_analyst_sees_when_it_is_due(reviewed: Reviewed, breach: str, analyst: Page):
    """On the list, like the answer's due date; not what happened."""
    analyst.goto(f"{reviewed.site}/calls")
    banner = analyst.get_by_role("region", name="漏えい等の報告の期限")
    expect(banner).to_contain_text(breach)
    expect(banner).to_contain_text("速報")
    assert banner.get_by_role("link").count() == 0
