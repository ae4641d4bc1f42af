"""From the last decision to the answer that goes out, by the roles that may."""

from __future__ import annotations

import re
import threading
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from flows.desk.kinds.values import JAPAN
from flows.review.routes import decide as routes_decide
from tests.browser.pages import Reviewed, approve, expect_completed, open_call, release, select, send, state

LEFT = ("未決 2 /", "未決 1 /", "すべて決定")
"""What is left after each question is decided."""


def decide_all(page: Page) -> None:
    """F for every question: the house number that was said twice is one."""
    page.keyboard.press("n")
    for left in LEFT:
        page.keyboard.press("f")
        expect(page.locator("#progress")).to_contain_text(left)


def complete(page: Page, found: Reviewed) -> None:
    """Decide all, and say so."""
    open_call(page, found)
    decide_all(page)
    page.keyboard.press("Enter")
    expect_completed(page)


def test_a_call_with_an_undecided_finding_cannot_be_completed(found: Reviewed, analyst: Page):
    """It is said why, the finding is selected, and nothing is recorded."""
    open_call(analyst, found)
    analyst.get_by_role("button", name="確認を終える").click()
    expect(analyst.locator("#notice")).to_be_visible()
    assert analyst.locator('#list li[aria-selected="true"]').get_attribute("class").endswith("open")
    now = state(analyst)
    assert (now["complete"], now["decisions"]) == (False, [])


def test_a_long_check_is_shown_and_goes_on_though_the_page_is_opened_anew(
    found: Reviewed, analyst: Page, monkeypatch: pytest.MonkeyPatch
):
    """Nobody waits for an answer of minutes; whoever opens the call sees what is going on, and its end."""
    load, may_end = routes_decide.load_models, threading.Event()
    monkeypatch.setattr(routes_decide, "ANSWERED_WITHIN", 0.0)
    monkeypatch.setattr(routes_decide, "load_models", lambda name: load(name) if may_end.wait(120) else None)
    open_call(analyst, found)
    decide_all(analyst)
    analyst.keyboard.press("Enter")
    for _ in range(2):
        expect(analyst.locator("#done-bar")).to_have_text("伏せた写しを確かめています")
        expect(analyst.locator("#notice")).to_contain_text("kubotaが始めて")
        analyst.reload()
        analyst.wait_for_selector('main[aria-busy="false"]')
    may_end.set()
    expect_completed(analyst)
    expect(analyst.locator("#notice")).to_contain_text("確認を終えました")


def test_complete_approve_and_back(found: Reviewed, analyst: Page, approver: Page):
    """The analyst completes, somebody else approves; whoever takes it back says why."""
    complete(analyst, found)
    assert analyst.locator("#approve").count() == 0
    open_call(approver, found)
    approver.get_by_role("button", name="承認する").click()
    dialog = approver.get_by_role("dialog", name="この写しを承認する")
    expect(dialog).to_contain_text(re.compile(r"伏せる \d+ か所"))
    dialog.get_by_role("button", name="承認する").click()
    expect(approver.locator("#state")).to_have_text("承認済")
    approver.get_by_role("button", name="確認に戻す").click()
    back = approver.get_by_role("dialog", name="確認に戻す")
    back.get_by_role("textbox").fill("住所の番地が聞こえる")
    back.get_by_role("button", name="戻す").click()
    expect(approver.locator("#state")).to_have_text("確認待ち")
    last = state(approver)["decisions"][-1]
    said = (last["kind"], last["reason"], last["reviewer"])
    assert said == (
        "reopen",
        "住所の番地が聞こえる",
        "kobayakawa",
    )


def test_the_answer_goes_out(found: Reviewed, analyst: Page, approver: Page, tmp_path: Path):
    """Complete, approve, release: the package opens with the password that is shown apart, without a name."""
    complete(analyst, found)
    approve(found, approver)
    package = release(approver, tmp_path)
    texts = [raw.decode() for name, raw in package.items() if name.endswith(".txt")]
    assert sum(name.endswith(".mp3") for name in package) == 1
    assert not any("藤田" in text or "高島平" in text for text in texts)
    assert any("[氏名]" in text for text in texts)
    approver.get_by_label("渡した方法").fill("窓口で手渡し")
    approver.get_by_role("button", name="交付を記録").click()
    expect(approver.locator("li", has_text="窓口で手渡し")).to_be_visible()
    approver.goto(f"{found.site}/ledger")
    row = approver.get_by_role("row").filter(has_text=found.number)
    expect(row).to_contain_text("開示済")
    expect(row).to_contain_text("kubota")
    expect(row).to_contain_text("kobayakawa")
    open_call(analyst, found)
    expect(analyst.locator("#state")).to_have_text("開示済")
    select(analyst, "山口")
    expect(analyst.locator('#card [data-do="mask"]')).to_be_disabled()


def test_an_analyst_does_not_see_the_ledger(found: Reviewed, analyst: Page):
    """No link to it, and no page."""
    analyst.goto(f"{found.site}/calls")
    assert analyst.get_by_role("link", name="開示台帳").count() == 0
    answer = analyst.goto(f"{found.site}/ledger/{found.number}")
    assert answer is not None
    assert answer.status == 403


