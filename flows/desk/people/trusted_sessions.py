"""Sessions of people whom a trusted proxy signs in: nothing is kept of a request without a cookie.

Whoever comes without one is handed one that proves by itself for whom it was made: random, with the
time, and a keyed mark over both and the login.  The session begins when a browser brings it back.  So
programs that look whether the page is there, and whatever else keeps no cookies, leave no rows.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Role
from flows.desk.people.sessions import begin_session

__all__ = ["begin_trusted", "new_cookie"]


def new_cookie(desk: Desk, login: str) -> str:
    """A cookie for somebody; the desk keeps nothing of it.

    Args:
        desk: The desk.
        login: As the proxy names them.
    """
    made = f"{secrets.token_urlsafe(32)}.{int(desk.clock().timestamp())}"
    return f"{made}.{desk.keyring.blind(_KIND, _bound(made, login))[0]}"


def begin_trusted(desk: Desk, login: str, roles: tuple[Role, ...], token: str) -> bool:
    """Begin the session of a cookie that came back.

    Args:
        desk: The desk.
        login: As the proxy names who brings it.
        roles: Likewise.
        token: The cookie.

    Returns:
        Whether it is one of ours, made for this login and not too long ago for a session to be alive.
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
