"""A recording that a search has brought out is heard before it is attached."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.running import Served
from tests.builders import voice_file
from tests.desk_builders import catalogued, identified

PHONE = "09012345678"


def test_ten_seconds_are_heard_and_the_choice_stays(
    person: Callable[[str], Page], served: Served, tmp_path: Path
):
    """By a button beside it; the same button stops it, and what was chosen stays chosen."""
    asked = identified(served.desk)
    for name in ("heard", "unheard"):
        file = voice_file(tmp_path / f"{name}-long.wav", 12.0)
        catalogued(served.desk, tmp_path, f"{name} {asked.number}", numbers=(PHONE,), uri=str(file))
    page = person("hirata")
    page.goto(f"{served.address}/requests/{asked.number}")
    page.get_by_role("button", name="この請求の録音を探す").click()
    first = page.locator("[data-listen]").first
    page.locator("input[name=recording]").nth(1).uncheck()
    first.click()
    expect(page.locator("#found-told")).to_have_text("初めの10秒です。")
    expect(first).to_have_text("■ 止める")
    first.click()
    expect(first).to_have_text("▶ 10秒聴く")
    expect(page.locator("#found-told")).to_have_text("聴いたことを記録しました。")
    assert [box.is_checked() for box in page.locator("input[name=recording]").all()] == [True, False]
