"""At the width of a telephone, of a tablet and of a desk the call tells by when it has to be answered."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import WIDTHS
from tests.browser.pages import Reviewed, open_call


@pytest.mark.parametrize("width", WIDTHS)
def test_the_call_tells_its_due_date_at_every_width(width: int, reviewed: Reviewed, analyst: Page):
    """By when, and how, is never left out for want of room."""
    analyst.set_viewport_size({"width": width, "height": 800})
    open_call(analyst, reviewed)
    expect(analyst.locator(".case", has_text="期限")).to_be_visible()
    expect(analyst.locator(".case .number").nth(1)).to_be_visible()
    expect(analyst.get_by_role("link", name="開示のしかた")).to_be_visible()
