"""Two people in one call: each is told of the other, and neither's work is lost."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.pages import Reviewed, finding, open_call, select, state, wait_for_decisions


def test_the_second_is_told_who_has_it_open(reviewed: Reviewed, opened: Page, second: Page):
    """On the call's page and in the queue."""
    expect(opened.locator("#others")).to_be_hidden()
    open_call(second, reviewed)
    expect(second.locator("#others")).to_contain_text(reviewed.analyst)
    second.goto(f"{reviewed.site}/calls")
    row = second.get_by_role("row").filter(has_text=reviewed.number)
    expect(row).to_contain_text(f"{reviewed.analyst} が開いています")


def test_a_decision_upon_an_old_state_is_shown_and_kept(reviewed: Reviewed, opened: Page, second: Page):
    """Both decide the same finding: the second sees the first's decision, and can still send their own."""
    open_call(second, reviewed)
    for page in (opened, second):
        select(page, "山口")
    opened.keyboard.press("f")
    expect(opened.locator("#progress")).to_contain_text("未決 3 / 11 か所")
    second.keyboard.press("3")
    expect(second.locator("#notice")).to_contain_text(f"{reviewed.analyst}が先に決めました")
    expect(second.locator("#notice")).to_contain_text("伏せる")
    expect(second.locator("#progress")).to_contain_text("未決 3 / 11 か所")
    assert [one["kind"] for one in state(second)["decisions"]] == ["mask"]
    second.get_by_role("button", name="それでも記録する").click()
    expect(second.locator("#notice")).to_be_hidden()
    wait_for_decisions(second, 2)
    assert [one["kind"] for one in state(second)["decisions"]] == ["mask", "party"]
    assert finding(second, "山口")["party"] == "staff"


def test_the_others_decision_can_stand(reviewed: Reviewed, opened: Page, second: Page):
    """Giving way records nothing."""
    open_call(second, reviewed)
    for page in (opened, second):
        select(page, "山口")
    opened.keyboard.press("f")
    expect(opened.locator("#progress")).to_contain_text("未決 3 / 11 か所")
    second.keyboard.press("3")
    second.get_by_role("button", name="相手の決定のままにする").click()
    assert [one["kind"] for one in state(second)["decisions"]] == ["mask"]


def test_what_was_typed_outlives_a_conflict(reviewed: Reviewed, opened: Page, second: Page):
    """A half-typed reason is still in the dialog, beside what the other decided, and can be sent."""
    open_call(second, reviewed)
    for page in (opened, second):
        select(page, "山口")
    second.keyboard.press("d")
    dialog = second.get_by_role("dialog", name="残す理由")
    dialog.get_by_role("textbox").fill("本人の旧姓と確かめた")
    opened.keyboard.press("f")
    expect(opened.locator("#progress")).to_contain_text("未決 3 / 11 か所")
    dialog.get_by_role("button", name="決める").click()
    expect(dialog).to_contain_text(f"{reviewed.analyst}が先に決めました")
    expect(dialog.get_by_role("textbox")).to_have_value("本人の旧姓と確かめた")
    dialog.get_by_role("button", name="決める").click()
    expect(dialog).to_have_count(0)
    last = state(second)["decisions"][-1]
    assert (last["kind"], last["reason"]) == ("keep", "本人の旧姓と確かめた")
