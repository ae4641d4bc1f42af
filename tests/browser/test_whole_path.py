"""From an empty home to a delivered package in the browser alone: ``make serve``, and no other command.

The recogniser is the real one; three people share the work, and none of them is ``root``.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.desk.cases import requests
from flows.desk.integrity import audit
from flows.desk.integrity.desk import open_desk
from flows.desk.integrity.opening import SYSTEM
from flows.desk.kinds.states import State
from flows.settings import Settings
from tests.browser.pages import package_of
from tests.browser.running import answered
from tests.review_site import PASSWORD
from tests.sentinels import found_in
from tests.serving import START_SECONDS, Serving

SAMPLES = Path(__file__).parents[2] / "sample_audio"
STEM = "clinic-kanji"
"""The shortest of the sample calls: 35 seconds."""

CASE = json.loads((SAMPLES / f"{STEM}.case.json").read_text(encoding="utf-8"))
(NAME,) = CASE["requester"]["names"]
(PHONE,) = CASE["requester"]["phones"]
ACCOUNT = "M-5521"

MOST_CLICKS, MOST_KEYS = 40, 500
"""What the whole path may cost; the handbook tells what it does."""

MOST_CHECKS = 4
"""The last check may hear something again, and finds less each time."""

WORKING_MS = 420_000
"""The recogniser on a busy machine."""


@dataclass
class Hands:
    """Somebody at the page, whose keys and clicks are counted.

    Attributes:
        keys: Characters written, and steps from field to field.
        clicks: Buttons and links.
    """

    page: Page
    keys: int = 0
    clicks: int = 0

    def write(self, **texts: str) -> None:
        """Write into the fields with these labels."""
        for label, text in texts.items():
            self.page.get_by_label(label, exact=True).fill(text)
            self.keys += len(text) + 1

    def write_beginning(self, label: str, text: str) -> None:
        """Write into the first field whose label begins so."""
        self.page.get_by_label(re.compile(f"^{re.escape(label)}")).first.fill(text)
        self.keys += len(text) + 1

    def tick(self, *labels: str) -> None:
        """Mark boxes."""
        for label in labels:
            self.page.get_by_label(label, exact=True).check()
            self.clicks += 1

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()
        answered(self.page)
        self.clicks += 1

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow a link."""
        self.page.get_by_role("link", name=name).first.click()
        self.clicks += 1

    def key(self, key: str) -> None:
        """Press a key."""
        self.page.keyboard.press(key)
        self.keys += 1

    def send_file(self, path: Path) -> None:
        """Choose a file and send it."""
        self.page.locator("input[type=file]").last.set_input_files(path)
        self.clicks += 2

    def sign_in(self, login: str) -> None:
        """With the form that is shown."""
        self.write(利用者名=login, パスワード=PASSWORD)
        self.press("サインイン")

    def change_to(self, login: str) -> None:
        """Sign out, and let another person in."""
        self.press("サインアウト")
        self.sign_in(login)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serving]:
    """A ``make serve`` on an empty home; a recording and a file with the company's lists lie ready."""
    calls = tmp_path / "calls"
    calls.mkdir()
    recording = shutil.copy(SAMPLES / f"{STEM}.wav", calls / f"20261110-101500_{ACCOUNT}.wav")
    # A file that was just written may not be whole yet.
    os.utime(recording, (time.time() - 3600,) * 2)
    lists = {key: CASE[key] for key in ("staff", "company")}
    (tmp_path / "lists.json").write_text(json.dumps(lists, ensure_ascii=False), encoding="utf-8")
    running = Serving(tmp_path / "home")
    try:
        running.await_ready()
        await_page(printed(running, "確認の画面"))
        yield running
    finally:
        running.stop()


