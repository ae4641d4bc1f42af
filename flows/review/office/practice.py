"""Routes on which people begin to practise, go to the practice desk and back, and remove it.

They belong to the company's desk, which keeps no trace of them; the practice desk has records of its own.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk.kinds.values import Role
from flows.desk.people.accounts import ROLES
from flows.desk.people.sessions import begin_session
from flows.review.guarding.access import User, cookie_name, require
from flows.review.guarding.door import DOOR, door_mark, practises
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.practising import Practising
from flows.review.guarding.site import Site, site_of

router = APIRouter()

Beginner = Annotated[User, require(Role.INTAKE, Role.ADMIN)]
Anybody = Annotated[User, require(*ROLES)]

ROLES_TO_TRY = (Role.ANALYST, Role.APPROVER, Role.INTAKE)
"""Roles of everybody in the practice desk, in addition to their own.  The administrator's is left out: it
names folders of the machine, and practising must not grant access to them."""


@router.get("/practice")
def practice_page(request: Request, _: Anybody) -> Response:
    """Return how to begin, to go there and back, and to remove it."""
    practising = _practising(request)
    values = {
        "there": practising.there,
        "refusal": "" if practising.there else practising.refusal,
        "inside": practising.there and practises(request.scope, site_of(request).settings),
    }
    return site_of(request).render(request, "practice.html", values)


@router.post("/practice/begin")
def begin(request: Request, user: Beginner) -> Response:
    """Make the practice desk, and go there."""
    _practising(request).begin(user.acting(Role.INTAKE))
    return _enter(request, user)


@router.post("/practice/enter")
def enter(request: Request, user: Anybody) -> Response:
    """Go to the practice desk."""
    return _enter(request, user)


@router.post("/practice/leave")
def leave(request: Request, _: Anybody) -> Response:
    """Come back to the company's desk."""
    return _left(site_of(request), "/")


@router.post("/practice/end")
def end(request: Request, _: Beginner) -> Response:
    """Remove the practice desk without a trace."""
    _practising(request).end()
    return _left(site_of(request), "/practice")


def _enter(request: Request, user: User) -> Response:
    page, site = _practising(request).page(), site_of(request)
    if page is None:
        raise RefusedError(409, "conflict", "練習の窓口はありません。先に練習を始めてください")
    response = RedirectResponse("/requests", 303)
    _give(response, site, cookie_name(site.settings, DOOR), door_mark(_session(request)))
    if site.settings.review_auth == "local":
        # Behind the company's proxy, the proxy names the person there too.
        there, token = page.state.site.desk, secrets.token_urlsafe(32)
        roles = tuple(role for role in ROLES if role in {*ROLES_TO_TRY, *user.roles})
        begin_session(there, None, user.name, roles, token)
        _give(response, site, cookie_name(there.settings), token)
    return response


def _left(site: Site, to: str) -> Response:
    response = RedirectResponse(to, 303)
    _give(response, site, cookie_name(site.settings, DOOR), "")
    return response


def _give(response: Response, site: Site, name: str, value: str) -> None:
    """Set a cookie as all of ours; an empty one is deleted."""
    response.set_cookie(
        name,
        value,
        max_age=None if value else 0,
        httponly=True,
        samesite="strict",
        secure=site.settings.review_https,
    )


def _session(request: Request) -> str:
    return request.cookies.get(cookie_name(site_of(request).settings), "")


def _practising(request: Request) -> Practising:
    practising = site_of(request).practising
    if practising is None:
        raise RefusedError(409, "conflict", "ここはもう練習用の窓口です")
    return practising
