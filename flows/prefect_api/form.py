"""Checks of what Prefect's form sends; a refusal names the field and never what was typed.

A person may type a name where an id belongs.  Prefect's own error messages would repeat it, and whatever
shows or stores those messages would, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prefect.utilities.schema_tools import validation
from prefect.utilities.schema_tools.hydration import HydrationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Rule = Callable[..., Iterator[Any] | None]
"""A rule of jsonschema, which is untyped: yields errors that have a ``message``."""

DEPLOYMENTS = "/deployments"

UNCHECKED = "パラメーターの確認は省けません。予約のパラメーターは数と真偽だけです"

REFUSED = "値の形が正しくありません"

CHANGING = frozenset({"POST", "PATCH", "PUT"})

KEY = re.compile(r"[a-z_]{1,40}")
"""A key of Prefect's own; any other part of a path may be what somebody typed."""


def guard_form(api: FastAPI) -> None:
    """Keep typed values out of an API's answers, and refuse runs that skip the check of parameters.

    Args:
        api: Prefect's API before its first request.
    """
    _hide_values()
    api.add_exception_handler(RequestValidationError, _malformed)
    api.add_exception_handler(HTTPException, _refused)
    # Innermost, so that no body is read before Prefect has checked the secret.
    api.user_middleware.append(Middleware(BaseHTTPMiddleware, dispatch=_only_checked))


def _hide_values() -> None:
    """Make the messages of Prefect's schema validation name the broken rule and no value.

    jsonschema puts the value into nearly every message, and Prefect passes the messages to the form, to the
    terminal and into its answers.  There is no setting for it.
    """
    rules = validation._VALIDATOR.VALIDATORS  # noqa: SLF001 (the one place they all come from)
    for keyword, rule in tuple(rules.items()):
        # The message about a missing key comes from the schema alone, and Prefect reads the key from it.
        if keyword != "required":
            rules[keyword] = _without_value(keyword, rule)


def _without_value(keyword: str, rule: Rule) -> Rule:
    def checked(*given: Any) -> Iterator[Any]:
        for error in rule(*given) or ():
            # A rule about an object passes on the errors of the rules about its parts.
            if not error.message.startswith(REFUSED):
                error.message = f"{REFUSED}({keyword})"
            yield error

    return checked


async def _malformed(_: Request, error: Exception) -> Response:
    """Answer a malformed request; Prefect's own answer repeats the whole request."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    detail = [{"type": one["type"], "loc": _place(one["loc"], one["type"])} for one in found]
    return _answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        {"exception_message": "Invalid request received.", "exception_detail": detail},
    )


def _place(loc: Sequence[int | str], kind: str) -> list[int | str]:
    """Return the path of a malformed value, without parts that may have been typed."""
    place = [part if isinstance(part, int) or KEY.fullmatch(part) else "?" for part in loc]
    # A forbidden key was invented by the sender.
    return [*place[:-1], "?"] if kind == "extra_forbidden" else place


async def _refused(_: Request, error: Exception) -> Response:
    """Answer as FastAPI does, but without quoting what was typed as a template, a variable or JSON."""
    if not isinstance(error, HTTPException):
        raise error
    detail = error.detail
    if isinstance(error.__context__, HydrationError):
        detail = "Error hydrating parameters"
    return JSONResponse({"detail": detail}, error.status_code, headers=error.headers)


async def _only_checked(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse unchecked parameters: a switch of the form skips the check, and schedules are never checked."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    if request.method in CHANGING and path.startswith(DEPLOYMENTS):
        try:
            asked = json.loads(await request.body() or b"{}")
        except ValueError:
            # Prefect itself refuses it.
            asked = None
        if _is_unchecked(asked, as_schedule="/schedules" in path):
            return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"detail": UNCHECKED})
    return await call_next(request)


def _is_unchecked(asked: object, *, as_schedule: bool) -> bool:
    """Return whether a request, or one of a list of requests, skips the check.

    Args:
        asked: The parsed body.
        as_schedule: Whether it is a schedule, whose parameters Prefect does not check.
    """
    if isinstance(asked, list):
        return any(_is_unchecked(one, as_schedule=as_schedule) for one in asked)
    if not isinstance(asked, dict):
        return False
    if asked.get("enforce_parameter_schema") not in (None, True):
        return True
    if as_schedule and _holds_text(asked.get("parameters")):
        return True
    return _is_unchecked(asked.get("schedules"), as_schedule=True)


def _holds_text(parameters: object) -> bool:
    """Return whether parameters contain anything but numbers and booleans under plain keys."""
    if not isinstance(parameters, dict):
        return parameters is not None
    return not all(
        KEY.fullmatch(key) and (value is None or isinstance(value, int | float))
        for key, value in parameters.items()
    )


def _answer(status: int, body: object) -> Response:
    return JSONResponse(body, status)
