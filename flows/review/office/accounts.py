"""Routes for accounts: who may sign in, in which roles.  An account is named by its id in an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import NotFoundError
from flows.desk.kinds.values import JAPAN, Role
from flows.desk.people.accounts import (
    ROLES,
    Account,
    add_account,
    disable_account,
    list_accounts,
    set_password,
)
from flows.review.guarding.access import User, require
from flows.review.guarding.faults import RefusedError
from flows.review.guarding.site import site_of

router = APIRouter()

Admin = Annotated[User, require(Role.ADMIN)]
AccountId = Annotated[str, Path(pattern=r"^[a-z0-9]{1,40}$")]
Password = Annotated[str, Form(max_length=1000)]


class GivenAccount(BaseModel):
    """The fields of a new account."""

    login: Annotated[str, Field(max_length=200)]
    role: Annotated[list[Role], Field(max_length=8)] = []
    password: Annotated[str, Field(max_length=1000)]
    again: Annotated[str, Field(max_length=1000)]


def same(password: str, again: str) -> str:
    """Return a password that was written twice.

    Raises:
        RefusedError: when the two differ.
    """
    if password != again:
        raise RefusedError(422, "bad_request", "2つのパスワードが一致しません", "again")
    return password


@router.get("/accounts")
def accounts_page(request: Request, user: Admin) -> Response:
    """Return all accounts, and the form for another one."""
    site = site_of(request)
    values = {
        "accounts": [
            {
                "account_id": each.account_id,
                "login": each.login,
                "roles": "、".join(role.label for role in each.roles),
                "made_on": f"{each.made_at.astimezone(JAPAN):%Y-%m-%d}",
                "disabled": each.disabled,
                "mine": each.login == user.name,
            }
            for each in list_accounts(site.desk)
        ],
        "roles": [(role.value, role.label) for role in (Role.INTAKE, *ROLES[:-1])],
        "by_proxy": site.settings.review_auth != "local",
    }
    return site.render(request, "accounts.html", values)


@router.post("/accounts")
def add(request: Request, user: Admin, given: Annotated[GivenAccount, Form()]) -> Response:
    """Add an account."""
    password = same(given.password, given.again)
    add_account(site_of(request).desk, user.acting(Role.ADMIN), given.login, given.role, password)
    return _back()


@router.post("/accounts/{account_id}/disable")
def disable(request: Request, user: Admin, account_id: AccountId) -> Response:
    """Disable an account; not one's own, because then nobody might be left to enable another."""
    desk = site_of(request).desk
    account = _account(desk, account_id)
    if account.login == user.name:
        raise RefusedError(409, "conflict", "自分自身は停止できません。ほかの管理者が行ってください")
    disable_account(desk, user.acting(Role.ADMIN), account.login)
    return _back()


@router.post("/accounts/{account_id}/password")
def change_password(
    request: Request, user: Admin, account_id: AccountId, password: Password, again: Password
) -> Response:
    """Change an account's password, which signs its person out everywhere."""
    desk = site_of(request).desk
    account = _account(desk, account_id)
    set_password(desk, user.acting(Role.ADMIN), account.login, same(password, again))
    return _back()


def _account(desk: Desk, account_id: str) -> Account:
    found = [each for each in list_accounts(desk) if each.account_id == account_id]
    if not found:
        msg = "その利用者はいません"
        raise NotFoundError(msg)
    return found[0]


def _back() -> Response:
    return RedirectResponse("/accounts", 303)
