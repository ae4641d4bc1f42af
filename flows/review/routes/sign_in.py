"""Routes for signing in and out."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from flows.desk.kinds.values import Role
from flows.desk.people.accounts import ROLES, any_account
from flows.desk.people.sessions import SignedIn, note_failure, sign_in, sign_out
from flows.review.guarding.access import User, cookie_name, current_user, home_of, require
from flows.review.guarding.attempts import HeldBackError, try_password
from flows.review.guarding.site import site_of

router = APIRouter()

OWN_PAGE = re.compile(
    r"/(?!(?:api|audio|static|visit-audio)/|sign-|first$)(?:[A-Za-z0-9-]{1,40}(?:/[A-Za-z0-9-]{1,40}){0,2})?"
)
"""Paths to which a person may be redirected after signing in: our own pages only."""

WRONG = "利用者名かパスワードが違います"


def _next(wanted: str, roles: tuple[Role, ...]) -> str:
    """Return where to go after signing in: one of our own pages, else where the person's work begins."""
    return wanted if OWN_PAGE.fullmatch(wanted) and wanted != "/" else home_of(roles)


@router.get("/")
def home(user: Annotated[User | None, Depends(current_user)]) -> Response:
    """Redirect to the queue, or to the sign-in form."""
    return RedirectResponse(home_of(user.roles) if user else "/sign-in", 303)


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    user: Annotated[User | None, Depends(current_user)],
    next: str = "",  # noqa: A002
) -> Response:
    """Return the sign-in form."""
    if user is not None:
        return RedirectResponse(_next(next, user.roles), 303)
    return _form(request, next, "", 200)


def _form(request: Request, wanted: str, error: str, status: int) -> Response:
    site = site_of(request)
    first_run = site.settings.review_auth == "local" and not any_account(site.desk)
    own = wanted if OWN_PAGE.fullmatch(wanted) else ""
    # A session that expired leaves its cookie; signing out removes it.
    late = bool(own and request.cookies.get(cookie_name(site.settings), ""))
    values = {"next": own, "error": error, "first_run": first_run, "late": late}
    return site.render(request, "sign_in.html", values, status=status)


@router.post("/sign-in")
def sign_in_try(
    request: Request,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=200)] = "",  # noqa: A002
) -> Response:
    """Begin a new session, or refuse it without saying whether the login or the password was wrong."""
    site = site_of(request)
    before: User | None = getattr(request.state, "user", None)
    request.state.user = None
    if site.settings.review_auth != "local":
        return _form(request, next, "このページには会社の入口を通って入ってください", 403)
    try:
        account = try_password(request, login, password)
    except HeldBackError as held:
        response = _form(request, next, held.message, 429)
        response.headers["retry-after"] = str(held.seconds)
        return response
    if account is None:
        note_failure(site.desk)
        return _form(request, next, WRONG, 401)
    if before is not None:
        sign_out(site.desk, SignedIn(before.session_id, before.name, before.roles), before.actor)
    request.state.new_session = sign_in(site.desk, account)
    request.state.new_form = ""
    return RedirectResponse(_next(next, account.roles), 303)


@router.post("/sign-out")
def sign_out_now(request: Request, user: Annotated[User, require(*ROLES)]) -> Response:
    """End the session."""
    sign_out(site_of(request).desk, SignedIn(user.session_id, user.name, user.roles), user.actor)
    request.state.new_session = ""
    return RedirectResponse("/sign-in", 303)
