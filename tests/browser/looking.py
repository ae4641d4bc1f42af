"""What is wrong with a page as it stands: axe, width, overlaps, contrast, and what Tab does not reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = (390, 1024, 1280)
"""Of a telephone, of a tablet and of a desk, in pixels."""

OUTSIDE = "document.documentElement.scrollWidth - window.innerWidth"
"""Pixels by which the page is wider than the window."""


def _script(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


OVERLAPS, CONTRASTS, KEYBOARD = map(_script, ("overlaps.js", "contrast.js", "keyboard.js"))

AXE: Mapping[str, Any] = {
    "resultTypes": ["violations"],
    # The size of what a finger meets (WCAG 2.2, 2.5.8); everything else that axe knows is on by itself.
    "rules": {"target-size": {"enabled": True}},
    # Nothing of the page lies in sheets or frames of others.
    "preload": False,
    "iframes": False,
}
CONTRAST: Mapping[str, Any] = {**AXE, "rules": {}, "runOnly": ["color-contrast"]}
"""The one rule that the colour scheme decides."""

STOPS = 6
"""At most so many stops of the Tab key in one field: a date and a time have one for each part."""


def faults(page: Page, name: str) -> Iterator[str]:
    """Everything that is wrong with a page, what is folded up too; the page is left as narrow and as light.

    Args:
        page: The page, as it is to be judged.
        name: What it is called in what is found.
    """
    page.wait_for_load_state()  # a page without its style sheet yet has other sizes
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate(AXE_SCRIPT)
    for width in reversed(WIDTHS):
        page.set_viewport_size({"width": width, "height": 800})
        yield from (f"{name} {width}: {each}" for each in _layout_faults(page))
        if width == WIDTHS[-1]:
            yield from (f"{name}: {each}" for each in _violations(page, AXE))
            yield from (f"{name}: {each}" for each in _contrast_faults(page))
    yield from (f"{name}: {each}" for each in _keyboard_faults(page))


def _contrast_faults(page: Page) -> Iterator[str]:
    """By our own count, which axe leaves open where it is not sure, and in the dark by axe too."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        yield from (f"{scheme}: {each}" for each in page.evaluate(CONTRASTS))
        if scheme == "dark":
            yield from (f"{scheme}: {each}" for each in _violations(page, CONTRAST))


def _layout_faults(page: Page) -> Iterator[str]:
    """What lies outside the window, and what lies on something else."""
    if (outside := page.evaluate(OUTSIDE)) > 0:
        yield f"wider than the window by {outside}"
    for each in page.evaluate(OVERLAPS):
        yield f"overlap: {each}"


def _violations(page: Page, rules: Mapping[str, Any]) -> Iterator[str]:
    told = page.evaluate("rules => axe.run(rules)", rules)
    for violation in told["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:160]}"


def _keyboard_faults(page: Page) -> Iterator[str]:
    """What Tab does not reach, and where the focus is not seen, or on something that is covered."""
    workable = page.evaluate(KEYBOARD)
    for _ in range(STOPS):
        for _ in range(workable):
            page.keyboard.press("Tab")
        if not page.evaluate("keyboard.missed().length"):
            break
    yield from (f"not reached by Tab: {each}" for each in page.evaluate("keyboard.missed()"))
    yield from (f"focus not seen: {each}" for each in page.evaluate("keyboard.unseen()"))
