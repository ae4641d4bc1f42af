"""Checks of roles, made inside each step of the desk, whether a page, a command or a flow calls it."""

from __future__ import annotations

from flows.desk.kinds.errors import NotAllowedError
from flows.desk.kinds.values import Actor, Role

__all__ = [
    "check_may_approve",
    "check_may_decide",
    "check_may_list",
    "check_may_play",
    "check_may_recheck",
    "check_may_release",
    "check_may_report",
]

DECIDERS = frozenset({Role.ANALYST, Role.APPROVER})

APPROVERS = frozenset({Role.APPROVER})

RECHECKERS = frozenset({Role.APPROVER, Role.ADMIN})
"""Roles that may also read the ledger: the result is about requests of the whole company."""

RELEASERS = frozenset({Role.APPROVER, Role.SYSTEM})
"""The flow ``release-case`` acts as the system; it releases only answers that people have approved."""


def check_may_decide(actor: Actor) -> None:
    """Refuse a person who may not decide on masks.

    Raises:
        NotAllowedError: when the role is neither analyst nor approver.
    """
    if actor.role not in DECIDERS:
        msg = "通話の確認は、確認か承認の役割の人が行います"
        raise NotAllowedError(msg)


def check_may_approve(actor: Actor) -> None:
    """Refuse a person who may not approve a copy.

    Raises:
        NotAllowedError: when the role is not approver.
    """
    if actor.role not in APPROVERS:
        msg = "承認できるのは承認者だけです"
        raise NotAllowedError(msg)


def check_may_list(actor: Actor) -> None:
    """Refuse a person who may not decide for all requests of the company.

    Raises:
        NotAllowedError: when the role is not approver.
    """
    if actor.role not in APPROVERS:
        msg = "会社全体の一覧に加えられるのは承認者だけです"
        raise NotAllowedError(msg)


def check_may_release(actor: Actor) -> None:
    """Refuse a person or flow that may not release an answer.

    Raises:
        NotAllowedError: when the role is neither approver nor system.
    """
    if actor.role not in RELEASERS:
        msg = "開示できるのは承認者だけです"
        raise NotAllowedError(msg)


def check_may_play(actor: Actor) -> None:
    """Refuse a person who may not play a released copy to the requester.

    Raises:
        NotAllowedError: when the role is not approver.
    """
    if actor.role not in APPROVERS:
        msg = "対面で聞かせることができるのは承認者だけです"
        raise NotAllowedError(msg)


def check_may_report(actor: Actor) -> None:
    """Refuse a person who may not record a breach, or decide on it.

    Raises:
        NotAllowedError: when the role is not approver.
    """
    if actor.role not in APPROVERS:
        msg = "漏えい等を記録し、報告を判断できるのは承認者だけです"
        raise NotAllowedError(msg)


def check_may_recheck(actor: Actor) -> None:
    """Refuse a person who may not check whether released calls would be masked differently now.

    Raises:
        NotAllowedError: when the role is neither approver nor administrator.
    """
    if actor.role not in RECHECKERS:
        msg = "開示したものを見直せるのは承認者と管理者だけです"
        raise NotAllowedError(msg)
