"""Whether everybody can read and work the pages: contrast, names, focus, a tablet."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import Reviewed, open_call

CONTRASTS = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, [tabindex]")]
  .filter((one) => one.checkVisibility())
  .filter((one) => !(one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") || one.title))
  .filter((one) => !(one.textContent.trim() || one.labels?.length))
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable(reviewed: Reviewed, analyst: Page, scheme: str):
    """Every text on the queue and on the call's page reaches 4.5 to 1, in both colour schemes."""
    analyst.emulate_media(color_scheme=scheme)
    analyst.goto(f"{reviewed.site}/calls")
    assert analyst.evaluate(CONTRASTS) == []
    open_call(analyst, reviewed)
    for key in ("j", "j", "j", "f"):
        analyst.keyboard.press(key)
    analyst.wait_for_timeout(200)
    assert analyst.evaluate(CONTRASTS) == []


def test_everything_has_a_name(opened: Page):
    """A screen reader can say what each button and field is."""
    opened.keyboard.press("n")
    assert opened.evaluate(NAMELESS) == []
    assert opened.evaluate("document.documentElement.lang") == "ja"


def test_the_focus_is_seen_and_what_happens_is_said(opened: Page):
    """Tab shows where it is; a decision is told to a screen reader."""
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    outline = opened.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    opened.evaluate("document.activeElement.blur()")
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
