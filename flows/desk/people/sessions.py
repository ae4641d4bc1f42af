"""Sessions of the review page, and the limit on attempts to sign in.

The cookie is 256 random bits.  The database stores only its SHA-256, so a copy of the database lets nobody
sign in.  Sessions expire by the desk's own time (``head.passed``): an expired session does not become valid
again when a clock is set back.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.chain import Subject
from flows.desk.integrity.desk import Change, Desk
from flows.desk.integrity.opening import SYSTEM
from flows.desk.integrity.tree import remove, require_folders
from flows.desk.kinds.values import Actor, Role
from flows.desk.people.accounts import Account, get_account, require_unchanged
from flows.desk.sealing.keys import Keyring
from flows.desk.sealing.sealed import put_sealed, take_sealed
from flows.desk.sealing.shape import Shape
from flows.desk.storage.review_tables import AttemptRow, SessionRow

TOUCH_INTERVAL = timedelta(seconds=60)
"""Interval at which the last use of a session is stored, so that not every request writes."""

ATTEMPTS_BEFORE_DELAY = {"login": 5, "address": 20}
"""Failed attempts before the first delay, by login and by address, which many people may share."""

FIRST_DELAY_SECONDS, MAX_DELAY_SECONDS = 2.0, 900.0
"""Seconds of the first delay, and of the longest one; each failure doubles the delay."""

ATTEMPT_MEMORY = timedelta(hours=24)

MAX_SESSIONS = 16
"""Simultaneous sessions of one person, so that the table cannot grow with each request."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The signed-in sender of a request.

    Attributes:
        session_id: SHA-256 of the cookie.
        login: Login of the account, or the name that a trusted proxy gives.
        roles: The present roles.
    """

    session_id: str
    login: str = field(repr=False)
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class _Who:
    login: str
    roles: tuple[Role, ...]


WHO: Shape[_Who] = Shape(_Who)


def session_id_of(token: str) -> str:
    """Return the id under which the database stores a cookie's session."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(desk: Desk, account: Account) -> str:
    """Begin a session of an account whose password was just checked, and return its new cookie.

    Raises:
        ConflictError: when the account was disabled, or its password changed, since then: a session that
            begins after all of theirs were ended would outlast it.
    """
    return _begin(desk, account.account_id, _Who(account.login, account.roles), checked=account)


def begin_session(
    desk: Desk, account_id: str | None, login: str, roles: tuple[Role, ...], token: str
) -> None:
    """Begin the session of a cookie that was issued before; for ``trusted_sessions``."""
    _begin(desk, account_id, _Who(login, roles), token)


def _begin(
    desk: Desk, account_id: str | None, who: _Who, given: str = "", checked: Account | None = None
) -> str:
    token = given or secrets.token_urlsafe(32)
    role = who.roles[0] if who.roles else Role.ANALYST
    with desk.change(Actor(who.login, role)) as change:
        if checked is not None:
            require_unchanged(change.session, checked)
        now = change.desk_time
        oldest = now - timedelta(hours=desk.settings.review_session_hours)
        over = select(SessionRow).where(SessionRow.started_at < oldest)
        remove(change.session, change.session.scalars(over))
        if change.session.get(SessionRow, session_id_of(token)) is not None:
            # Another request with the same new cookie was faster.
            return token
        _keep_newest(change, account_id, who.login)
        row = SessionRow(id=session_id_of(token), account_id=account_id, started_at=now, seen_at=now)
        put_sealed(row, who, WHO, change.keyring)
        change.session.add(row)
        change.record("session.begin", Subject())
    return token


def _keep_newest(change: Change, account_id: str | None, login: str) -> None:
    """End a person's oldest sessions to make room for one more."""
    statement = select(SessionRow).where(SessionRow.account_id == account_id).order_by(SessionRow.started_at)
    rows = change.session.scalars(statement).all()
    theirs = [row for row in rows if account_id or take_sealed(row, WHO, change.keyring).login == login]
    for row in theirs[: max(0, len(theirs) + 1 - MAX_SESSIONS)]:
        change.session.delete(row)


