from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from flows.prefect_api.guard import Guard, names_of

HOST = ("host", "127.0.0.1:4200")


def asked(*headers: tuple[str, str], kind: str = "http", method: str = "GET", further: str = "") -> bool:
    """Whether a request with these headers reaches what the guard stands around."""
    reached, sent = [], []

    async def app(scope, *_: object) -> None:
        reached.append(scope)

    async def receive() -> dict[str, object]:
        return {"type": "http.request" if kind == "http" else "websocket.connect", "body": b""}

    async def send(message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": kind, "method": method, "path": "/", "headers": raw}
    asyncio.run(Guard(app, names_of(further))(scope, receive, send))
    refused = [message["type"] for message in sent] in (
        ["http.response.start", "http.response.body"],
        ["websocket.close"],
    )
    assert bool(reached) != refused
    return bool(reached)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ([HOST], True),
        ([("host", "localhost:4200")], True),
        ([("host", "LOCALHOST")], True),
        ([("host", "[::1]:4200")], True),
        ([], False),
        ([("host", "")], False),
        ([HOST, HOST], False),
        ([("host", "evil.example")], False),
        ([("host", "127.0.0.1.evil.example")], False),
        ([("host", "evil.example@127.0.0.1")], False),
        ([("host", "[::1].evil.example")], False),
        ([("host", "127.0.0.1@evil.example")], False),
        ([("host", "evil.example, 127.0.0.1")], False),
        ([("host", "127.0.0.2")], False),
        ([("host", "0.0.0.0:4200")], False),
        ([HOST, ("origin", "http://127.0.0.1:4200")], True),
        ([HOST, ("origin", "https://127.0.0.1:4200")], True),
        ([HOST, ("origin", "http://127.0.0.1:4200"), ("sec-fetch-site", "same-origin")], True),
        ([HOST, ("origin", "http://127.0.0.1")], False),
        ([HOST, ("origin", "http://127.0.0.1:8400")], False),
        ([HOST, ("origin", "http://localhost:4200")], False),
        ([HOST, ("origin", "http://evil.example")], False),
        ([HOST, ("origin", "http://127.0.0.1:4200.evil.example")], False),
        ([HOST, ("origin", "null")], False),
        ([HOST, ("origin", "")], False),
        ([HOST, ("origin", "http://127.0.0.1:4200"), ("origin", "http://evil.example")], False),
        ([HOST, ("sec-fetch-site", "none")], True),
        ([HOST, ("sec-fetch-site", "cross-site")], False),
        ([HOST, ("sec-fetch-site", "same-site")], False),
        ([HOST, ("sec-fetch-site", "none"), ("sec-fetch-site", "none")], False),
        ([("host", "evil.example"), ("origin", "http://evil.example")], False),
    ],
)
def test_who_is_let_in(headers: list[tuple[str, str]], let_in: bool, kind: str):
    """Requests for this machine by name, from its own page or from no page."""
    assert asked(*headers, kind=kind) is let_in


def test_a_link_from_elsewhere_opens_the_page():
    """A person follows it; a script of that page, a frame or a form does not get through."""
    link = (HOST, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document"))

    assert asked(*link)
    assert not asked(*link, method="POST")
    assert not asked(*link, kind="websocket")
    assert not asked(HOST, ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "iframe"))


def test_a_proxys_name_is_a_setting():
    """``KAIJI_PREFECT_HOSTS``; this machine's own names stay."""
    by_proxy = (("host", "Prefect.example:443"), ("origin", "https://prefect.example:443"))

    assert asked(*by_proxy, further="a.example, prefect.example")
    assert asked(HOST, further="prefect.example")
    assert not asked(*by_proxy)


def test_the_servers_own_start_passes():
    """Its lifespan is no request."""
    reached = []

    async def app(scope, *_: object) -> None:
        reached.append(scope["type"])

    asyncio.run(Guard(app, names_of(""))({"type": "lifespan"}, None, None))
    assert reached == ["lifespan"]


POLICY = {"content-security-policy": "default-src *; connect-src https://api.example"}


@pytest.mark.parametrize(
    "theirs", [{}, POLICY, {"Content-Security-Policy": "x", "referrer-policy": "unsafe-url"}]
)
def test_no_page_has_the_browser_ask_another_host(theirs: dict[str, str]):
    """Each answer has one policy, ours, whatever the application says; it names this server alone."""

    async def app(scope, receive, send) -> None:
        await PlainTextResponse("page", headers=theirs)(scope, receive, send)

    answer = TestClient(Guard(app, names_of("")), base_url="http://127.0.0.1:4200").get("/dashboard")
    (policy,) = answer.headers.get_list("content-security-policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    assert answer.text == "page"
    assert {word for rule in rules.values() for word in rule.split()} <= {
        *("'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"),
    }
    assert (rules["default-src"], rules["connect-src"], rules["form-action"]) == ("'self'",) * 3
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
