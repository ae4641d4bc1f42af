"""Passwords that are tried on the page: counted first, two at a time, told in the log without a person."""

from __future__ import annotations

import logging
import threading

from fastapi import Request

from flows.desk.people.accounts import Account, account_id_of, check_password, fold_login
from flows.desk.people.sessions import begin_attempt, forget_attempt
from flows.review.guarding.access import address_of
from flows.review.guarding.site import site_of

LOG = logging.getLogger("kaiji.review")

HASHING_SLOTS = threading.BoundedSemaphore(2)
"""Limits simultaneous password checks: Argon2 needs 64 MiB and a core for each."""


class HeldBackError(Exception):
    """Too many passwords were tried with this login or from this address.

    Args:
        seconds: To wait before the next attempt.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = max(1, round(seconds))

    @property
    def message(self) -> str:
        """Told to the person."""
        return f"試した回数が多すぎます。{self.seconds}秒後にもう一度行ってください"


class HeldBack:
    """Counts the attempts that were held back, which whoever makes them could repeat without end."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def note(self) -> None:
        """Count one, and tell the count where it has doubled."""
        with self._lock:
            self._count += 1
            count = self._count
        if count & (count - 1) == 0:
            LOG.warning("passwords held back: %d since the start", count)


HELD_BACK = HeldBack()


def try_password(request: Request, login: str, password: str) -> Account | None:
    """Return the account of a login if the password is right, and ``None`` otherwise.

    Raises:
        HeldBackError: when too many were tried; the password was not looked at.
    """
    desk, folded, address = site_of(request).desk, fold_login(login), address_of(request)
    wait = begin_attempt(desk, (("login", folded), ("address", address)))
    if wait:
        HELD_BACK.note()
        raise HeldBackError(wait)
    with HASHING_SLOTS:
        account = check_password(desk, login, password)
    if account is None:
        # The id of an account tells nothing of its person; what was typed may be anything, a password too.
        LOG.warning("a password was refused: %s", account_id_of(desk, login) or "no such account")
    else:
        forget_attempt(desk, folded, address)
    return account
