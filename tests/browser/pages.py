"""What the browser tests know of the pages."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

import pyzipper
from playwright.sync_api import Page, expect

from tests.review_site import PASSWORD

PATIENCE = 15_000
"""Milliseconds for one step of the page, on a busy machine."""

CHECK_PATIENCE = 60_000
"""Milliseconds for the check of a finished copy, which is read and heard again before a review ends."""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Missed:
    """A stretch of somebody's data that the call's plan does not have."""

    text: str
    start: float
    end: float
    channel: int


@dataclass(frozen=True)
class Reviewed:
    """A call that waits for an analyst.

    Attributes:
        site: Address of the review page.
        analyst: Login name of who reviews it.
    """

    site: str
    call_id: str
    number: str
    analyst: str
    missed: Missed


def sign_in(page: Page, address: str, login: str, password: str = PASSWORD) -> None:
    """By the form, until it has led on."""
    page.goto(f"{address}/sign-in")
    page.get_by_label("利用者名").fill(login)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def open_call(page: Page, reviewed: Reviewed) -> Page:
    """The call's page, ready."""
    page.goto(f"{reviewed.site}/calls/{reviewed.call_id}")
    page.wait_for_selector('main[aria-busy="false"]')
    return page


def expect_completed(page: Page) -> None:
    """The finished copy is checked, and the review is completed."""
    expect(page.locator("#done-bar")).to_contain_text("確認は終わりました", timeout=CHECK_PATIENCE)


def approve(reviewed: Reviewed, approver: Page) -> None:
    """Approve the call's copy, and go on to the answer."""
    open_call(approver, reviewed)
    approver.get_by_role("button", name="承認する").click()
    approver.get_by_role("dialog").get_by_role("button", name="承認する").click()
    approver.get_by_role("link", name="開示の手続きへ").click()
    expect(approver).to_have_url(f"{reviewed.site}/ledger/{reviewed.number}")


def release(approver: Page, folder: Path) -> dict[str, bytes]:
    """Release the first answer, which withholds a part: the files of the package, by their names."""
    approver.get_by_role("button", name="開示する").click()
    expect(approver.get_by_role("heading", name=re.compile("第1回 一部"))).to_be_visible(timeout=120_000)
    return package_of(approver, folder)


def package_of(approver: Page, folder: Path) -> dict[str, bytes]:
    """Download the package and open it with the password that is shown apart."""
    with approver.expect_download() as download:
        approver.get_by_role("link", name="開示ファイル(ZIP)").click()
    download.value.save_as(folder / "package.zip")
    approver.get_by_role("button", name="合言葉を見る").click()
    password = approver.locator("code.secret").inner_text()
    with pyzipper.AESZipFile(folder / "package.zip") as package:
        package.setpassword(password.encode())
        return {name: package.read(name) for name in package.namelist()}


def state(page: Page) -> dict:
    """What the server says of the call that is open."""
    script = (
        "fetch(`/api/calls/${document.getElementById('content').dataset.call}/state`).then(a => a.json())"
    )
    return page.evaluate(script)


def finding(page: Page, text: str) -> dict:
    """The first finding with a text."""
    return next(one for one in state(page)["findings"] if one["text"] == text)


def until(page: Page, condition: str, argument: object = None) -> None:
    """Wait until an expression holds, or a function of an argument.

    Playwright's own ``wait_for_function`` evaluates within the page, which its policy forbids.
    """
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition, argument):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(30)


def wait_for_decisions(page: Page, count: int) -> None:
    """Wait until the server has so many decisions of the call that is open."""
    end = time.monotonic() + PATIENCE / 1000
    while len(state(page)["decisions"]) < count:
        assert time.monotonic() < end, state(page)["decisions"]
        page.wait_for_timeout(30)


def select(page: Page, text: str) -> None:
    """Press the first row of the list with a text."""
    page.locator("#list li").filter(has_text=text).first.click()
    until(page, "text => document.querySelector('#card .found')?.textContent === text", text)


def listed(page: Page) -> list[dict]:
    """The rows of the list: time in seconds, and whether it is undecided."""
    return page.evaluate("""[...document.querySelectorAll("#list li")].map(row => ({
        time: row.querySelector(".kind").textContent.split(":").reduce((sum, part) => sum * 60 + +part, 0),
        open: row.classList.contains("open") }))""")


def current_time(page: Page) -> float:
    """Of the media element."""
    return page.evaluate("document.getElementById('audio').currentTime")


def drag(page: Page, start: float, end: float, channel: int = 0) -> None:
    """Drag on the waveform between two times of the call, which are made visible first."""
    page.locator("#overview").click(position=_overview(page, (start + end) / 2))
    page.wait_for_timeout(150)
    box = page.locator("#wave").bounding_box()
    assert box is not None
    seen = _seen(page)
    scale = box["width"] / (seen["to"] - seen["from"])
    lane = (box["height"] - 16) / seen["channels"]
    y = box["y"] + lane * (channel + 0.5)
    page.mouse.move(box["x"] + (start - seen["from"]) * scale, y)
    page.mouse.down()
    page.mouse.move(box["x"] + (end - seen["from"]) * scale, y, steps=6)
    page.mouse.up()


def _overview(page: Page, seconds: float) -> dict[str, float]:
    whole = float(page.locator("#overview").get_attribute("aria-valuemax") or 1)
    box = page.locator("#overview").bounding_box()
    assert box is not None
    return {"x": box["width"] * seconds / whole, "y": box["height"] / 2}


def _seen(page: Page) -> dict[str, float]:
    """Which stretch of the call the waveform shows, as the page tells it."""
    return page.evaluate("""(() => { const { from, to, channels } = document.getElementById("wave").dataset;
        return { from: Number(from), to: Number(to), channels: Number(channels) }; })()""")


def send(page: Page, step: str, body: dict) -> dict:
    """What our own script would send for the call that is open: status and body of the answer."""
    return page.evaluate(
        """async ([step, body]) => {
          const token = document.querySelector("meta[name=csrf-token]").content;
          const answer = await fetch(`/api/calls/${content.dataset.call}/${step}`, {
            method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": token },
            body: JSON.stringify(body) });
          return { status: answer.status, body: await answer.json() };
        }""",
        [step, body],
    )
