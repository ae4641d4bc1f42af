"""Requests of which the end is missing: nothing of them is done, whichever route they are for."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import uvicorn
from fastapi import FastAPI

from flows.desk.integrity import audit
from flows.desk.integrity.desk import Desk
from flows.review.__main__ import server_config
from flows.review.guarding.access import csrf_of
from flows.review.guarding.guard import Guard
from flows.web.connections import Bounds
from tests.desk_builders import desk_settings
from tests.flows.review.guarding.test_access import ALL
from tests.review_site import HOST, PASSWORD, Person, new_person, signed_in

POSTS = sorted(path for method, path in ALL if method == "POST")
FORMS = {path: "x" for path in POSTS if not path.startswith("/api/")}
LINE = 60.0
"""Seconds after which a server that does not answer hangs."""

HTTP = {"type": "http.request"}
WHOLE = b"login=kubota&password=correct+horse+battery&next=&csrf=WORD"

BROKEN: dict[str, tuple[dict[str, str], list[dict[str, Any]]]] = {
    "gone before the body": ({"Content-Length": "70"}, [{"type": "http.disconnect"}]),
    "gone within the body": (
        {"Content-Length": "70"},
        [HTTP | {"body": WHOLE[:30], "more_body": True}, {"type": "http.disconnect"}],
    ),
    "gone before the last chunk": (
        {"Transfer-Encoding": "chunked"},
        [HTTP | {"body": WHOLE, "more_body": True}, {"type": "http.disconnect"}],
    ),
    "shorter than it says": ({"Content-Length": "5000"}, [HTTP | {"body": WHOLE, "more_body": False}]),
    "longer than it says": ({"Content-Length": "9"}, [HTTP | {"body": WHOLE, "more_body": False}]),
    "empty though it says otherwise": ({"Content-Length": "9"}, [HTTP | {"body": b"", "more_body": False}]),
    "two ends": (
        {"Content-Length": str(len(WHOLE)), "Transfer-Encoding": "chunked"},
        [HTTP | {"body": WHOLE, "more_body": False}],
    ),
    "a length of too many digits": ({"Content-Length": "9" * 5000}, [HTTP | {"body": WHOLE}]),
    "files": (
        {"Content-Type": "multipart/form-data; boundary=b"},
        [HTTP | {"body": b'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nWORD'}],
    ),
}


class _ReachedError(Exception):
    """The app saw a request."""


async def _app(*_: Any) -> None:
    raise _ReachedError


def status_of(app: Any, path: str, headers: dict[str, str], messages: list[dict[str, Any]]) -> int | None:
    """What a server that hands these messages on gets for an answer; ``None`` for none."""
    named = {"Host": "localhost:8400", "Origin": HOST, "Content-Type": "application/x-www-form-urlencoded"}
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(key.lower().encode(), value.encode()) for key, value in (named | headers).items()],
        "scheme": "http", "server": ("localhost", 8400), "client": ("testclient", 1), "http_version": "1.1",
        "root_path": "", "state": {},
    }  # fmt: skip
    told: list[int] = []
    left = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(left, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])

    asyncio.run(app(scope, receive, send))
    return told[0] if told else None


@pytest.fixture(scope="module")
def guard(tmp_path_factory) -> Guard:
    """Before an app that must not be reached; one for all, for it keeps nothing of a request."""
    return Guard(_app, desk_settings(tmp_path_factory.mktemp("guarded")))


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("path", POSTS)
def test_no_route_sees_a_request_without_its_end(guard: Guard, monkeypatch, path: str, broken: str):
    """Every route that takes something: the guard lets none of these through, and says so."""
    monkeypatch.setattr("flows.review.guarding.guard.failed", lambda *_: pytest.fail("it was handed on"))
    url = path.format(call_id="c1", number="R-2026-0001", account_id="1")

    assert status_of(guard, url, *BROKEN[broken]) in {400, 413, 415}


def test_a_whole_request_goes_on(desk: Desk):
    """The table above is of what is broken, not of everything."""
    seen = []

    async def app(_: Any, receive: Any, send: Any) -> None:
        seen.append((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    pieces = [HTTP | {"body": WHOLE[:9], "more_body": True}, HTTP | {"body": WHOLE[9:], "more_body": False}]
    for headers in ({"Content-Length": str(len(WHOLE))}, {"Transfer-Encoding": "chunked"}):
        assert status_of(Guard(app, desk.settings), "/sign-in", headers, pieces) == 200
    assert seen == [WHOLE, WHOLE]


@pytest.mark.parametrize("page", ["sign in", "calls", "request"])
@pytest.mark.usefixtures("call")
def test_the_pages_own_word_is_the_last_field_of_every_form(app, approver, page: str):
    """So that a form which something cut before it came to us lacks the word, wherever it was cut."""
    text = {
        "sign in": lambda: new_person(app).get("/sign-in"),
        "calls": lambda: approver.get("/calls"),
        "request": lambda: approver.get("/ledger/R-2026-0001"),
    }[page]().text
    forms = re.findall(r'<form method="post".*?</form>', text, re.DOTALL)
    names = [re.findall(r'name="(\w+)"', form) for form in forms]

    assert names
    assert [each[-1] for each in names] == ["csrf"] * len(names)
    assert [each.count("csrf") for each in names] == [1] * len(names)


def test_a_form_cut_anywhere_is_not_taken(app, desk):
    """Of every length but the whole one, with a length that fits what is left."""
    person = new_person(app)
    person.get("/sign-in")
    word = csrf_of(person.client.cookies["kaiji-form"])
    whole = urlencode({"next": "", "login": "kubota", "password": PASSWORD, "csrf": word})
    headers = {"Origin": HOST, "Content-Type": "application/x-www-form-urlencoded"}
    before = len(audit.entries(desk))
    for cut in range(0, len(whole), 3):
        answer = person.client.post("/sign-in", content=whole[:cut], headers=headers, follow_redirects=False)
        assert answer.status_code == 403, cut
    assert len(audit.entries(desk)) == before

    assert (
        person.client.post("/sign-in", content=whole, headers=headers, follow_redirects=False).status_code
        == 303
    )


# --- as it is really served --------------------------------------------------------------------


@contextlib.contextmanager
def served(app: FastAPI, bounds: Bounds | None = None) -> Iterator[int]:
    """The page behind the real server, in a thread: its port."""
    server = uvicorn.Server(server_config(app, "127.0.0.1", 0, bounds))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + LINE
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(LINE)
    assert not thread.is_alive()


def connected(port: int, raw: bytes) -> socket.socket:
    """A connection over which something was sent."""
    line = socket.create_connection(("127.0.0.1", port), timeout=LINE)
    line.sendall(raw)
    return line


def ended(line: socket.socket) -> bool:
    """Whether the server has closed a connection, sooner or later."""
    with contextlib.suppress(ConnectionError):
        while line.recv(4096):
            pass
    return True


def page(port: int) -> bytes:
    """Somebody else's page: its first line.  A browser asks once more where a connection breaks."""
    for _ in range(3):
        with (
            contextlib.suppress(ConnectionError),
            connected(port, b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n") as line,
        ):
            return line.recv(4096).partition(b"\r\n")[0]
    return b""


def post(person: Person, path: str, body: bytes, *framing: str) -> bytes:
    """A form, as a browser of somebody who is signed in sends it."""
    cookie = f"kaiji-session={person.token}; kaiji-form={person.client.cookies.get('kaiji-form') or ''}"
    lines = [
        f"POST {path} HTTP/1.1", "Host: localhost:8400", f"Origin: {HOST}", f"Cookie: {cookie}",
        f"X-CSRF-Token: {csrf_of(person.token)}", "Content-Type: application/x-www-form-urlencoded", *framing,
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


CUTS = {
    "a body shorter than it says": (b"how=%E6%9B%B8%E7%95%99", ("Content-Length: 400",)),
    "no last chunk": (b"16\r\nhow=%E6%9B%B8%E7%95%99\r\n", ("Transfer-Encoding: chunked",)),
    "half a chunk": (b"40\r\nhow=%E6%9B%B8%E7%95%99", ("Transfer-Encoding: chunked",)),
    "no body": (b"", ("Content-Length: 400",)),
}


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.usefixtures("call")
def test_a_form_whose_connection_breaks_does_nothing(app, desk, approver, cut: str):
    """Every form of the ledger, and the sign-out: nothing on record, nobody signed out."""
    paths = [path.format(number="R-2026-0001") for path in FORMS if path.startswith("/ledger/")]
    paths += ["/sign-out", "/sign-in"]
    before = [entry.action for entry in audit.entries(desk)]
    with served(app) as port:
        for path in paths:
            for how in (socket.SHUT_WR, socket.SHUT_RDWR):
                body, framing = CUTS[cut]
                with connected(port, post(approver, path, body, *framing)) as line:
                    time.sleep(0.05)
                    with contextlib.suppress(OSError):
                        line.shutdown(how)
                    assert ended(line)
        assert page(port) == b"HTTP/1.1 200 OK"
    assert [entry.action for entry in audit.entries(desk)] == before
    assert approver.get("/api/calls").status_code == 200


HALVES = {
    "nothing": b"",
    "half a first line": b"GET /si",
    "half a header": b"GET /sign-in HTTP/1.1\r\nHost: local",
    "no end of the headers": b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n",
    "half a body": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nlogin=kubota",
    "half a chunk": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nx",
    "half of a second one": b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\nGET /sign-in HT",
}


@pytest.mark.parametrize("half", HALVES)
def test_half_a_request_is_not_waited_for_long(app, half: str):
    """Not even while bytes still come one by one."""
    with served(app, Bounds(request_seconds=0.5)) as port:
        with connected(port, HALVES[half]) as still:
            assert ended(still)
        with connected(port, HALVES[half]) as slow:
            until = time.monotonic() + LINE
            with contextlib.suppress(OSError):
                while time.monotonic() < until:
                    slow.sendall(b"a")
                    time.sleep(0.05)
            assert time.monotonic() < until


@pytest.mark.parametrize("half", HALVES)
def test_four_hundred_half_requests_keep_nobody_waiting(app, desk, half: str):
    """From one address, held and then broken off: the page answers, few are kept, nothing is done."""
    before = len(audit.entries(desk))
    with served(app, Bounds(request_seconds=LINE)) as port:
        lines = [connected(port, HALVES[half]) for _ in range(400)]
        assert [page(port) for _ in range(5)] == [b"HTTP/1.1 200 OK"] * 5
        for line in lines[: -Bounds().unfinished]:
            assert ended(line)
        for line in lines:
            line.close()
        assert page(port) == b"HTTP/1.1 200 OK"
    assert len(audit.entries(desk)) == before


def test_so_many_connections_and_no_more(app):
    """Those between two requests make room, the oldest first; who works is not cut off."""

    def ask(browser: http.client.HTTPConnection) -> int:
        browser.request("GET", "/nothing")
        answer = browser.getresponse()
        answer.read()
        return answer.status

    with served(app, Bounds(open=20)) as port:
        browsers = [http.client.HTTPConnection("localhost", port, timeout=LINE) for _ in range(50)]
        assert {ask(browser) for browser in browsers} == {404}
        assert page(port) == b"HTTP/1.1 200 OK"
        for browser in browsers[:30]:
            assert browser.sock is not None
            assert ended(browser.sock)
        assert ask(browsers[-1]) == 404
        for browser in browsers:
            browser.close()


def test_a_person_who_is_signed_in_works_on_through_it(app, desk):
    """Signs in, and is served, while others only begin."""
    with served(app) as port:
        lines = [connected(port, HALVES["half a body"]) for _ in range(400)]
        person = signed_in(app, "kubota")
        ask = f"GET /api/calls HTTP/1.1\r\nHost: localhost\r\nCookie: kaiji-session={person.token}\r\n\r\n"
        with connected(port, ask.encode()) as line:
            assert line.recv(4096).startswith(b"HTTP/1.1 200")
        for each in lines:
            each.close()
    assert desk.settings.review_auth == "local"
