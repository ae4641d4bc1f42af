"""Routes on which a person changes their own password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from flows.desk.kinds.values import JAPAN
from flows.desk.people.accounts import (
    ROLES,
    account_id_of,
    change_own_password,
    get_account,
    note_wrong_password,
)
from flows.review.guarding.access import User, require
from flows.review.guarding.attempts import HeldBackError, try_password
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import site_of
from flows.review.office.accounts import same

router = APIRouter()

Anybody = Annotated[User, require(*ROLES)]
Secret = Annotated[str, Field(max_length=1000)]


class GivenPasswords(BaseModel):
    """The fields of the form."""

    old: Secret
    password: Secret
    again: Secret


@router.get("/password")
def password_page(request: Request, user: Anybody) -> Response:
    """Return the form, and since when the present password is used."""
    since = _mine(request, user)
    return site_of(request).render(request, "password.html", {"since": since})


@router.post("/password")
def change(request: Request, user: Anybody, given: Annotated[GivenPasswords, Form()]) -> Response:
    """Change the password, which ends the person's other sessions; the old one proves that it is them.

    Wrong old passwords are counted with those of the sign-in: whoever finds an open page could else guess.
    """
    _mine(request, user)
    desk, password = site_of(request).desk, same(given.password, given.again)
    if password == given.old:
        raise RefusedError(422, "bad_request", "いまのパスワードと同じです", "password")
    try:
        account = try_password(request, user.name, given.old)
    except HeldBackError as held:
        raise RefusedError(429, "held_back", held.message, "old") from None
    if account is None:
        note_wrong_password(desk, user.actor, user.name)
        raise RefusedError(422, "bad_request", "いまのパスワードが違います", "old")
    change_own_password(desk, user.actor, account, user.session_id, password)
    return RedirectResponse("/password", 303)


def _mine(request: Request, user: User) -> str:
    """Return since when the person's password is used.

    Raises:
        RefusedError: when they have none here: the company's proxy, or the company's desk, has let them in.
    """
    site = site_of(request)
    found = account_id_of(site.desk, user.name) if site.settings.review_auth == "local" else None
    account = get_account(site.desk, found) if found else None
    if account is None:
        raise RefusedError(409, "conflict", "ここではパスワードを使っていません")
    return f"{account.password_at.astimezone(JAPAN):%Y-%m-%d %H:%M}"
