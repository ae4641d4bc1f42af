"""Sessions of people whom a trusted proxy signs in; a request without a cookie stores nothing.

A request without a cookie receives one that proves for whom it was made: random bytes, the time, and a MAC
over both and the login.  The session begins when a browser sends it back.  Health checks and other clients
that keep no cookies therefore leave no rows.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Role
from flows.desk.people.sessions import begin_session


def new_cookie(desk: Desk, login: str) -> str:
    """Make a cookie for a person, without storing anything.

    Args:
        desk: The desk.
        login: The name that the proxy gives.
    """
    made = f"{secrets.token_urlsafe(32)}.{int(desk.clock().timestamp())}"
    return f"{made}.{desk.keyring.blind(_KIND, _bound(made, login))[0]}"


def begin_trusted(desk: Desk, login: str, roles: tuple[Role, ...], token: str) -> bool:
    """Begin the session of a cookie that a browser sent back.

    Args:
        desk: The desk.
        login: The name that the proxy gives.
        roles: The roles that the proxy gives.
        token: The cookie.

    Returns:
        Whether the cookie is ours, was made for this login, and is not older than a session may be.
    """
    made, _, mark = token.rpartition(".")
    marks = desk.keyring.blind(_KIND, _bound(made, login))
    if not any(hmac.compare_digest(mark.encode(), one.encode()) for one in marks):
        return False
    age = desk.clock().timestamp() - int(made.rpartition(".")[2])
    if not 0 <= age < timedelta(minutes=desk.settings.review_idle_minutes).total_seconds():
        return False
    begin_session(desk, None, login, roles, token)
    return True


_KIND = "trusted-session"


def _bound(made: str, login: str) -> str:
    return f"{made}\0{login}"
