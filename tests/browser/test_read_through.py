"""Whoever says that a text was proofread has heard it, or knows better; whoever approves sees who has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from flows.desk.cases import requests
from tests.browser.made_calls import heard_again, into_review, sample_call
from tests.browser.pages import Missed, Reviewed, expect_completed, open_call, state, until
from tests.browser.running import Served

SECOND = "検針票がね"
AGAIN = "あのう、隣の方の名前のものが届きました。"
SOUND = "アノウトナリノカタノナマエノモノガトドキマシタ"

POST = """([path, body]) => fetch(path, {method: "POST", body: JSON.stringify(body), headers: {
    "Content-Type": "application/json",
    "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content,
}}).then((answer) => answer.status)"""


@pytest.fixture
def opened(served: Served, analyst: Page) -> Page:
    """A call whose second line a second hearing wrote otherwise, open before Kubota."""
    call = into_review(served.desk, heard_again(sample_call("meter-mistake"), SECOND, AGAIN, SOUND))
    number = requests.get(served.desk, call.request_id).number
    return open_call(analyst, Reviewed(served.address, call.call_id, number, "kubota", Missed("", 0, 0, 0)))


def test_reading_through_stops_where_something_is_open_and_lists_what_nobody_heard(opened: Page):
    """At one and a half times the speed, behind the line, with its suggestion; what was heard is a fact."""
    opened.keyboard.press("y")
    dialog = opened.get_by_role("dialog", name="文字起こしを読み終えた")
    lines = len(opened.locator(".say").all())
    expect(dialog).to_contain_text(f"まだだれも聴いていない行が {lines} 行あります。")
    expect(dialog.get_by_role("button", name="聴かずに読み終えたと記録する")).to_be_visible()
    dialog.get_by_role("button", name="1.5倍で聴いて読み通す").click()

    expect(opened.locator("#read-bar")).to_be_visible()
    until(opened, "document.getElementById('audio').playbackRate === 1.5")
    expect(opened.locator("#read-why")).to_have_text("二度目の聞き取りは、別の言葉でした", timeout=60_000)
    until(opened, "document.getElementById('audio').paused")
    expect(opened.get_by_role("button", name=f"二度目の聞き取り：{AGAIN}")).to_be_visible()
    assert SECOND in opened.locator(".edit textarea").input_value()

    opened.keyboard.press("Escape")
    until(opened, "!document.getElementById('audio').paused")
    expect(opened.locator("#read-why")).to_be_empty()
    opened.keyboard.press("Escape")
    expect(opened.locator("#read-bar")).to_be_hidden()
    until(opened, "document.getElementById('audio').paused")
    opened.keyboard.press("y")
    expect(dialog).to_contain_text(f"まだだれも聴いていない行が {lines - 2} 行あります。")
    told = state(opened)
    assert [each["name"] for each in told["listeners"]] == ["kubota"]
    assert told["listeners"][0]["original"] > 6
    assert told["listeners"][0]["masked"] == 0
    assert told["heard"] == []


def test_a_text_that_was_heard_asks_no_more(opened: Page):
    """The plain question alone, with the button that records it."""
    call_id = opened.locator("main").get_attribute("data-call")
    body = {"count": 0, "what": "original", "stretches": [[0.0, 999.0]]}
    assert opened.evaluate(POST, [f"/api/calls/{call_id}/heard", body]) == 200
    opened.reload()
    opened.wait_for_selector('main[aria-busy="false"]')
    opened.keyboard.press("y")
    dialog = opened.get_by_role("dialog", name="文字起こしを読み終えた")
    expect(dialog.get_by_role("button", name="読み終えたと記録する", exact=True)).to_be_visible()
    assert "まだだれも" not in dialog.inner_text()


def test_who_approves_sees_who_listened(opened: Page, person: Callable[[str], Page]):
    """Nobody at all is a question; afterwards seconds and names."""
    opened.keyboard.press("Enter")
    expect_completed(opened)
    approver = person("kobayakawa")
    approver.goto(opened.url)
    approver.get_by_role("button", name="承認する").click()
    dialog = approver.get_by_role("dialog", name="この写しを承認する")
    expect(dialog).to_contain_text("まだだれも、元の音も伏せた音も聴いていません。聴かずに承認しますか。")
    expect(dialog.get_by_role("button", name="聴かずに承認する")).to_be_visible()
    approver.keyboard.press("Escape")

    approver.get_by_role("button", name="伏せた音", exact=True).click()
    approver.get_by_role("button", name="再生", exact=False).first.click()
    until(approver, "document.getElementById('audio').currentTime > 2.5")
    approver.keyboard.press("Space")
    approver.get_by_role("button", name="承認する").click()
    expect(dialog).to_contain_text("kobayakawa 元の音 0:00、伏せた音 0:0")
    expect(dialog.get_by_role("button", name="承認する", exact=True)).to_be_visible()
