"""Keys and seconds for an analyst's decisions on whole calls, by the keyboard alone, in real Chromium.

    python -m tests.bench.one_call [--mend] [STEM...]

The calls of ``sample_audio`` are recognised and masked by the real program.  Each question is decided as the
truth has it, without listening: F where a third party's data is heard in it, else D, for a mask with a
reason that is taken by Alt and a digit.  Then Enter, until the last check finds nothing more.
With ``--mend`` every line is first written as the truth has it, from the first to the last by Tab.
Waiting is from a key to when the page takes the next one: the next line is open, or the decision shown.
``notes/review.md`` has the figures.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from pipeline.measuring.truth import exact_transcript, read_truth
from tests.browser.heard_calls import heard_call, with_lists_of
from tests.browser.made_calls import SAMPLES
from tests.browser.pages import sign_in, state, until
from tests.browser.running import launched, serving

STEMS = ("meter-mistake", "accident-witness", "policy-family", "transfer-wrong")
NOTHING_THERE = "Alt+5"
"""The reason 聞き違いで、該当なし."""

WAITING_SECONDS = 120.0

CHARS_A_SECOND = 4.0
"""Pace of somebody who types Japanese; meanwhile the page records what was written before."""

MOST_CHECKS = 5


@dataclass
class Work:
    """What one call took.

    Attributes:
        questions: Findings that were decided.
        lines: Lines that were written anew.
        keys: Keys that say what to do.
        typed: Characters of the lines that were written anew.
        seconds: Time of it all.
        typing: Part of it for typing.
        waiting: Part of it in which the page took no key; the last check is none of it.
        checking: Part of it for the last check.
    """

    questions: int = 0
    lines: int = 0
    keys: int = 0
    typed: int = 0
    seconds: float = 0.0
    typing: float = 0.0
    waiting: float = 0.0
    checking: float = 0.0


def true_lines(stem: str, segments: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what is truly said in each line: each character of the truth in the line nearest to it."""
    texts = [""] * len(segments)
    told = json.loads((SAMPLES / f"{stem}.truth.json").read_text(encoding="utf-8"))
    truth: Any = exact_transcript(read_truth(told))
    for word in (word for segment in truth["segments"] for word in segment["words"]):
        middle = (word["start"] + word["end"]) / 2
        lines = (
            (max(line["start"] - middle, middle - line["end"]), at)
            for at, line in enumerate(segments)
            if line["channel"] in {None, word["channel"]}
        )
        texts[min(lines)[1]] += word["word"]
    return texts


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


def mend(page: Page, work: Work, stem: str) -> None:
    """Write every line of the call that is open as the truth has it."""
    whole = "fetch(`/api/calls/${document.getElementById('content').dataset.call}`).then(a => a.json())"
    texts = true_lines(stem, page.evaluate(whole)["segments"])
    page.locator(".say p").first.click(position={"x": 6, "y": 14})
    _press(page, work, "c")
    field = page.locator(".edit textarea")
    for at, text in enumerate(texts):
        if text and field.input_value() != text:
            field.fill(text)
            page.wait_for_timeout(1000 * len(text) / CHARS_A_SECOND)
            work.typing += len(text) / CHARS_A_SECOND
            work.lines += 1
            work.typed += len(text)
        _press(page, work, "Tab")
        began = time.monotonic()
        if at + 1 < len(texts):
            until(page, f"document.querySelector('.say[data-segment=\"{at + 1}\"] .edit textarea') !== null")
        work.waiting += time.monotonic() - began
    until(page, "document.querySelectorAll('.waiting').length === 0")


def _decide(page: Page, work: Work, spans: Sequence[tuple[float, float]]) -> None:
    """One question: the one that the page has selected."""
    now = state(page)
    began = time.monotonic()
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
    work.waiting += time.monotonic() - began
    work.questions += 1


def _moved(now: dict[str, Any]) -> str:
    """A condition: fewer findings are open than there were."""
    return f"!document.getElementById('progress').textContent.startsWith('未決 {len(now['undecided'])} ')"


def done(page: Page, stem: str, *, mended: bool) -> Work:
    """Mend the call that is open where that is asked for, and decide it to its completion."""
    work, began, spans = Work(), time.monotonic(), _spans(stem)
    if mended:
        mend(page, work, stem)
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


COLUMNS = ("questions", "lines", "keys", "typed", "seconds", "typing", "waiting", "checking")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="Keys and seconds for an analyst's work on whole calls.")
    parser.add_argument("stems", nargs="*", default=STEMS)
    parser.add_argument("--mend", action="store_true", help="write every line as the truth has it")
    given = parser.parse_args()
    print("| call |", " | ".join(COLUMNS), "|\n|---|" + "--:|" * len(COLUMNS))
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as served, launched() as browser:
        with_lists_of(served.desk, tuple(given.stems))
        page = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP").new_page()
        sign_in(page, served.address, "kubota")
        for stem in given.stems:
            call = heard_call(served.desk, stem)
            page.goto(f"{served.address}/calls/{call.call_id}")
            until(page, "document.querySelector('main[aria-busy=false]') !== null")
            page.locator("#auto-play").uncheck()
            work = done(page, stem, mended=given.mend)
            print(
                f"| {stem} |",
                " | ".join(f"{getattr(work, column):.3g}" for column in COLUMNS),
                "|",
                flush=True,
            )


if __name__ == "__main__":
    main()
