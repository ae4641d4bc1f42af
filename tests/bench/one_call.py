"""Keys and seconds for an analyst's decisions on whole calls, by the keyboard alone, in real Chromium.

    python -m tests.bench.one_call [STEM...]

The calls of ``sample_audio`` are recognised and masked by the real program.  Each question is decided as the
truth has it, without listening: F where a third party's data is heard in it, else D, for a mask with a
reason that is taken by Alt and a digit.  Then Enter, until the last check finds nothing more.
``notes/review.md`` has the figures.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.heard_calls import heard_call, with_lists_of
from tests.browser.made_calls import SAMPLES
from tests.browser.pages import sign_in, state, until
from tests.browser.running import launched, serving

STEMS = ("meter-mistake", "accident-witness", "policy-family", "transfer-wrong")
NOTHING_THERE = "Alt+5"
"""The reason 聞き違いで、該当なし."""

WAITING_SECONDS = 120.0
MOST_CHECKS = 5


@dataclass
class Work:
    """What one call took."""

    questions: int = 0
    keys: int = 0
    seconds: float = 0.0
    checking: float = 0.0


def _spans(stem: str) -> list[tuple[float, float]]:
    """The seconds of third parties' data."""
    truth = json.loads((SAMPLES / f"{stem}.truth.json").read_text(encoding="utf-8"))
    return [(span["start"], span["end"]) for span in truth["spans"] if span["party"] == "third"]


def _is_real(one: dict[str, Any], spans: Sequence[tuple[float, float]]) -> bool:
    return any(start < one["end"] and one["start"] < end for start, end in spans)


def _press(page: Page, work: Work, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        work.keys += 1


def _decide(page: Page, work: Work, spans: Sequence[tuple[float, float]]) -> None:
    """One question: the one that the page has selected."""
    now = state(page)
    chosen = page.locator('#list li[aria-selected="true"]').get_attribute("data-item")
    question = next(one for one in now["findings"] if one["item_id"] == chosen)
    if _is_real(question, spans):
        _press(page, work, "f")
    else:
        _press(page, work, "d")
        # The dialog opens when the server has asked for a reason.
        until(page, f"document.querySelector('dialog[open]') !== null || {_moved(now)}")
        if page.locator("dialog[open]").count():
            _press(page, work, NOTHING_THERE, "Enter")
    until(page, f"document.querySelector('dialog[open]') === null && {_moved(now)}")
    work.questions += 1


def _moved(now: dict[str, Any]) -> str:
    """A condition: fewer findings are open than there were."""
    return f"!document.getElementById('progress').textContent.startsWith('未決 {len(now['undecided'])} ')"


def done(page: Page, spans: Sequence[tuple[float, float]]) -> Work:
    """Decide a call that is open, to its completion."""
    work, began = Work(), time.monotonic()
    for _ in range(MOST_CHECKS):
        if state(page)["undecided"]:
            _press(page, work, "n")
        while state(page)["undecided"]:
            _decide(page, work, spans)
        _press(page, work, "Enter")
        asked = time.monotonic()
        while not ((now := state(page))["complete"] or now["undecided"]):
            assert time.monotonic() - asked < WAITING_SECONDS
            page.wait_for_timeout(50)
        work.checking += time.monotonic() - asked
        if now["complete"]:
            work.seconds = time.monotonic() - began
            return work
        page.wait_for_timeout(1500)  # the page asks once a second
    raise AssertionError


def main(stems: Sequence[str]) -> None:
    """Print a table."""
    print("| call | questions | keys | seconds | of them the last check |\n|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as served, launched() as browser:
        with_lists_of(served.desk, tuple(stems))
        page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP").new_page()
        sign_in(page, served.address, "kubota")
        for stem in stems:
            call = heard_call(served.desk, stem)
            page.goto(f"{served.address}/calls/{call.call_id}")
            until(page, "document.querySelector('main[aria-busy=false]') !== null")
            page.locator("#auto-play").uncheck()
            work = done(page, _spans(stem))
            print(f"| {stem} | {work.questions} | {work.keys} | {work.seconds:.0f} | {work.checking:.0f} |")


if __name__ == "__main__":
    main(sys.argv[1:] or STEMS)
