"""Accounts of the review page: logins, roles, and hashes of passwords."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.terms import add_unique, find_unique
from flows.desk.integrity.tree import remove
from flows.desk.kinds.errors import AccountError, ConflictError, NotFoundError
from flows.desk.kinds.values import Actor, Role
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.review_tables import AccountRow, SessionRow
from flows.desk.storage.tables import new_id

ROLES = (Role.ANALYST, Role.APPROVER, Role.ADMIN, Role.INTAKE)
"""Roles of accounts, which may have several."""

LOGIN = re.compile(r"\w[\w.@-]{0,63}")
LOGIN_KIND = "login"

MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS = 12, 256
"""Bounds of a password's length: NIST SP 800-63B asks for 8 characters, OWASP for 12 without a second factor.
Argon2 has no upper limit, so a very long password would only keep the server busy."""

HASHER = PasswordHasher()
"""Argon2id with RFC 9106's parameters for little memory: 64 MiB, three passes, four lanes."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account.

    Attributes:
        login: Name for signing in, which is recorded with the person's decisions.
        password_at: When the present password was set.
        disabled: Whether the person may not sign in any more; their records are kept.
    """

    account_id: str
    login: str = field(repr=False)
    roles: tuple[Role, ...]
    made_at: datetime
    password_at: datetime
    disabled: bool


@dataclass(frozen=True, slots=True)
class Secret:
    """The sealed part of an account's row."""

    login: str = field(repr=False)
    password_hash: str = field(repr=False)


SECRET: Shape[Secret] = Shape(Secret)


