"""While calls are masked, their page tells how far they are, and nobody's writing is disturbed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Actor
from flows.review.clerk import calls as clerk_calls
from pipeline.hearing.progress import Tell, follower
from tests.browser.running import Served
from tests.flow_builders import waiting_voice


@dataclass
class Held:
    """Calls whose masking stands still until it is told to go on."""

    tell: list[Tell] = field(default_factory=list)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go_on: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def mask(self, _desk: Desk, _actor: Actor, _call_id: str) -> dict[str, int]:
        """Wait instead of masking."""
        self.tell.append(follower())
        self.begun.release()
        assert self.go_on.acquire(timeout=120)
        return {}


@pytest.fixture
def held(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Two calls that wait."""
    for _ in range(2):
        waiting_voice(served.desk, tmp_path)
    held = Held()
    monkeypatch.setattr(clerk_calls, "mask_case_call", held.mask)
    yield held
    held.go_on.release(100)


def test_the_page_tells_how_far_it_is(person: Callable[[str], Page], served: Served, held: Held):
    """Within a call and from call to call, without being loaded anew."""
    page = person("hirata")
    page.goto(f"{served.address}/requests")
    page.get_by_role("button", name="いま伏せる").click()
    assert held.begun.acquire(timeout=60)
    told, bar = page.locator("#masking-told"), page.get_by_role("progressbar", name="全体の進み")
    expect(told).to_contain_text("2件のうち0件が済みました。いまの通話は0%")
    page.get_by_label("会員番号").fill("M-77")
    page.evaluate("window.stays = true")

    held.tell[0](0.5)
    expect(told).to_contain_text("いまの通話は50%")
    assert 0 < float(bar.get_attribute("value") or 0) < 0.5
    held.go_on.release()
    assert held.begun.acquire(timeout=60)
    held.tell[1](0.25)
    expect(told).to_contain_text("2件のうち1件が済みました。いまの通話は25%")
    expect(page.locator("#masking-calls")).to_have_text("1件が終わりました。")
    assert page.get_by_label("会員番号").input_value() == "M-77"
    assert page.evaluate("window.stays")

    held.go_on.release()
    expect(page.get_by_text("処理が終わりました: 確認待ちへ 2 件")).to_be_visible()
