"""Middleware around every request: checks the host and the body, and adds headers to every answer.

Only complete requests are passed on.  A request with a broken connection, or a body of another length than
stated, is refused.  The last field of every form is the CSRF token (``access.check_forgery``), so a truncated
form lacks it and is refused, too.

The script that sends our forms (``static/forms.js``) stays on its page until a form is accepted, so a
redirect is sent to it as a header instead of being followed by the browser.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.review.guarding.access import cookie_name
from flows.review.guarding.faults import FORM_HEADER, failed
from flows.settings import Settings

GOES_ON = b"x-kaiji-to"
"""Header with the target of a redirect, for our script."""

MAX_BODY_BYTES = 256 * 1024
"""Largest body in bytes, enough for two hundred decisions with long reasons."""

TOO_LARGE = "送られた内容が大きすぎます"
CUT_OFF = "送られた内容が途中で切れています。何も行っていません"
NO_SUCH_FORM = "この形では受け取れません"

HTTP_SEE_OTHER, HTTP_NO_CONTENT = 303, 204

MAX_LENGTH_DIGITS = 19
"""Digits of a ``Content-Length``: 63 bits."""

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def security_headers(settings: Settings, path: str) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every answer."""
    named = {
        "content-security-policy": CSP,
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        # Pages, answers and sound contain personal data; scripts and styles do not.
        "cache-control": "no-cache" if path.startswith("/static/") else "no-store",
    }
    if settings.review_https:
        named["strict-transport-security"] = "max-age=31536000"
    return tuple((name.encode(), value.encode()) for name, value in named.items())


class Guard:
    """The middleware.

    Args:
        app: The guarded application.
        settings: The settings of this machine.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._hosts = {host.strip().casefold() for host in settings.review_hosts.split(",") if host.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send, self._settings)
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        try:
            body = await _read(receive, _told_length(scope))
        except _RefusedBodyError as error:
            await error.answer(scope, receive, answer)
            return
        try:
            await self._app(scope, _Replay(body, receive), answer)
        except Exception as error:  # noqa: BLE001 (no client and no log sees more than its kind)
            await _answered(answer, failed(Request(scope), error), scope, receive)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        hosts = [value.decode("latin-1") for value in _values(scope, b"host")]
        if len(hosts) != 1 or _name_of(hosts[0]) not in self._hosts:
            return _refuse(400, "bad_request", "この名前ではページを開けません(KAIJI_REVIEW_HOSTS)")
        lengths = _values(scope, b"content-length")
        if len(lengths) > 1 or (lengths and _values(scope, b"transfer-encoding")):
            # Two servers in a row may each use another one of the headers (request smuggling).
            return _refuse(400, "bad_request", NO_SUCH_FORM)
        for length in lengths:
            if not length.isdigit() or len(length) > MAX_LENGTH_DIGITS or int(length) > MAX_BODY_BYTES:
                return _refuse(413, "too_large", TOO_LARGE)
        kinds = _values(scope, b"content-type")
        if len(kinds) > 1 or any(kind.strip().lower().startswith(b"multipart/") for kind in kinds):
            # No form of ours sends files, and in this encoding the CSRF token would not end the body.
            return _refuse(415, "bad_request", NO_SUCH_FORM)
        return None


def _values(scope: Scope, wanted: bytes) -> list[bytes]:
    """Return all values of a header."""
    return [value for name, value in scope["headers"] if name == wanted]


def _told_length(scope: Scope) -> int | None:
    """Return the stated length of a body; a chunked one states none."""
    lengths = _values(scope, b"content-length")
    return int(lengths[0]) if lengths else None


def _name_of(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0].casefold() + "]"
    return host.partition(":")[0].casefold()


def _refuse(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": code, "message": message}, status)


async def _answered(answer: _Answer, response: Any, scope: Scope, receive: Receive) -> None:
    """Answer a request that was not passed on."""
    if not answer.begun:
        await response(scope, receive, answer)


class _RefusedBodyError(Exception):
    """The body is refused."""

    def __init__(self, answer: JSONResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


async def _read(receive: Receive, told: int | None) -> bytes:
    """Read the whole body of a request.

    Raises:
        _RefusedBodyError: when it is too large, was cut off, or does not have the stated length.
    """
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            # The client is gone, so the body may be incomplete.
            raise _RefusedBodyError(_refuse(400, "cut_off", CUT_OFF))
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY_BYTES:
            raise _RefusedBodyError(_refuse(413, "too_large", TOO_LARGE))
        if not message.get("more_body", False):
            break
    if told is not None and len(body) != told:
        raise _RefusedBodyError(_refuse(400, "cut_off", CUT_OFF))
    return body


class _Replay:
    """Passes on a body that was already read, and then further messages."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._receive = receive
        self._body: bytes | None = body

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class _Answer:
    """Adds our headers and cookies to an answer."""

    def __init__(self, scope: Scope, send: Send, settings: Settings) -> None:
        self._scope = scope
        self._send = send
        self._settings = settings
        self.begun = False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            ours = security_headers(self._settings, self._scope["path"])
            names = {name for name, _ in ours}
            kept = [(name, value) for name, value in message["headers"] if name.lower() not in names]
            if message["status"] == HTTP_SEE_OTHER and _values(self._scope, FORM_HEADER.encode()):
                message["status"] = HTTP_NO_CONTENT
                kept = [(GOES_ON if name == b"location" else name, value) for name, value in kept]
                kept = [pair for pair in kept if pair[0] != b"content-length"]
            message["headers"] = [*kept, *ours, *self._cookies()]
        await self._send(message)

    def _cookies(self) -> list[tuple[bytes, bytes]]:
        state = self._scope.get("state") or {}
        lasting = "; Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if self._settings.review_https else "")
        cookies = []
        for key, purpose in (("new_session", "session"), ("new_form", "form")):
            if key in state:
                name = cookie_name(self._settings, purpose)
                # An empty value deletes the cookie.
                value = f"{name}={state[key]}{lasting}" + ("" if state[key] else "; Max-Age=0")
                cookies.append((b"set-cookie", value.encode()))
        return cookies
