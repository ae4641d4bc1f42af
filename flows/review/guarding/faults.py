"""The page's answers to errors: one sentence, never a traceback."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from flows.desk.cases.numbers import REQUEST_NUMBER
from flows.review.guarding.site import site_of
from pipeline.errors import PipelineError, ReviewRuleError

FORM_HEADER = "x-kaiji-form"
"""Header that our script (``static/forms.js``) sends with a form; it shows an error next to the form."""

LOG = logging.getLogger("kaiji.review")

STATUSES = {
    "not_found": 404,
    "conflict": 409,
    "impossible_step": 409,
    "not_identified": 409,
    "duplicate": 409,
    "rule": 422,
    "account": 422,
    "call_unsafe": 409,
    "recording_changed": 409,
    "recording_unreadable": 409,
    "file_missing": 409,
    "letter": 409,
    "package": 409,
    "intake_file": 422,
    "file_pattern": 422,
    "practice": 409,
    "not_allowed": 403,
    "database_busy": 503,
    "database_gone": 503,
    "database_full": 503,
    "storage_gone": 503,
    "storage_full": 503,
    "out_of_bounds": 422,
}
"""HTTP status by the code of an error of ours; its message is shown unchanged."""

REQUEST_PAGE = re.compile(rf"/(?:requests|ledger)/{REQUEST_NUMBER}(?=/)")

HTTP = {404: ("not_found", "そのページはありません"), 405: ("bad_request", "その操作はできません")}
FAILED = "処理できませんでした。操作は保存されていません"


class RefusedError(Exception):
    """A request is refused.

    Args:
        status: HTTP status.
        code: Short stable error code.
        message: Message for the person.
        field: Field of the form with the mistake; empty for no single field.
    """

    def __init__(self, status: int, code: str, message: str, field: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.field = field


class SignedOutError(RefusedError):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__(401, "signed_out", "サインインしてください")


class ForgedError(RefusedError):
    """The request was not sent by our own page."""

    def __init__(self) -> None:
        super().__init__(403, "forged", "ページを読み直してから、もう一度行ってください")


def add_faults(app: FastAPI) -> None:
    """Add the error handlers to the application."""
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(PipelineError, _ours)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)


def _is_script(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/audio/")) or FORM_HEADER in request.headers


def _answer(request: Request, status: int, code: str, message: str, **more: Any) -> Response:
    if _is_script(request):
        return JSONResponse({"error": code, "message": message, **more}, status)
    page = {
        "message": message,
        "unsaved": request.method == "POST",
        "reference": more.get("reference", ""),
        "back": _of_request(request),
    }
    return site_of(request).render(request, "error.html", page, status=status)


def _of_request(request: Request) -> str:
    """Return the page of the request of a refused step; empty where there is none."""
    found = REQUEST_PAGE.match(request.url.path)
    return found.group() if found is not None and request.method == "POST" else ""


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):
        raise error
    if isinstance(error, SignedOutError) and not _is_script(request) and request.method == "GET":
        # Nobody signs in to the practice desk: they come from the company's page, by its door.
        way = "/practice" if site_of(request).within else f"/sign-in?next={quote(request.url.path)}"
        return RedirectResponse(way, 303)
    more = {"fields": [error.field]} if error.field else {}
    return _answer(request, error.status, error.code, error.message, **more)


async def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, PipelineError):
        raise error
    status = STATUSES.get(error.code, 500)
    if status == 500:
        return failed(request, error)
    if status == 503:
        LOG.error("not done: %s", error.code)
    more: dict[str, Any] = {}
    if isinstance(error, ReviewRuleError):
        more = {"items": error.items, "needs": error.needs}
    elif hasattr(error, "extra"):
        more = error.extra
    return _answer(request, status, error.code, str(error), **more)


async def _malformed(request: Request, error: Exception) -> Response:
    # Names one of our fields, never its value or a field that the sender invented.
    fields = []
    if isinstance(error, RequestValidationError):
        places = [
            each["loc"][1:-1] if each["type"] == "extra_forbidden" else each["loc"][1:]
            for each in error.errors()
        ]
        fields = sorted({".".join(str(part) for part in place) for place in places if place})[:8]
    return _answer(request, 422, "bad_request", "送られた内容が正しくありません", fields=fields)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, message = HTTP.get(status, ("bad_request", "その操作はできません"))
    return _answer(request, status, code, message)


def failed(request: Request, error: BaseException) -> Response:
    """Answer an unexpected error with a reference under which the log has its kind."""
    reference = secrets.token_hex(4)
    LOG.error("request failed: %s (reference %s)", type(error).__name__, reference)
    try:
        return _answer(request, 500, "internal", FAILED, reference=reference)
    except Exception:  # noqa: BLE001 (the page of errors has one itself)
        return JSONResponse({"error": "internal", "message": FAILED, "reference": reference}, 500)
