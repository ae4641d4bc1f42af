"""The clerk's pages in the browser: a request by keyboard, mistakes at their fields, lists that are sent."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from flows.desk.cases import requests
from tests.browser.running import Served


def test_a_request_is_taken_in_by_keyboard(served: Served, person: Callable[[str], Page]):
    """From field to field by Tab, a choice by its letters, the mark by Space, the button by Enter."""
    page = person("hirata")
    page.goto(f"{served.address}/intake")
    keys = page.keyboard
    expect(page.get_by_label("氏名", exact=True)).to_be_focused()
    keys.type("佐藤健一")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("0312345678")
    while page.evaluate("document.activeElement.textContent.trim()") != "内容を確かめる":
        keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="内容を確かめる")).to_be_visible()
    expect(page.get_by_label("フリガナ", exact=True)).to_have_value("サトウケンイチ")
    expect(page.get_by_label("フリガナを確かめました")).to_be_focused()
    keys.press("Space")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="次は本人確認")).to_be_visible()

    number = page.get_by_role("heading", level=1).inner_text()
    content = requests.get(served.desk, number).content
    assert content.requester.names[0].text == "佐藤健一"
    assert content.requester.phones == ("0312345678",)


def test_a_mistake_leads_back_to_its_field(served: Served, person: Callable[[str], Page]):
    """It is told aloud, marked at the field and what was written is still there."""
    page = person("hirata")
    page.goto(f"{served.address}/intake")
    page.get_by_label("氏名", exact=True).fill("佐藤健一")
    page.get_by_label("電話番号", exact=True).fill("でんわ")
    page.get_by_role("button", name="内容を確かめる").click()

    expect(page.get_by_role("alert")).to_contain_text("直すところが1か所")
    field = page.get_by_label("電話番号", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("電話番号の形ではありません")
    expect(page.get_by_label("氏名", exact=True)).to_have_value("佐藤健一")


def test_a_list_is_sent_by_the_page(served: Served, person: Callable[[str], Page], tmp_path):
    """Its bytes and not its name; a list that is too large is not sent."""
    page = person("hirata")
    page.goto(f"{served.address}/imports")
    file = tmp_path / "鈴木花子の一覧.csv"
    file.write_bytes("受付番号,受付日時,受付方法,氏名\nL-1,2026-11-20,郵送,高橋一郎\n".encode("cp932"))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="取り込む").click()
    expect(page.get_by_role("status")).to_contain_text("1件を受け付けました")
    assert not any("%E9%88%B4" in each or "鈴木" in each for each in sent)

    file.write_bytes(b"x" * 200_000)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="取り込む").click()
    expect(page.get_by_role("alert").filter(has_text="大きすぎます")).to_be_visible()
