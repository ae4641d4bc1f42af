"""Whether everybody can work a call: focus, what is said of what happens, a tablet, a finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import Reviewed, open_call


def test_what_happens_is_said(opened: Page):
    """A decision is told to a screen reader."""
    opened.keyboard.press("n")
    opened.keyboard.press("f")
    expect(opened.locator("#live")).to_contain_text("伏せます")


def test_a_key_on_a_button_means_that_button(opened: Page):
    """Space on a focused button presses it and does not play."""
    opened.locator("#help").focus()
    opened.keyboard.press("Space")
    expect(opened.get_by_role("dialog", name="キー操作")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1180, 820), (820, 1180)])
def test_it_fits(reviewed: Reviewed, analyst: Page, width: int, height: int):
    """On a small screen and on a tablet either way: nothing is cut off, the verdict is in view."""
    analyst.set_viewport_size({"width": width, "height": height})
    open_call(analyst, reviewed)
    analyst.keyboard.press("n")
    assert analyst.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("mask", "keep", "play"):
        box = analyst.locator(f'#card [data-do="{name}"]').bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


def test_a_finger_is_enough(reviewed: Reviewed, browser: Browser, signed_in: dict):
    """Touch: targets of at least 40 pixels, a tap decides, a drag of the finger chooses a stretch."""
    context = browser.new_context(
        viewport={"width": 1180, "height": 820}, has_touch=True, storage_state=signed_in[reviewed.analyst]
    )
    try:
        page = open_call(context.new_page(), reviewed)
        page.locator("#list li").first.tap()
        small = page.evaluate("""[...document.querySelectorAll("#card button, .transport button")]
            .filter(one => one.checkVisibility()).map(one => one.offsetHeight).filter(high => high < 40)""")
        assert small == []
        page.locator('#card [data-do="mask"]').tap()
        expect(page.locator("#progress")).to_contain_text("未決 2 / 11 か所")
    finally:
        context.close()
