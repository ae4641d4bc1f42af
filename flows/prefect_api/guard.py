"""Who may speak to Prefect's server: requests for one of its own names, from no other site's page.

Prefect itself asks for the secret.  That a name which resolves to this machine is not one of ours (DNS
rebinding), or that a page of another site sends the request, it does not look at.
"""

from __future__ import annotations

import re

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Guard", "names_of"]

POLICY_VIOLATION = 1008
"""Close code of RFC 6455; before the handshake the server answers 403 in its place."""

HOST_PATTERN = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?")
"""Of RFC 9110 section 7.2, without user names and escapes."""

OWN_SITE_VALUES = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site of our own pages, and of what a person typed."""


THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})


def names_of(further: str) -> frozenset[str]:
    """This machine's names, and those of a setting, which stand between commas."""
    return THIS_MACHINE | {name.strip().casefold() for name in further.split(",") if name.strip()}


class Guard:
    """Middleware around a whole application, its WebSockets included.

    Args:
        app: What it stands around.
        hosts: Names, without port, under which the server may be asked for.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or not."""
        if scope["type"] == "lifespan" or self._is_ours(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await PlainTextResponse("foreign host or origin", 403)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        # Repeated headers are one value to some programs and another to others: none may be repeated.
        hosts, origins, sites = (_all(scope, name) for name in (b"host", b"origin", b"sec-fetch-site"))
        if len(hosts) != 1 or _without_port(hosts[0]) not in self._hosts:
            return False
        if origins and origins not in ([f"http://{hosts[0]}"], [f"https://{hosts[0]}"]):
            # Another port of this machine is another user's page, for all we know.
            return False
        return not sites or (len(sites) == 1 and (sites[0] in OWN_SITE_VALUES or _is_link(scope)))


def _is_link(scope: Scope) -> bool:
    """Whether a person followed a link from elsewhere: that opens a page, and shows it to nobody else."""
    reading = scope["type"] == "http" and scope["method"] == "GET"
    return reading and _all(scope, b"sec-fetch-dest") == ["document"]


def _all(scope: Scope, name: bytes) -> list[str]:
    """All values of a header."""
    return [value.decode("latin-1").casefold() for key, value in scope["headers"] if key == name]


def _without_port(host: str) -> str:
    """The name of a Host header; empty where it is no name with at most a port behind it."""
    found = HOST_PATTERN.fullmatch(host)
    return found[1] if found else ""