def fold_login(login: str) -> str:
    """Normalise a login for comparison, so that logins that look the same are equal."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def add_account(desk: Desk, actor: Actor, login: str, roles: Iterable[Role], password: str) -> Account:
    """Add an account.

    Args:
        desk: The desk.
        actor: The person who adds it.
        login: Letters of any script, digits and ``. _ @ -``; width and case are ignored.
        roles: One or more of ``ROLES``.
        password: The password in clear, which is not stored.

    Raises:
        AccountError: when login, roles or password are invalid.
        DuplicateError: when the login is taken.
    """
    wanted = _checked_roles(roles)
    secret = checked_secret(login, password)
    with desk.change(actor) as change:
        return add_within(change, secret, wanted)


def checked_secret(login: str, password: str) -> Secret:
    """Check a new account's login and password; for the other modules of ``flows.desk.people``.

    Raises:
        AccountError: when one is invalid.
    """
    folded = fold_login(login)
    if not LOGIN.fullmatch(folded):
        msg = "利用者名は文字・数字と . _ @ - で64文字までです"
        raise AccountError(msg)
    return Secret(folded, _hash(password))


def add_within(change: Change, secret: Secret, roles: Iterable[str]) -> Account:
    """Add an account within a change; for the other modules of ``flows.desk.people``."""
    row = AccountRow(
        id=new_id("u"),
        roles=",".join(roles),
        made_at=change.now,
        password_at=change.now,
        disabled_at=None,
    )
    add_unique(change, row.id, LOGIN_KIND, secret.login)
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
    """Normalise a password, so that it is the same on every keyboard and system."""
    return unicodedata.normalize("NFKC", password)


def set_password(desk: Desk, actor: Actor, login: str, password: str) -> Account:
    """Change an account's password, and end all its sessions.

    Raises:
        AccountError: when the password is invalid.
        NotFoundError: when there is no such account.
    """
    hashed = _hash(password)
    with desk.change(actor) as change:
        row = _row(change.session, change.keyring, login)
        _put_password(change, row, hashed)
        _sign_out(change, row)
        change.record("account.password", Subject(), {"account": row.id})
        return account_of(row, change.keyring)


def change_own_password(
    desk: Desk, actor: Actor, account: Account, session_id: str, password: str
) -> Account:
    """Change a person's password as they ask, and end all their sessions but the one in which they ask.

    Args:
        desk: The desk.
        actor: The person.
        account: Their account, as ``check_password`` returned it for the old password.
        session_id: The session that goes on.
        password: The new password in clear, which is not stored.

    Raises:
        AccountError: when the password is invalid.
        ConflictError: when the account was disabled, or its password changed, since the old one was checked.
    """
    hashed = _hash(password)
    with desk.change(actor) as change:
        row = require_unchanged(change.session, account)
        _put_password(change, row, hashed)
        _sign_out(change, row, but=session_id)
        change.record("account.own_password", Subject(), {"account": row.id})
        return account_of(row, change.keyring)


def note_wrong_password(desk: Desk, actor: Actor, login: str) -> None:
    """Record that somebody signed in gave another old password than theirs."""
    with desk.change(actor) as change:
        change.record(
            "account.refuse", Subject(), {"account": _row(change.session, change.keyring, login).id}
        )


def require_unchanged(session: Session, account: Account) -> AccountRow:
    """Return the row of an account whose password was just checked.

    Raises:
        ConflictError: when the account was disabled, or its password changed, since then.
    """
    row = session.get(AccountRow, account.account_id)
    if row is None or row.disabled_at is not None or row.password_at != account.password_at:
        msg = "その間に、この利用者のパスワードが変わったか、停止されました"
        raise ConflictError(msg)
    return row


def disable_account(desk: Desk, actor: Actor, login: str) -> Account:
    """Disable an account, and end all its sessions.

    Raises:
        NotFoundError: when there is no such account.
    """
    with desk.change(actor) as change:
        row = _row(change.session, change.keyring, login)
        row.disabled_at = row.disabled_at or change.now
        _sign_out(change, row)
        change.record("account.disable", Subject(), {"account": row.id})
        return account_of(row, change.keyring)


def _put_password(change: Change, row: AccountRow, hashed: str) -> None:
    login = take_sealed(row, SECRET, change.keyring).login
    put_sealed(row, Secret(login, hashed), SECRET, change.keyring)
    row.password_at = change.now


def _sign_out(change: Change, row: AccountRow, but: str = "") -> None:
    theirs = select(SessionRow).where(SessionRow.account_id == row.id, SessionRow.id != but)
    remove(change.session, change.session.scalars(theirs))


def list_accounts(desk: Desk) -> tuple[Account, ...]:
    """List all accounts in the order in which they were added."""
    with desk.read() as session:
        rows = session.scalars(select(AccountRow).order_by(AccountRow.made_at, AccountRow.id))
        return tuple(account_of(row, desk.keyring) for row in rows)


def any_account(desk: Desk) -> bool:
    """Return whether there is an account that may sign in."""
    with desk.read() as session:
        return session.scalars(select(AccountRow.id).limit(1)).first() is not None


def get_account(desk: Desk, account_id: str) -> Account | None:
    """Return an enabled account by its id, or ``None``."""
    with desk.read() as session:
        row = session.get(AccountRow, account_id)
        return None if row is None or row.disabled_at is not None else account_of(row, desk.keyring)


def account_id_of(desk: Desk, login: str) -> str | None:
    """Return the id of a login's account, disabled or not; ``None`` when there is none."""
    with desk.read() as session:
        return find_unique(session, desk.keyring, LOGIN_KIND, fold_login(login))


def check_password(desk: Desk, login: str, password: str) -> Account | None:
    """Return the account of a login if the password is right.

    It takes the same time for an unknown login, a disabled account and a wrong password.
    """
    with desk.read() as session:
        found = find_unique(session, desk.keyring, LOGIN_KIND, fold_login(login))
        row = session.get(AccountRow, found) if found else None
        account = account_of(row, desk.keyring) if row else None
        if row is None or account is None or account.login != fold_login(login):
            # There is no account, or the search mark of the login was moved to another row.
            kept, account = _nobodys(), None
        else:
            kept = take_sealed(row, SECRET, desk.keyring).password_hash
    right = len(password) <= MAX_PASSWORD_CHARS and _verify(kept, _plain(password))
    return account if right and account is not None and not account.disabled else None


_NOBODY: list[str] = []


def _nobodys() -> str:
    """Return a hash of an unknown password, made with the present parameters."""
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
        msg = "その利用者名の利用者はいません"
        raise NotFoundError(msg)
    return row


def account_of(row: AccountRow, keyring: Keyring) -> Account:
    """Turn a row into the public value."""
    roles = tuple(Role(role) for role in row.roles.split(","))
    login = take_sealed(row, SECRET, keyring).login
    return Account(row.id, login, roles, row.made_at, row.password_at, row.disabled_at is not None)
