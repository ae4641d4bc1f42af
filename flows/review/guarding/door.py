"""Middleware that passes the requests of people who practise to the page of the practice desk.

A browser practises while its cookie is the mark of its session on the company's desk, and that session lasts:
who signs out, is followed by another person or has no account any more is back on the company's desk.
"""

from __future__ import annotations

import hashlib
import hmac

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import DeskError
from flows.desk.people.sessions import find_session
from flows.review.guarding.access import cookie_name
from flows.review.guarding.practising import Practising
from flows.settings import Settings

DOOR = "practice"
"""Purpose of the cookie."""

OURS = frozenset({"/sign-in", "/sign-out", "/first"})
"""Addresses that are the company's desk's always, with those of ``/practice``: they lead out again."""


class Door:
    """The middleware.

    Args:
        app: The page of the company's desk.
        desk: The company's desk.
        practising: The practice desk.
    """

    def __init__(self, app: ASGIApp, desk: Desk, practising: Practising) -> None:
        self._app = app
        self._desk = desk
        self._practising = practising

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        page = None
        practising = scope["type"] == "http" and not _is_ours(scope["path"])
        if practising and practises(scope, self._desk.settings):
            page = await run_in_threadpool(self._page, scope)
        await (page or self._app)(scope, receive, send)

    def _page(self, scope: Scope) -> FastAPI | None:
        """Return the page of the practice desk, for a person signed in to the company's.

        The mark alone proves nothing: anybody can invent a session and compute its mark.
        """
        token = HTTPConnection(scope).cookies.get(cookie_name(self._desk.settings), "")
        try:
            return self._practising.page() if find_session(self._desk, token) is not None else None
        except DeskError:
            # The company's page reports the fault.
            return None


def practises(scope: Scope, settings: Settings) -> bool:
    """Return whether a request comes from a browser that practises."""
    cookies = HTTPConnection(scope).cookies
    session = cookies.get(cookie_name(settings), "")
    mark = cookies.get(cookie_name(settings, DOOR), "")
    return bool(session) and hmac.compare_digest(mark.encode(), door_mark(session).encode())


def door_mark(token: str) -> str:
    """Return the mark of a session's cookie."""
    return hashlib.sha256(f"kaiji practice {token}".encode()).hexdigest()


def _is_ours(path: str) -> bool:
    return path in OURS or path == "/practice" or path.startswith("/practice/")
