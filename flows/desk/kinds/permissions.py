"""Who may do what at the desk: asked inside the step itself, whatever page, command or flow it comes from."""

from __future__ import annotations

from flows.desk.kinds.errors import NotAllowedError
from flows.desk.kinds.values import Actor, Role

__all__ = ["check_may_approve", "check_may_decide", "check_may_release"]

DECIDERS = frozenset({Role.ANALYST, Role.APPROVER})

APPROVERS = frozenset({Role.APPROVER})

RELEASERS = frozenset({Role.APPROVER, Role.SYSTEM})
"""The deployment ``release-case`` acts as the system: it sends what people have approved, nothing else."""


def check_may_decide(actor: Actor) -> None:
    """Refuse who may not say what is masked.

    Raises:
        NotAllowedError: when the role is neither analyst nor approver.
    """
    if actor.role not in DECIDERS:
        msg = "通話の確認は、確認者か承認者が行います"
        raise NotAllowedError(msg)


def check_may_approve(actor: Actor) -> None:
    """Refuse who may not approve a copy.

    Raises:
        NotAllowedError: when the role is not approver.
    """
    if actor.role not in APPROVERS:
        msg = "承認できるのは承認者だけです"
        raise NotAllowedError(msg)


def check_may_release(actor: Actor) -> None:
    """Refuse who may not send an answer.

    Raises:
        NotAllowedError: when the role is neither approver nor system.
    """
    if actor.role not in RELEASERS:
        msg = "開示できるのは承認者だけです"
        raise NotAllowedError(msg)
