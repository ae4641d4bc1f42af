"""Middleware that lets requests reach Prefect's server only under its own names and from its own pages.

Prefect itself checks the secret.  It does not check whether the host name is one of ours (DNS rebinding) or
whether a page of another site sent the request.  And its page has a browser ask other hosts, for analytics
and pictures: the policy of every answer lets the browser ask nobody but this server.
"""

from __future__ import annotations

import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY_VIOLATION = 1008
"""Close code of RFC 6455; before the handshake the server answers 403 instead."""

HOST_PATTERN = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")
"""A Host header as in RFC 9110 section 7.2, without user names and escapes."""

OWN_SITE_VALUES = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site for our own pages and for addresses that a person typed."""


RULES = {
    "default-src": "'self'",
    # Prefect's page sets styles in its elements, and draws its graphs in workers made of its own code.
    "style-src": "'self' 'unsafe-inline'",
    "script-src": "'self' 'unsafe-eval'",
    "worker-src": "'self' blob:",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_POLICY = "; ".join(f"{name} {sources}" for name, sources in RULES.items())
"""Content-Security-Policy of every answer: no other host is named in it."""

OWN_HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)

THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})


def names_of(further: str) -> frozenset[str]:
    """Return this machine's names and those of a setting, which are separated by commas."""
    return THIS_MACHINE | {name.strip().casefold() for name in further.split(",") if name.strip()}


class Guard:
    """Middleware around a whole application, its WebSockets included.

    Args:
        app: The guarded application.
        hosts: Host names of the server, without port.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "lifespan" or self._is_ours(scope):
            await self._app(scope, receive, _with_policy(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await PlainTextResponse("foreign host or origin", 403)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        # Programs disagree on which of several equal headers counts, so none may be repeated.
        hosts, origins, sites = (_all(scope, name) for name in (b"host", b"origin", b"sec-fetch-site"))
        if len(hosts) != 1 or _without_port(hosts[0]) not in self._hosts:
            return False
        if origins and origins not in ([f"http://{hosts[0]}"], [f"https://{hosts[0]}"]):
            # Another port of this machine may be another user's page.
            return False
        return not sites or (len(sites) == 1 and (sites[0] in OWN_SITE_VALUES or _is_link(scope)))


def _with_policy(send: Send) -> Send:
    """Return what sends an answer with our headers, in place of those of the application."""
    ours = {name for name, _ in OWN_HEADERS}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            others = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in ours]
            message = {**message, "headers": [*others, *OWN_HEADERS]}
        await send(message)

    return sending


def _is_link(scope: Scope) -> bool:
    """Return whether a person followed a link from another site, which shows the page only to them."""
    reading = scope["type"] == "http" and scope["method"] == "GET"
    return reading and _all(scope, b"sec-fetch-dest") == ["document"]


def _all(scope: Scope, name: bytes) -> list[str]:
    """Return all values of a header."""
    return [value.decode("latin-1").casefold() for key, value in scope["headers"] if key == name]


def _without_port(host: str) -> str:
    """Return the name in a Host header, or an empty text when the header is malformed."""
    found = HOST_PATTERN.fullmatch(host)
    return found[1] if found else ""
