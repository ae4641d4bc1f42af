"""Several people at one page: ``python -m tests.soak.page`` (part of ``make soak``).

Reviewers complete calls, ask how the check goes and are approved, while others open the same calls, listen
and leave, and while new calls arrive.  No answer may be a failure, and every call ends approved.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from flows.desk.integrity import audit
from flows.desk.kinds.values import Call
from flows.desk.work.reviews import load_review
from flows.review.routes import decide
from tests.browser.made_calls import into_review, sample_call
from tests.browser.running import Served, serving
from tests.fakes import FakeModels
from tests.review_site import Person, signed_in

STEM = "meter-mistake"
RECENT = 4
"""Calls, counted from the newest, that the others look at."""

POLL_SECONDS = 0.05
"""Between two questions how a check goes: twenty times as often as the page asks."""

CHECK_SECONDS = 120.0
REFUSED = 300
"""Lowest HTTP status that the steps below must not meet."""


@dataclass
class Seen:
    """The answers of a run, counted by step and status, and what went wrong."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, step: str, answer: Any) -> dict[str, Any]:
        """Count an answer, and return its content."""
        self.answers[step, answer.status_code] += 1
        content: dict[str, Any] = answer.json()
        if answer.status_code >= REFUSED:
            self.wrong.append(f"{step}: {answer.status_code} {content.get('error')}")
        return content


def main() -> None:
    """Let people work on some calls, and say what they met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--reviewers", type=int, default=6, help="who complete calls at the same time")
    parser.add_argument("--others", type=int, default=2, help="who open, hear and leave the newest calls")
    options = parser.parse_args()
    seen, began = Seen(), time.monotonic()
    with (
        TemporaryDirectory(prefix="kaiji-page-") as folder,
        pytest.MonkeyPatch.context() as patch,
        serving(Path(folder)) as page,
    ):
        patch.setattr(decide, "load_models", lambda _: FakeModels())
        calls = _work(page, seen, options)
        assert not audit.verify(page.desk), "the record does not hold"
        assert all(load_review(page.desk, call.call_id).complete for call in calls)
    for (step, status), count in sorted(seen.answers.items()):
        print(f"{step} {status}: {count}")
    assert not seen.wrong, seen.wrong
    print(f"{len(calls)} calls approved, {time.monotonic() - began:.0f} s")


def _work(page: Served, seen: Seen, options: argparse.Namespace) -> list[Call]:
    made, calls, ended = sample_call(STEM), [], threading.Event()
    others = [signed_in(page.app, "mori") for _ in range(options.others)]
    looking = [threading.Thread(target=_look, args=(each, calls, ended, seen)) for each in others]
    for thread in looking:
        thread.start()
    try:
        with ThreadPoolExecutor(options.reviewers) as reviewers:
            done = []
            for _ in range(options.calls):
                calls.append(into_review(page.desk, made))
                done.append(reviewers.submit(_review, page, calls[-1], seen))
            for each in done:
                each.result()
    finally:
        ended.set()
        for thread in looking:
            thread.join()
    return calls


def _review(page: Served, call: Call, seen: Seen) -> None:
    """Complete a call as the page does, and approve it."""
    person, path = signed_in(page.app, "kubota"), f"/api/calls/{call.call_id}"
    state = seen.note("open", person.get(path))
    state = seen.note("complete", person.post(f"{path}/complete", {"count": state["count"]}))
    until = time.monotonic() + CHECK_SECONDS
    while state.get("checking") and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        state = seen.note("check", person.get(f"{path}/check"))
    if not state.get("complete"):
        seen.wrong.append(f"left without an end: {sorted(state)}")
        return
    approver = signed_in(page.app, "kobayakawa")
    body = {"count": state["count"], "revision": state["revision"]}
    seen.note("approve", approver.post(f"{path}/approve", body))


def _look(person: Person, calls: list[Call], ended: threading.Event, seen: Seen) -> None:
    heard = {"count": 0, "what": "original", "stretches": [[0.0, 1.0]]}
    while not ended.wait(POLL_SECONDS):
        for call in calls[-RECENT:]:
            path = f"/api/calls/{call.call_id}"
            seen.note("present", person.post(f"{path}/open"))
            seen.note("heard", person.post(f"{path}/heard", heard))
            seen.note("leave", person.post(f"{path}/close"))


if __name__ == "__main__":
    main()
