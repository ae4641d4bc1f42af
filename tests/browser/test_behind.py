"""Tab moves on at once: the line is recorded behind, in order, and nothing is left before it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.pages import Reviewed, expect_completed, open_call, state, until
from tests.browser.test_signing import decide_all
from tests.browser.test_words import edit

FIRST, SECOND = "検針票がね", "票に書かれているお名前は"


class Held:
    """Corrections that have not reached the server yet."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.routes: list[Route] = []
        self.holding = True
        page.route("**/text", self.take)

    def take(self, route: Route) -> None:
        """One of them."""
        if self.holding:
            self.routes.append(route)
        else:
            route.continue_()

    def wait(self) -> None:
        """Until one is on its way."""
        while not self.routes:
            self.page.wait_for_timeout(20)

    def let_go(self) -> None:
        """All of them reach it, and those behind them."""
        self.holding = False
        for route in self.routes:
            route.continue_()

    def lose(self) -> None:
        """None of them does; those behind them do."""
        self.holding = False
        for route in self.routes:
            route.abort()


@pytest.fixture
def opened(analyst: Page, found: Reviewed) -> Page:
    """A call with everything found, open before Kubota."""
    return open_call(analyst, found)


@pytest.fixture
def held(opened: Page) -> Iterator[Held]:
    """What the open call records."""
    return Held(opened)


def write_over(page: Page, was: str, now: str) -> None:
    """In the line that is open, and on to the next."""
    field = page.locator(".edit textarea")
    field.fill(field.input_value().replace(was, now))
    page.keyboard.press("Tab")


def test_the_next_line_opens_before_the_last_is_recorded(opened: Page, held: Held):
    """Two lines written one after another are recorded in that order."""
    edit(opened, FIRST)
    write_over(opened, "検針票", "使用票")
    held.wait()
    expect(opened.locator(".edit textarea")).to_have_value(re.compile(SECOND))
    expect(opened.locator(".say .waiting")).to_contain_text("使用票がね")
    write_over(opened, "お名前", "お二人の名前")
    assert state(opened)["decisions"] == []

    held.let_go()
    until(opened, "document.querySelectorAll('.waiting').length === 0")
    opened.keyboard.press("Escape")
    made = state(opened)["decisions"]
    assert [one["kind"] for one in made] == ["words", "words"]
    expect(opened.locator("#transcript")).to_contain_text("使用票がね")
    expect(opened.locator("#transcript")).to_contain_text("お二人の名前")
    assert "使用票" not in opened.evaluate("JSON.stringify(sessionStorage)")


def test_a_line_that_is_not_recorded_is_shown_as_it_was(opened: Page, held: Held):
    """It is said, the review cannot end, and what was typed is in the line when it is opened."""
    edit(opened, FIRST)
    write_over(opened, "検針票", "使用票")
    held.wait()
    held.lose()
    notice = opened.locator("#notice")
    expect(notice).to_contain_text("の行を記録できませんでした")
    opened.keyboard.press("Escape")
    expect(opened.locator("#transcript")).to_contain_text(FIRST)
    expect(opened.locator("#transcript")).not_to_contain_text("使用票")
    decide_all(opened)
    opened.keyboard.press("Enter")
    expect(notice).to_contain_text("記録できなかった行があります")

    edit(opened, FIRST)
    expect(opened.locator(".edit textarea")).to_have_value(re.compile("使用票"))
    opened.keyboard.press("Enter")
    expect(opened.locator(".edit")).to_have_count(0, timeout=60_000)
    opened.keyboard.press("Enter")
    expect_completed(opened)
    expect(opened.get_by_role("link", name=re.compile("次の通話へ|通話の一覧へ"))).to_be_visible()


def test_who_leaves_waits_for_what_is_on_its_way(opened: Page, held: Held, found: Reviewed):
    """Then the page that was asked for opens."""
    edit(opened, FIRST)
    write_over(opened, "検針票", "使用票")
    held.wait()
    opened.get_by_role("link", name="確認する通話").click()
    held.let_go()
    expect(opened).to_have_url(f"{found.site}/calls")
    open_call(opened, found)
    expect(opened.locator("#transcript")).to_contain_text("使用票がね")


def test_taking_back_takes_what_is_on_its_way(opened: Page, held: Held):
    """It is what was done last."""
    edit(opened, FIRST)
    write_over(opened, "検針票", "使用票")
    held.wait()
    opened.keyboard.press("Escape")
    opened.keyboard.press("z")
    held.let_go()
    expect(opened.locator("#live")).to_contain_text("取り消しました")
    expect(opened.locator("#transcript")).not_to_contain_text("使用票")
    assert [one["undone"] for one in state(opened)["decisions"] if one["kind"] == "words"] == [True]