def await_page(address: str) -> None:
    """Wait until the page answers, which ``make serve`` does not wait for."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health/live", timeout=5):  # noqa: S310
            return
        time.sleep(0.5)
    raise AssertionError


def printed(serve: Serving, what: str) -> str:
    """What the terminal says after a word."""
    found = re.search(rf"{what}\s+(\S+)", serve.printed)
    assert found is not None, serve.printed
    return found.group(1)


def decide_all(hands: Hands) -> None:
    """Mask whatever is in doubt, say that nothing is left, and mask what the last check still hears."""
    progress, done = hands.page.locator("#progress"), hands.page.locator("#done-bar")
    hands.key("n")
    for _ in range(MOST_CHECKS):
        while "すべて決定" not in (before := progress.inner_text()):
            hands.key("f")
            expect(progress).not_to_have_text(before)
        hands.key("Enter")
        told = done.filter(has_text="確認は終わりました").or_(progress.filter(has_text="未決"))
        expect(told.first).to_be_visible(timeout=WORKING_MS)
        if "確認は終わりました" in done.inner_text():
            return
    raise AssertionError


def prepare(hands: Hands, serve: Serving, folder: Path) -> None:
    """The administrator: the first account, the others, the lists, the recordings."""
    hands.page.goto(printed(serve, "確認の画面"))
    hands.follow("最初の利用者を登録する")
    hands.write_beginning("合言葉", printed(serve, "最初の利用者の合言葉"))
    hands.write(利用者名="saiki", もう一度=PASSWORD)
    hands.write_beginning("パスワード", PASSWORD)
    hands.press("登録する")
    hands.sign_in("saiki")
    for login, roles in (("kubota", ("受付", "確認")), ("kobayakawa", ("承認",))):
        form = hands.page.locator('form[action="/accounts"]')
        form.get_by_label("利用者名").fill(login)
        for field in form.locator("input[type=password]").all():
            field.fill(PASSWORD)
        hands.keys += len(login) + 2 * len(PASSWORD) + 3
        hands.tick(*roles)
        hands.press("加える")
        expect(hands.page.get_by_role("cell", name=login, exact=True)).to_be_visible()
    hands.follow("担当者と会社の一覧")
    hands.send_file(folder / "lists.json")
    hands.press("取り込む")
    expect(hands.page.get_by_role("row", name=re.compile("社名 1 1"))).to_be_visible()
    hands.follow("取込み")
    hands.write_beginning("フォルダ", str(folder / "calls"))
    hands.write_beginning("ファイル名の形", "{start:%Y%m%d-%H%M%S}_{customer}.wav")
    hands.page.locator('form[action="/imports/scan"]').get_by_role("button").click()
    hands.clicks += 1
    expect(hands.page.get_by_role("status")).to_contain_text("1件 取り込みました")


def take_in(hands: Hands) -> str:
    """The clerk: a request by post, with the reading that the page proposes; return its number."""
    hands.follow("請求")
    hands.follow("請求を受け付ける")
    hands.write(氏名=NAME["text"], 電話番号=PHONE, 会員番号=ACCOUNT)
    hands.press("内容を確かめる")
    expect(hands.page.get_by_label("フリガナ", exact=True)).to_have_value(NAME["kana"])
    hands.tick("フリガナを確かめました")
    hands.press("この内容で受け付ける")
    hands.write(照合した点="氏名を照合")
    hands.press("本人確認を記録")
    hands.press("この請求の録音を探す")
    hands.press("選んだ録音を加える")
    return hands.page.get_by_role("heading", level=1).inner_text()


def mask(hands: Hands) -> None:
    """The clerk does not wait for the night."""
    hands.follow("請求の一覧へ")
    hands.press("いま伏せる")
    expect(hands.page.get_by_text("確認待ちへ 1 件")).to_be_visible(timeout=WORKING_MS)


@pytest.mark.timeout(1500)
def test_a_request_is_answered_without_a_shell(serve: Serving, browser: Browser, tmp_path: Path):
    """Three people, one browser; the package opens, nobody's data stood in an address, nobody was root."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP")
    context.set_default_timeout(60_000)
    addresses: list[str] = []
    context.on("request", lambda request: addresses.append(request.url))
    hands = Hands(context.new_page())
    began = time.monotonic()

    prepare(hands, serve, tmp_path)
    hands.change_to("kubota")
    number = take_in(hands)
    waited = time.monotonic()
    mask(hands)
    masked = time.monotonic() - waited
    hands.follow("確認する通話")
    hands.follow(re.compile("通話を開く"))
    hands.page.wait_for_selector('main[aria-busy="false"]')
    decide_all(hands)
    hands.change_to("kobayakawa")
    hands.follow(re.compile("通話を開く"))
    hands.page.wait_for_selector('main[aria-busy="false"]')
    hands.press("承認する")
    hands.page.get_by_role("dialog").get_by_role("button", name="承認する").click()
    hands.follow("開示の手続きへ")
    waited = time.monotonic()
    hands.press("開示する")
    expect(hands.page.get_by_role("heading", name=re.compile("^第1回"))).to_be_visible(timeout=WORKING_MS)
    released = time.monotonic() - waited
    package = package_of(hands.page, tmp_path)
    hands.clicks += 3
    hands.write(渡した方法="書留")
    hands.press("交付を記録")
    expect(hands.page.locator("li", has_text="書留")).to_be_visible()
    whole = time.monotonic() - began
    context.close()

    print(
        f"keys {hands.keys}, clicks {hands.clicks}, {whole:.0f} s, of these {masked:.0f} masking "
        f"and {released:.0f} releasing"
    )
    names = {name.removeprefix(f"{number}/"): name for name in package}
    assert {"回答書.docx", "通話1_音声.wav", "通話1_文字起こし.txt"} <= set(names)
    assert "機械による文字起こし" in package[names["通話1_文字起こし.txt"]].decode()
    assert found_in("\n".join(addresses).encode(), (NAME["text"], PHONE, ACCOUNT, *("kubota", "saiki"))) == []
    assert hands.clicks <= MOST_CLICKS
    assert hands.keys <= MOST_KEYS
    assert serve.stop() == 0
    with open_desk(Settings(home=serve.home)) as desk:
        assert {each.actor.name for each in audit.entries(desk)} == {
            *("saiki", "kubota", "kobayakawa"),
            SYSTEM.name,
        }
        assert audit.verify(desk) == ()
        assert requests.get(desk, number).state is State.RELEASED
