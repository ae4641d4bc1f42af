"""At the width of a telephone, of a tablet and of a desk nothing overlaps, and nothing lies outside."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Reviewed, open_call

WIDTHS = (390, 1024, 1280)

OUTSIDE = "document.documentElement.scrollWidth - window.innerWidth"
"""Pixels by which the page is wider than the window."""

OVERLAPS = """() => {
    const kinds = ["a", "button", ".chip", "b", ".small"].map((kind) => `header.bar ${kind}`);
    const shown = [...document.querySelectorAll(kinds.join())]
        .filter((one) => one.getClientRects().length);
    const boxes = shown.map((one) => [one.textContent.trim(), one.getBoundingClientRect()]);
    const found = [];
    for (const [index, [name, box]] of boxes.entries())
        for (const [other, its] of boxes.slice(index + 1))
            if (Math.min(box.right, its.right) - Math.max(box.left, its.left) > 1 &&
                Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top) > 1 &&
                !name.includes(other) && !other.includes(name)) found.push(`${name} / ${other}`);
    return found;
}"""
"""What lies on something else in the bar at the top."""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/calls", "/ledger", "/ledger/{number}", "/requests/{number}/way"])
def test_no_page_is_wider_than_the_window(path: str, width: int, reviewed: Reviewed, approver: Page):
    """A table that is wider scrolls by itself."""
    approver.set_viewport_size({"width": width, "height": 800})
    approver.goto(reviewed.site + path.format(number=reviewed.number))
    assert approver.evaluate(OUTSIDE) <= 0
    assert approver.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_call_tells_its_due_date_at_every_width(width: int, reviewed: Reviewed, analyst: Page):
    """By when it has to be answered, and how, is never left out for want of room."""
    analyst.set_viewport_size({"width": width, "height": 800})
    open_call(analyst, reviewed)
    expect(analyst.locator(".case", has_text="期限")).to_be_visible()
    expect(analyst.locator(".case .number").nth(1)).to_be_visible()
    expect(analyst.get_by_role("link", name="開示のしかた")).to_be_visible()
    assert analyst.evaluate(OUTSIDE) <= 0
    assert analyst.evaluate(OVERLAPS) == []
