"""Routes of the desk's steps, derived from their declarations."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk.book.door import do
from flows.desk.book.event import Field
from flows.desk.book.steps import STEPS, Step
from flows.desk.cases import requests
from flows.desk.cases.numbers import REQUEST_NUMBER
from flows.desk.kinds.values import Role
from flows.intake.fields import past_moment
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import Site, site_of

router = APIRouter()

SUBJECTS = {"number": f"^{REQUEST_NUMBER}$", "call_id": r"^[a-z0-9]{1,40}$"}
"""What an address names, and its form."""


NONE = inspect.Parameter.empty


def checked_at(site: Site, at: str) -> datetime | None:
    """Return a time that a person gave; an empty text means now.

    Raises:
        RefusedError: when it is no time, or has not come yet.
    """
    moment = past_moment(at.replace("T", " "), site.desk.clock()) if at.strip() else None
    if at.strip() and moment is None:
        raise RefusedError(422, "bad_request", "日時の形ではないか、未来の日時です")
    return moment


def _route(step: Step, path: str, roles: tuple[Role, ...]) -> Callable[..., Response]:
    """Return the function behind an address: it takes the step, and leads back to the page."""
    declared = step.declared
    key = next(name for name in SUBJECTS if f"{{{name}}}" in path)

    def take(*, request: Request, user: User, **given: Any) -> Response:
        site, subject = site_of(request), given.pop(key)
        moments = {each.name: checked_at(site, given[each.name]) for each in declared.fields if each.is_time}
        event = step(subject, **given | moments)
        made = do(site.desk, user.acting(next(role for role in roles if role in user.roles)), event)
        if key == "call_id":
            return RedirectResponse(f"/requests/{requests.get(site.desk, made.request_id).number}", 303)
        return RedirectResponse(path.rpartition("/")[0].format_map({key: subject}), 303)

    # What FastAPI reads the parameters from.
    parameters = {"request": (Request, NONE), "user": (Annotated[User, require(*roles)], NONE)}
    parameters[key] = (Annotated[str, Path(pattern=SUBJECTS[key])], NONE)
    parameters |= {each.name: _form(each) for each in declared.fields if each.given.label}
    take.__doc__ = step.__doc__
    take.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for name, (kind, default) in parameters.items()
        ]
    )
    return take


def _form(each: Field) -> tuple[Any, Any]:
    """Return the type, and the default, of the field of a form."""
    if each.is_time:
        return Annotated[str, Form(max_length=40)], ""
    default = NONE if each.required else each.default
    if each.type is str:
        return Annotated[str, Form(max_length=1000)], default
    if each.given.bounds:
        return Annotated[int, Form(ge=each.given.bounds[0], le=each.given.bounds[1])], default
    return Annotated[each.type, Form()], default


for _step in STEPS.values():
    for _path, _roles in _step.declared.routes.items():
        router.post(_path)(_route(_step, _path, _roles))
