"""The first account of a desk, which is made on the page by whoever can read the terminal of its machine.

Nobody can sign in yet, so a word proves it: it is printed where the page is started, and follows from the
desk's key, so that nothing has to be stored and every process of the desk knows the same one.
"""

from __future__ import annotations

import hmac

from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import AccountError, ConflictError
from flows.desk.kinds.values import Actor, Role
from flows.desk.people.accounts import Account, add_account, any_account, fold_login

__all__ = ["add_first_account", "first_word"]

WORD_CHARS = 24
"""Hexadecimal digits of the word: 96 bits, which nobody guesses."""


def first_word(desk: Desk) -> str:
    """Return the word that makes the first account; empty once there is an account."""
    if any_account(desk):
        return ""
    return desk.keyring.blind("first-account", "")[0][:WORD_CHARS]


def add_first_account(desk: Desk, word: str, login: str, password: str) -> Account:
    """Add the first account, an administrator's, who adds the others.

    Args:
        desk: The desk.
        word: What the terminal says.
        login: As for ``accounts.add_account``.
        password: The password in clear, which is not stored.

    Raises:
        ConflictError: when there is an account already.
        AccountError: when the word is another one, or login or password are invalid.
    """
    known = first_word(desk)
    if not known:
        msg = "利用者はもう登録されています。サインインしてください"
        raise ConflictError(msg)
    if not hmac.compare_digest(word.strip().casefold().encode(), known.encode()):
        msg = "合言葉が違います。make serve を動かした端末に出ているものを写してください"
        raise AccountError(msg)
    return add_account(desk, Actor(fold_login(login), Role.ADMIN), login, [Role.ADMIN], password)
