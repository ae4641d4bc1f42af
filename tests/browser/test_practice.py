"""Practising in the browser: from the first-use page to a released answer, by one person, and gone again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.desk.cases.requests import list_requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.states import State
from flows.desk.work.first_steps import FirstStep
from flows.practice.mark import practice_settings
from tests.browser.looking import faults
from tests.browser.pages import sign_in
from tests.browser.running import Served, answered, served_desk
from tests.browser.test_whole_path import STEM, WORKING_MS, Hands, decide_all
from tests.desk_builders import desk_settings
from tests.review_site import add_people, practise_on, quick_passwords


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A desk with its people and nothing else; the shortest of the sample calls to practise on."""
    practise_on(monkeypatch, tmp_path / "samples", (STEM,))
    quick_passwords(monkeypatch)
    with open_desk(desk_settings(tmp_path)) as desk:
        add_people(desk)
        with served_desk(desk) as served:
            yield served


@pytest.fixture
def clerk(browser: Browser, empty: Served) -> Iterator[Page]:
    """Hirata's page, on the first-use page."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP")
    context.set_default_timeout(WORKING_MS)
    page = context.new_page()
    sign_in(page, empty.address, "hirata")
    expect(page.get_by_role("heading", name="最初の開示まで")).to_be_visible()
    yield page
    context.close()


@pytest.mark.timeout(1500)
def test_one_person_practises_all_of_it_and_leaves_no_trace(clerk: Page, empty: Served):
    """The real recogniser, every page marked; the company's desk knows of nothing and has no file more."""
    home = empty.desk.settings.home
    before, files = len(audit.entries(empty.desk)), {path for path in home.rglob("*") if path.is_file()}
    hands, mark = Hands(clerk), clerk.locator(".brand .chip", has_text="練習")
    expect(mark).to_have_count(0)
    hands.press("見本の通話で練習する")
    expect(mark).to_be_visible(timeout=WORKING_MS)
    hands.press("いま伏せる")
    expect(clerk.get_by_text("確認待ちへ 1 件")).to_be_visible(timeout=WORKING_MS)
    hands.follow("確認する通話")
    hands.follow(re.compile("通話を開く"))
    clerk.wait_for_selector('main[aria-busy="false"]')
    expect(mark).to_be_visible()
    decide_all(hands)
    clerk.reload()
    clerk.wait_for_selector('main[aria-busy="false"]')
    hands.press("承認する")
    clerk.get_by_role("dialog").get_by_role("button", name="承認する").click()
    hands.follow("開示の手続きへ")
    hands.press("開示する")
    expect(clerk.get_by_role("heading", name=re.compile("^第1回"))).to_be_visible(timeout=WORKING_MS)
    expect(mark).to_be_visible()
    with open_desk(practice_settings(empty.desk.settings)) as there:
        assert [one.state for one in list_requests(there)] == [State.RELEASED]
        assert "hirata" in {one.actor.name for one in audit.entries(there)}
        assert audit.verify(there) == ()

    hands.follow("練習の出入口")
    hands.press("本当の窓口へ戻る")
    expect(mark).to_have_count(0)
    expect(clerk.get_by_role("heading", name="最初の開示まで")).to_be_visible()
    hands.follow("練習")
    hands.press("練習を片付ける")
    expect(clerk.get_by_role("button", name="練習を始める")).to_be_visible()
    assert {path for path in home.rglob("*") if path.is_file()} == files
    assert len(audit.entries(empty.desk)) == before
    assert list_requests(empty.desk) == ()


LEFTS = "each => each.map((one) => Math.round(one.getBoundingClientRect().left))"
"""Where the items of a list begin."""


def test_the_first_steps_stand_below_each_other(clerk: Page):
    """In order, a line each, on a telephone as on a desk."""
    for width in (1280, 390):
        clerk.set_viewport_size({"width": width, "height": 800})
        lefts = clerk.locator(".first-steps li").evaluate_all(LEFTS)
        assert (len(lefts), len(set(lefts))) == (len(FirstStep), 1)


def test_the_page_about_it_can_be_read_and_worked_by_everybody(clerk: Page, empty: Served):
    """In each of its states; the practice desk's own pages too."""
    found: list[str] = []

    def look(name: str, path: str = "/practice") -> None:
        clerk.set_viewport_size({"width": 1280, "height": 800})
        clerk.goto(empty.address + path)
        found.extend(faults(clerk, name))

    look("before")
    clerk.get_by_role("button", name="練習を始める").click()
    expect(clerk.locator(".brand .chip", has_text="練習")).to_be_visible()
    for path in ("/requests", "/calls", "/ledger"):
        look(f"{path} of the practice desk", path)
    look("inside")
    clerk.get_by_role("button", name="本当の窓口へ戻る").click()
    answered(clerk)
    look("outside")
    look("the first-use page with a practice desk", "/requests")

    assert found == []
