"""Every page, for everybody who may see it: axe, three widths, both colour schemes, and by keyboard.

The pages are those of the access table, which a test holds equal to the routes, and every template is seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from flows.desk.integrity.desk import open_desk
from flows.desk.people.first_account import first_word
from flows.review.guarding.site import PAGE_FOLDER, Site
from tests.browser.full_desk import FullDesk, fill
from tests.browser.looking import faults
from tests.browser.page_steps import STEPS
from tests.browser.pages import sign_in
from tests.browser.running import Served, served_desk
from tests.desk_builders import desk_settings
from tests.flows.review.guarding.test_access import ALL, MACHINES, NOBODY
from tests.review_site import PASSWORD, ROLES

NO_PAGES = ("/api/", "/audio/", "/visit-audio/")
"""Beginnings of addresses that our own scripts ask."""

ASKED = {"/breaches/{number}/report": "?stage=first", "/breaches/{number}/notice": "?to=requester"}
"""What the forms of two files ask for."""

WIDE = {"width": 1280, "height": 800}

PARTS = "[...document.querySelectorAll('body *')].map((one) => `${one.tagName} ${one.className}`)"
"""What a page is made of, whatever is written in it."""

Known = dict[str, set[str]]
"""By route, the parts that were looked at."""


def paths(login: str) -> Iterator[str]:
    """The routes that somebody may open."""
    for (method, path), allowed in ALL.items():
        shown = method == "GET" and (method, path) not in MACHINES and not path.startswith(NO_PAGES)
        if shown and login in allowed:
            yield path


def addresses(page: Page, served: Served, desk: FullDesk, path: str) -> Iterator[str]:
    """Where a route has pages; one that is neither a page nor a file here is a mistake."""
    answers = {
        address: page.request.get(served.address + address + ASKED.get(path, ""), max_redirects=0)
        for address in desk.addresses(path)
    }
    assert {200, 303} & {answer.status for answer in answers.values()}, path
    for address, answer in answers.items():
        if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
            yield served.address + address


def open_page(page: Page, address: str) -> None:
    """Open a page, and wait for the call that it may show."""
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto(address)
    if re.search("/calls/.", address):
        page.wait_for_selector('main[aria-busy="false"]')


def new_faults(page: Page, known: Known, path: str, name: str) -> Iterator[str]:
    """What is wrong with an open page, unless a page of its route had the same parts."""
    parts = set(page.evaluate(PARTS))
    if not parts <= known.setdefault(path, set()):
        known[path] |= parts
        yield from faults(page, name)


def step_faults(pages: dict[str, Page], served: Served, desk: FullDesk) -> Iterator[str]:
    """What is wrong with what is shown after a form was sent or a key was pressed."""
    for name, (login, path, act) in STEPS.items():
        page = pages[login]
        page.evaluate("sessionStorage.clear()")  # what the step before has typed
        open_page(page, served.address + path.format(*desk.numbers, call=desk.calls[0]))
        act(page)
        yield from faults(page, name)


def first_day_faults(page: Page, known: Known, folder: Path) -> Iterator[str]:
    """What is wrong with the pages of an empty desk, from its first account on."""
    with open_desk(desk_settings(folder)) as desk, served_desk(desk) as served:
        page.goto(f"{served.address}/sign-in")
        yield from new_faults(page, known, "/sign-in", "a sign-in on the first day")
        page.get_by_role("link", name="最初の利用者を登録する").click()
        page.wait_for_url("**/first")
        yield from new_faults(page, known, "/first", "the first account")
        page.get_by_label(re.compile("^合言葉")).fill(first_word(desk))
        page.get_by_label("利用者名").fill("saiki")
        page.get_by_label(re.compile("^パスワード")).fill(PASSWORD)
        page.get_by_label("もう一度").fill(PASSWORD)
        page.get_by_role("button", name="登録する").click()
        page.wait_for_url(lambda url: "/sign-in" in url)  # else its answer leads away from the next form
        sign_in(page, served.address, "saiki")
        for path in paths("saiki"):
            if "{" not in path and not path.endswith(".csv"):
                open_page(page, served.address + path)
                yield from new_faults(page, known, path, f"{path} on the first day")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The templates that were shown."""
    shown: set[str] = set()
    render = Site.render

    def noted(site: Site, request: object, template: str, *more: object, **options: object) -> object:
        shown.add(template)
        return render(site, request, template, *more, **options)

    monkeypatch.setattr(Site, "render", noted)
    return shown


@pytest.mark.timeout(1800)  # a minute where nothing else runs
def test_every_page_can_be_read_and_worked_by_everybody(
    served: Served, seen: set[str], browser: Browser, person: Callable[[str], Page], tmp_path: Path
):
    """Nothing that axe objects to, nothing outside, nothing covered, nothing that wants a mouse."""
    desk = fill(served.desk)
    known: Known = {}
    found: list[str] = []
    strangers = browser.new_context(locale="ja-JP")
    pages = {NOBODY: strangers.new_page()} | {login: person(login) for login in ROLES if login != "mori"}
    for login, page in pages.items():
        for path in paths(login):
            for address in addresses(page, served, desk, path):
                open_page(page, address)
                found += new_faults(page, known, path, f"{login} {path}")
    found += step_faults(pages, served, desk)
    open_page(pages["saiki"], f"{served.address}/requests/R-2026-9999")
    found += faults(pages["saiki"], "a request that is not there")
    found += first_day_faults(strangers.new_page(), known, tmp_path)
    strangers.close()

    assert found == []
    templates = (PAGE_FOLDER / "templates").glob("*.html")
    assert seen == {one.name for one in templates if '{% extends "base.html" %}' in one.read_text("utf-8")}


SPOIL = """() => {
    const add = (tag, text, style) => {
        const one = document.createElement(tag);
        one.textContent = text;
        Object.assign(one.style, style);
        document.querySelector("main").append(one);
        return one;
    };
    add("button", "for a mouse only", {}).tabIndex = -1;
    add("button", "without a ring", { outline: "none" });
    add("input", "", {});
    add("p", "under other words", {});
    add("p", "over those words", { marginTop: "-14px" });
    add("p", "wide", { width: "900px" });
    add("p", "pale", { color: "#888" });
}"""


def test_what_is_wrong_is_found(served: Served, person: Callable[[str], Page]):
    """One of each, on a page that is in order."""
    page = person("hirata")
    open_page(page, f"{served.address}/requests")
    page.evaluate(SPOIL)
    found = "\n".join(faults(page, "spoiled"))
    for told in ("label: <input", "color-contrast: <p", "overlap: p under", "390: wider than", "'pale'"):
        assert told in found
    assert 'not reached by Tab: <button tabindex="-1">for a mouse only' in found
    assert "focus not seen: <button" in found
