"""The first account of a desk, made on the page by a person who can read the terminal of its machine.

Nobody can sign in yet, so a word proves it: it is printed where the page is started, and follows from the
desk's key, so that nothing has to be stored and every process of the desk knows the same one.

The audit log, which is checked whole, shows that there is no account yet.  An empty table of accounts would
not: somebody may delete the accounts to become the administrator of a desk in use.  The word changes with the
line of the desk's changes (``head``), so an old one is useless after a backup was accepted.
"""

from __future__ import annotations

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.desk.integrity.audit import require_log
from flows.desk.integrity.desk import Desk
from flows.desk.integrity.head import take_head
from flows.desk.kinds.errors import AccountError, ConflictError
from flows.desk.kinds.values import Actor, Role
from flows.desk.people.accounts import Account, add_within, checked_secret, fold_login
from flows.desk.sealing.keys import Keyring
from flows.desk.storage.review_tables import AccountRow
from flows.desk.storage.tables import AuditRow

WORD_CHARS = 24
"""Hexadecimal digits of the word: 96 bits, which nobody guesses."""


def first_word(desk: Desk) -> str:
    """Return the word that makes the first account; empty once there was an account.

    Raises:
        SealBrokenError: when there is no account and the audit log was tampered with.
    """
    with desk.read() as session:
        return _word(session, desk.keyring)


def _word(session: Session, keyring: Keyring) -> str:
    if session.scalars(select(AccountRow.id).limit(1)).first() is not None:
        return ""
    require_log(session, keyring)
    if session.scalars(select(AuditRow.seq).where(AuditRow.action == "account.add").limit(1)).first():
        return ""
    return keyring.blind("first-account", take_head(session, keyring).line)[0][:WORD_CHARS]


def add_first_account(desk: Desk, word: str, login: str, password: str) -> Account:
    """Add the first account, an administrator's, who adds the others.

    Args:
        desk: The desk.
        word: The word shown on the terminal.
        login: Login as for ``accounts.add_account``.
        password: The password in clear, which is not stored.

    Raises:
        ConflictError: when there is an account, or was one.
        AccountError: when the word is wrong, or login or password are invalid.
        SealBrokenError: when there is no account and the audit log was tampered with.
    """
    secret = checked_secret(login, password)
    with desk.change(Actor(fold_login(login), Role.ADMIN)) as change:
        known = _word(change.session, change.keyring)
        if not known:
            msg = "利用者はもう登録されています。サインインしてください"
            raise ConflictError(msg)
        if not hmac.compare_digest(word.strip().casefold().encode(), known.encode()):
            msg = "合言葉が違います。make serve を動かした端末に出ているものを写してください"
            raise AccountError(msg)
        return add_within(change, secret, [Role.ADMIN])
