"""The README's pictures of the review page: queue, call page, ledger, at 1280×800.

The calls are those of sample_audio as the real program recognised and masked them: what it doubts, it doubts.

    python -m tests.browser.screenshots [OUT]

Needs Debian's Chromium, and for legible Japanese a font such as Debian's fonts-noto-cjk.  By default
OUT is ``tests/browser/screenshots``.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from flows.desk.book.answers import Delivered
from flows.desk.book.door import do
from flows.desk.kinds.values import Actor, Call, Role
from flows.masking.mask_case_call import load_models
from flows.releasing.release import release
from tests.browser.heard_calls import heard_call, with_lists_of
from tests.browser.pages import send, sign_in, state, until
from tests.browser.running import Served, launched, serving
from tests.desk_builders import NOW
from tests.release_builders import APPROVER, decided

OUT = Path(__file__).parent / "screenshots"

WAITING = ("accident-witness", "appliance-trap", "transfer-wrong", "policy-family")
SHOWN = "meter-mistake"
GONE_OUT = ("clinic-kanji", "gift-redirect")
HOLDER = Actor("saiki", Role.ADMIN)


def fill(served: Served) -> Call:
    """A desk in the middle of its work: answers gone out, calls that wait, one that is open."""
    ago = (datetime.now(UTC) - NOW).days
    with_lists_of(served.desk, (*GONE_OUT, SHOWN, *WAITING))
    for number, stem in enumerate(GONE_OUT):
        call = heard_call(served.desk, stem, received_days_ago=9 - number - ago)
        decided(served.desk, call)
        release(served.desk, APPROVER, call.request_id, load_models)
        do(served.desk, HOLDER, Delivered(call.request_id, "書留で郵送", None, None))
    shown = heard_call(served.desk, SHOWN, received_days_ago=11 - ago)
    for number, stem in enumerate(WAITING):
        heard_call(served.desk, stem, received_days_ago=8 - 2 * number - ago)
    return shown


def decide(page: Page, kinds: Sequence[str]) -> None:
    """Some decisions on the call that is open."""
    now = state(page)
    doubtful = [one["item_id"] for one in now["findings"] if one["needs_review"]]
    made = [
        {"kind": kind, "items": [item], "reason": "聞き直して確かめた"}
        for kind, item in zip(kinds, doubtful, strict=False)
    ]
    answer = send(page, "decisions", {"count": now["count"], "decisions": made})
    assert answer["status"] == 200, answer


def take(page: Page, path: Path) -> None:
    """One picture, packed as small as it goes without losing a colour."""
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").save(path, optimize=True)


def main(out: Path) -> None:
    """Make the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as served, launched() as browser:
        shown = fill(served)
        pages = {}
        for login in ("mori", "kubota", "kobayakawa"):
            context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ja-JP")
            pages[login] = context.new_page()
            sign_in(pages[login], served.address, login)
        for login in ("mori", "kubota"):
            pages[login].goto(f"{served.address}/calls/{shown.call_id}")
            until(pages[login], "document.querySelector('main[aria-busy=false]') !== null")
        page = pages["kubota"]
        decide(page, ("mask", "keep"))
        page.reload()
        until(page, "document.querySelector('main[aria-busy=false]') !== null")
        page.keyboard.press("n")
        until(page, "document.getElementById('audio').currentTime > 0.9")
        page.keyboard.press("Space")
        until(page, "document.getElementById('others').hidden === false")
        take(page, out / "call.png")
        pages["kobayakawa"].goto(f"{served.address}/calls")
        take(pages["kobayakawa"], out / "queue.png")
        pages["kobayakawa"].goto(f"{served.address}/ledger")
        take(pages["kobayakawa"], out / "ledger.png")
    for path in sorted(out.glob("*.png")):
        sys.stdout.write(f"{path}: {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