def test_a_masked_name_that_stands_elsewhere_is_shown_when_the_call_is_completed(
    reviewed: Reviewed, analyst: Page
):
    """The page tells the word and opens its place; decided, the call is complete."""
    open_call(analyst, reviewed)
    decide_all(analyst)
    analyst.keyboard.press("Enter")
    expect(analyst.locator("#notice")).to_contain_text(
        "伏せた言葉が残っている所が 2 か所ありました", timeout=60_000
    )
    expect(analyst.locator("#notice li")).to_contain_text(["藤田拓也", "藤田拓也"])
    expect(analyst.locator("#card .found")).to_have_text("藤田拓也")
    expect(analyst.locator("#card .together li")).to_have_count(1)
    analyst.keyboard.press("f")
    expect(analyst.locator("#progress")).to_contain_text("すべて決定")
    analyst.keyboard.press("Enter")
    expect_completed(analyst)


def test_an_address_with_a_time_opens_the_call_there(found: Reviewed, analyst: Page):
    """As a release that refused links to it: the finding is selected, nothing is played yet."""
    analyst.goto(f"{found.site}/calls/{found.call_id}#at=26.50")
    analyst.wait_for_selector('main[aria-busy="false"]')
    expect(analyst.locator("#card .found")).to_have_text("5-23-28")
    assert analyst.locator("#overview").get_attribute("aria-valuenow") == "26.5"


def test_a_change_after_completion_asks_for_completion_again(found: Reviewed, analyst: Page):
    """What was signed is not what it became."""
    complete(analyst, found)
    select(analyst, "山口")
    analyst.keyboard.press("3")
    expect(analyst.get_by_role("button", name="確認を終える")).to_be_visible()
    assert state(analyst)["complete"] is False


def test_an_analyst_cannot_approve(found: Reviewed, analyst: Page):
    """Neither by a button, which is not there, nor by the address."""
    complete(analyst, found)
    now = state(analyst)
    sent = send(analyst, "approve", {"count": now["count"], "revision": now["revision"], "note": ""})
    assert (sent["status"], sent["body"]["error"]) == (403, "forbidden")
    assert state(analyst)["state"] == "in_review"


def test_whoever_decided_cannot_approve(found: Reviewed, approver: Page):
    """Four eyes: an approver who decided is told to fetch another."""
    complete(approver, found)
    approver.get_by_role("button", name="承認する").click()
    dialog = approver.get_by_role("dialog", name="この写しを承認する")
    dialog.get_by_role("button", name="承認する").click()
    expect(dialog.get_by_role("alert")).to_contain_text("別の承認者")
    assert state(approver)["state"] == "in_review"


def test_ground_2_waits_for_a_second_person(found: Reviewed, analyst: Page, second: Page):
    """A typed reason, then another analyst's word; before it the call cannot be completed."""
    open_call(analyst, found)
    decide_all(analyst)
    select(analyst, "山口")
    analyst.keyboard.press("g")
    dialog = analyst.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("点検の手順が外に知れると設備の保安に差し支える")
    dialog.get_by_role("button", name="決める").click()
    expect(analyst.locator("#done-bar")).to_contain_text("二人目待ち 1")
    analyst.keyboard.press("Enter")
    expect(analyst.locator("#notice")).to_be_visible()
    assert state(analyst)["complete"] is False
    analyst.get_by_role("button", name="二人目として確認する").click()
    expect(analyst.locator("#notice")).to_be_visible()
    assert len(state(analyst)["unconfirmed"]) == 1
    open_call(second, found)
    select(second, "山口")
    expect(second.locator("#card .note")).to_contain_text("kubotaの理由：点検の手順が外に知れると")
    second.get_by_role("button", name="二人目として確認する").click()
    expect(second.locator("#done-bar")).not_to_contain_text("二人目待ち")
    second.keyboard.press("Enter")
    expect_completed(second)


def test_times_are_japanese_wherever_the_browser_is(
    found: Reviewed, analyst: Page, browser: Browser, signed_in: dict[str, StorageState]
):
    """A decision is told with one time; and no finding with the name of what found it."""
    open_call(analyst, found)
    select(analyst, "山口")
    analyst.keyboard.press("f")
    expect(analyst.locator("#progress")).to_contain_text("未決 3 /")
    times = []
    for zone in ("Asia/Tokyo", "America/New_York"):
        context = browser.new_context(
            locale="ja-JP",
            timezone_id=zone,
            storage_state=signed_in["mori"],
            viewport={"width": 1280, "height": 800},
        )
        page = context.new_page()
        open_call(page, found)
        select(page, "山口")
        page.locator("#card .history summary").click()
        times.append(page.locator("#card .history li").first.inner_text())
        assert "honorific" not in page.locator("#card").inner_text()
        context.close()
    at = datetime.fromisoformat(state(analyst)["decisions"][-1]["decided_at"]).astimezone(JAPAN)

    assert times[0] == times[1]
    assert f"{at:%H:%M}" in times[0]
