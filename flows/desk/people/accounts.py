"""Accounts of the review page: logins, roles, and passwords of which only a hash is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.terms import add_unique, find_unique
from flows.desk.integrity.tree import remove
from flows.desk.kinds.errors import AccountError, NotFoundError
from flows.desk.kinds.values import Actor, Role
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.storage.review_tables import AccountRow, SessionRow
from flows.desk.storage.tables import new_id

__all__ = [
    "ROLES",
    "Account",
    "add_account",
    "any_account",
    "check_password",
    "disable_account",
    "fold_login",
    "get_account",
    "list_accounts",
    "set_password",
]

ROLES = (Role.ANALYST, Role.APPROVER, Role.ADMIN)
"""Those an account can have, one or several."""

LOGIN = re.compile(r"\w[\w.@-]{0,63}")
LOGIN_KIND = "login"

MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS = 12, 256
"""Characters of a password: NIST SP 800-63B asks for 8, OWASP for 12 where there is no second factor;
Argon2 has no limit of its own, so a longer one could only keep the server busy."""

HASHER = PasswordHasher()
"""Argon2id with the parameters of RFC 9106 for little memory: 64 MiB, three passes, four lanes."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in.

    Attributes:
        login: What they sign in with, and what stands with their decisions.
        disabled: They may not any more; what they did stays theirs.
    """

    account_id: str
    login: str = field(repr=False)
    roles: tuple[Role, ...]
    made_at: datetime
    disabled: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """What an account's row seals."""

    login: str = field(repr=False)
    password_hash: str = field(repr=False)


SECRET: TypeAdapter[Secret] = TypeAdapter(Secret)


def fold_login(login: str) -> str:
    """A login as it is compared: two that look the same are the same."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def add_account(desk: Desk, actor: Actor, login: str, roles: Iterable[Role], password: str) -> Account:
    """Let somebody sign in.

    Args:
        desk: The desk.
        actor: Who allows it.
        login: Letters of any script, digits and ``. _ @ -``; width and capitals do not matter.
        roles: One or several of ``ROLES``.
        password: In clear; not kept.

    Raises:
        AccountError: when login, roles or password are no good.
        DuplicateError: when the login is taken.
    """
    folded, wanted = fold_login(login), _checked_roles(roles)
    if not LOGIN.fullmatch(folded):
        msg = "ログイン名は文字・数字と . _ @ - で64文字までです"
        raise AccountError(msg)
    secret = Secret(folded, _hash(password))
    with desk.change(actor) as change:
        row = AccountRow(
            id=new_id("u"),
            roles=",".join(wanted),
            made_at=change.now,
            password_at=change.now,
            disabled_at=None,
        )
        add_unique(change, row.id, LOGIN_KIND, folded)
        put_sealed(row, secret, SECRET, change.keyring)
        change.session.add(row)
        change.record("account.add", Subject(), {"account": row.id, "roles": row.roles})
        return account_of(row, change.keyring)


def _checked_roles(roles: Iterable[Role]) -> tuple[str, ...]:
    wanted = set(roles)
    if not wanted or not wanted <= set(ROLES):
        msg = f"役割は {'、'.join(ROLES)} から1つ以上です"
        raise AccountError(msg)
    return tuple(role.value for role in ROLES if role in wanted)


def _hash(password: str) -> str:
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        msg = f"パスワードは{MIN_PASSWORD_CHARS}文字以上{MAX_PASSWORD_CHARS}文字までです"
        raise AccountError(msg)
    return HASHER.hash(_plain(password))


def _plain(password: str) -> str:
    """The same whatever keyboard or system it was typed on."""
    return unicodedata.normalize("NFKC", password)


def set_password(desk: Desk, actor: Actor, login: str, password: str) -> Account:
    """Give an account another password; it is signed out everywhere.

    Raises:
        AccountError: when the password is no good.
        NotFoundError: when there is no such account.
    """
    hashed = _hash(password)
    with desk.change(actor) as change:
        row = _row(change.session, change.keyring, login)
        kept = take_sealed(row, SECRET, change.keyring)
        put_sealed(row, Secret(kept.login, hashed), SECRET, change.keyring)
        row.password_at = change.now
        _sign_out(change, row)
        change.record("account.password", Subject(), {"account": row.id})
        return account_of(row, change.keyring)


def disable_account(desk: Desk, actor: Actor, login: str) -> Account:
    """Let somebody sign in no longer; they are signed out everywhere.

    Raises:
        NotFoundError: when there is no such account.
    """
    with desk.change(actor) as change:
        row = _row(change.session, change.keyring, login)
        row.disabled_at = row.disabled_at or change.now
        _sign_out(change, row)
        change.record("account.disable", Subject(), {"account": row.id})
        return account_of(row, change.keyring)


def _sign_out(change: Change, row: AccountRow) -> None:
    remove(change.session, change.session.scalars(select(SessionRow).where(SessionRow.account_id == row.id)))


def list_accounts(desk: Desk) -> tuple[Account, ...]:
    """All accounts, in the order in which they were added."""
    with desk.read() as session:
        rows = session.scalars(select(AccountRow).order_by(AccountRow.made_at, AccountRow.id))
        return tuple(account_of(row, desk.keyring) for row in rows)


def any_account(desk: Desk) -> bool:
    """Whether anybody may sign in at all."""
    with desk.read() as session:
        return session.scalars(select(AccountRow.id).limit(1)).first() is not None


def get_account(desk: Desk, account_id: str) -> Account | None:
    """An account by its id, where there is one that may sign in."""
    with desk.read() as session:
        row = session.get(AccountRow, account_id)
        return None if row is None or row.disabled_at is not None else account_of(row, desk.keyring)


def check_password(desk: Desk, login: str, password: str) -> Account | None:
    """The account of a login, if the password is its own.

    It takes as long whether there is such an account or not, and whether it is disabled.
    """
    with desk.read() as session:
        found = find_unique(session, desk.keyring, LOGIN_KIND, fold_login(login))
        row = session.get(AccountRow, found) if found else None
        account = account_of(row, desk.keyring) if row else None
        if row is None or account is None or account.login != fold_login(login):
            # None, or somebody has moved the mark that a login is found by.
            kept, account = _nobodys(), None
        else:
            kept = take_sealed(row, SECRET, desk.keyring).password_hash
    right = len(password) <= MAX_PASSWORD_CHARS and _verify(kept, _plain(password))
    return account if right and account is not None and not account.disabled else None


_NOBODY: list[str] = []


def _nobodys() -> str:
    """A hash that no password is known of, made with the parameters in use."""
    if not _NOBODY:
        _NOBODY.append(HASHER.hash(new_id("")))
    return _NOBODY[0]


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def _row(session: Session, keyring: Keyring, login: str) -> AccountRow:
    found = find_unique(session, keyring, LOGIN_KIND, fold_login(login))
    row = session.get(AccountRow, found) if found else None
    if row is None:
        msg = "そのログイン名の利用者はいません"
        raise NotFoundError(msg)
    return row


def account_of(row: AccountRow, keyring: Keyring) -> Account:
    """A row as the value that leaves the package."""
    roles = tuple(Role(role) for role in row.roles.split(","))
    login = take_sealed(row, SECRET, keyring).login
    return Account(row.id, login, roles, row.made_at, row.disabled_at is not None)
