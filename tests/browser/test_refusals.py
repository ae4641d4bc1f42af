"""What the page does not let anybody do."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import Reviewed, send, sign_in, state


def test_nobody_reads_a_call_before_signing_in(reviewed: Reviewed, browser: Browser):
    """The call's address leads to the sign-in, a wrong password nowhere, the right one back to the call."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{reviewed.site}/calls/{reviewed.call_id}")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    for password, told in (("wrong wrong wrong", "違います"), (None, "")):
        page.get_by_label("利用者名").fill("kubota")
        page.get_by_label("パスワード").fill(password or "correct horse battery")
        page.get_by_role("button", name="サインイン").click()
        if told:
            expect(page.get_by_role("alert")).to_contain_text(told)
            expect(page.get_by_label("パスワード")).to_have_value("")
    expect(page).to_have_url(f"{reviewed.site}/calls/{reviewed.call_id}")
    context.close()


def test_an_administrator_does_not_hear_calls(reviewed: Reviewed, person: Callable[[str], Page]):
    """Who looks after accounts has no business with what was said."""
    page = person("saiki")
    answer = page.goto(f"{reviewed.site}/calls/{reviewed.call_id}")
    assert answer is not None
    assert answer.status == 403
    expect(page.locator("h1")).to_contain_text("役割")


def test_a_request_without_the_pages_word_is_refused(reviewed: Reviewed, opened: Page):
    """The cookie alone records nothing."""
    status = opened.evaluate("""async (id) => (await fetch(`/api/calls/${id}/decisions`, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ count: 0, decisions: [{ kind: "mask", items: ["m0001"] }] }) })).status""",
        reviewed.call_id)  # fmt: skip
    assert status == 403
    assert state(opened)["decisions"] == []


class _Trap(http.server.BaseHTTPRequestHandler):
    """Somebody else's page that sends a form to ours as soon as it is opened."""

    target = ""

    def do_GET(self) -> None:
        """The page."""
        form = f'<form method="post" action="{self.target}"><input name="csrf" value="guess"></form>'
        page = f"<!doctype html><body>{form}<script>document.forms[0].submit()</script>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quietly."""


@pytest.fixture
def trap(reviewed: Reviewed) -> Iterator[str]:
    """Address of the other page."""
    handler = type("Trap", (_Trap,), {"target": f"{reviewed.site}/sign-out"})
    server = http.server.HTTPServer(("localhost", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_another_sites_form_does_nothing(reviewed: Reviewed, opened: Page, trap: str):
    """A forged form signs nobody out and records nothing."""
    other = opened.context.new_page()
    other.goto(trap)
    expect(other).to_have_url(f"{reviewed.site}/sign-out")
    expect(other.locator("h1")).to_contain_text("もう一度")
    assert state(opened)["count"] == 0


def test_sound_is_for_the_session_that_asked(
    reviewed: Reviewed, opened: Page, second: Page, browser: Browser
):
    """Another analyst's session and a stranger get nothing by the same address; no cache keeps it."""
    asked = send(opened, "play", {"what": "original", "start": 1.0, "end": 2.0})["body"]["url"]
    mine = opened.request.get(f"{reviewed.site}{asked}")
    assert mine.status == 200
    assert mine.headers["cache-control"] == "no-store"
    part = opened.request.get(f"{reviewed.site}{asked}", headers={"Range": "bytes=0-43"})
    assert (part.status, len(part.body())) == (206, 44)
    assert second.request.get(f"{reviewed.site}{asked}").status == 404
    stranger = browser.new_context()
    assert stranger.request.get(f"{reviewed.site}{asked}").status == 401
    stranger.close()


GUESSES = (
    "/audio/{id}",
    "/audio/meter-mistake.wav",
    "/calls/{id}/raw",
    "/calls/{id}/audio.wav",
    "/static/../../desk",
    "/api/calls/{id}/audio",
    "/files/{id}",
)


def test_there_is_no_address_of_the_raw_sound(reviewed: Reviewed, opened: Page):
    """Guessing gets nothing, even with a session."""
    for path in GUESSES:
        answer = opened.request.get(f"{reviewed.site}{path.format(id=reviewed.call_id)}")
        assert answer.status in {404, 422}, path
        assert not answer.headers["content-type"].startswith("audio/"), path


def test_signing_out_ends_the_session(reviewed: Reviewed, browser: Browser):
    """The cookie is worth nothing afterwards, and going back shows no call."""
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, reviewed.site, "mori")
    expect(page).to_have_url(f"{reviewed.site}/calls")
    kept = context.cookies()
    page.get_by_role("button", name="サインアウト").click()
    expect(page).to_have_url(f"{reviewed.site}/sign-in")
    context.add_cookies(kept)
    assert page.request.get(f"{reviewed.site}/api/calls").status == 401
    page.go_back()
    expect(page).to_have_url(re.compile("/sign-in"))
    context.close()


def test_what_is_said_in_a_call_is_never_markup(opened: Page):
    """A reason with a script in it is shown as it was typed, and nothing runs."""
    opened.keyboard.press("n")
    opened.keyboard.press("d")
    dialog = opened.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("<img src=x onerror=document.title='ran'>")
    dialog.get_by_role("button", name="決める").click()
    expect(dialog).to_have_count(0)
    opened.keyboard.press("k")
    opened.locator("#list li").first.click()
    opened.locator("#card summary", has_text="決定の記録").click()
    expect(opened.locator("#card q")).to_have_text("<img src=x onerror=document.title='ran'>")
    assert opened.title() != "ran"