def find_session(desk: Desk, token: str) -> SignedIn | None:
    """Return the person of a cookie's session, or ``None`` when it has expired, was idle too long or ended.

    The roles are the account's present ones, and a disabled account has no session.
    """
    session_id = session_id_of(token)
    with desk.read() as session:
        row, now = session.get(SessionRow, session_id), desk.time(session)
        if row is None:
            return None
        lasts = _lasts(desk, row, now)
        who, seen_at, account_id = take_sealed(row, WHO, desk.keyring), row.seen_at, row.account_id
    if not lasts:
        # The row is deleted, so that the session cannot become valid again.
        _end(desk, session_id)
        return None
    if account_id is not None:
        account = get_account(desk, account_id)
        if account is None:
            return None
        who = _Who(account.login, account.roles)
    if now - seen_at > TOUCH_INTERVAL:
        _touch(desk, session_id)
    return SignedIn(session_id, who.login, who.roles)


def _lasts(desk: Desk, row: SessionRow, now: datetime) -> bool:
    whole = timedelta(hours=desk.settings.review_session_hours)
    idle = timedelta(minutes=desk.settings.review_idle_minutes)
    return now - row.started_at < whole and now - row.seen_at < idle


def _touch(desk: Desk, session_id: str) -> None:
    with desk.change(SYSTEM) as change:
        row = change.session.get(SessionRow, session_id)
        if row is not None:
            row.seen_at = change.desk_time


def _end(desk: Desk, session_id: str) -> None:
    with desk.change(SYSTEM) as change:
        remove(change.session, change.session.scalars(select(SessionRow).where(SessionRow.id == session_id)))


def sign_out(desk: Desk, signed_in: SignedIn, actor: Actor) -> None:
    """End a session."""
    with desk.change(actor) as change:
        mine = select(SessionRow).where(SessionRow.id == signed_in.session_id)
        remove(change.session, change.session.scalars(mine))
        change.record("session.end", Subject())


# --- attempts to sign in -------------------------------------------------------------------


def begin_attempt(desk: Desk, tried: Sequence[tuple[str, str]]) -> float:
    """Count an attempt to sign in before it is made, so that simultaneous attempts cannot avoid the limit.

    Args:
        desk: The desk.
        tried: ``("login", …)`` and ``("address", …)``; the login need not exist.

    Returns:
        Seconds to wait before the next attempt with this login or from this address; 0 when it is allowed.
    """
    with desk.change(SYSTEM) as change:
        session, now = change.session, change.desk_time
        remove(session, session.scalars(select(AttemptRow).where(AttemptRow.last_at < now - ATTEMPT_MEMORY)))
        known = [(kind, _mark(desk.keyring, kind, value)) for kind, value in tried]
        rows = {mark: _attempts(session, mark) for _, mark in known}
        wait = max(0.0, *(_left(kind, rows[mark], now) for kind, mark in known))
        if wait == 0.0:
            # A refused attempt leaves no row: logins can be invented without end.
            for _, mark in known:
                row = rows[mark] or AttemptRow(id=mark, failures=0, last_at=now)
                row.failures, row.last_at = row.failures + 1, now
                session.add(row)
    return wait


def _attempts(session: Session, mark: str) -> AttemptRow | None:
    require_folders(session, [f"attempt:{mark}"])
    return session.get(AttemptRow, mark)


def _left(kind: str, row: AttemptRow | None, now: datetime) -> float:
    """Return the seconds that are left to wait."""
    return 0.0 if row is None else _pause(kind, row.failures) - (now - row.last_at).total_seconds()


def _pause(kind: str, failures: int) -> float:
    over = failures - ATTEMPTS_BEFORE_DELAY[kind]
    return 0.0 if over < 0 else min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(over, 20))


def note_failure(desk: Desk) -> None:
    """Record a failed sign-in in the audit log, without a person."""
    with desk.change(SYSTEM) as change:
        change.record("session.refuse", Subject())


def forget_attempt(desk: Desk, login: str, address: str) -> None:
    """Delete the attempts of a login that has signed in, and this attempt of its address."""
    with desk.change(SYSTEM) as change:
        session = change.session
        row = session.get(AttemptRow, _mark(desk.keyring, "login", login))
        if row is not None:
            session.delete(row)
        shared = session.get(AttemptRow, _mark(desk.keyring, "address", address))
        if shared is not None:
            shared.failures = max(0, shared.failures - 1)


def _mark(keyring: Keyring, kind: str, value: str) -> str:
    return keyring.blind(f"attempt-{kind}", value)[0]
