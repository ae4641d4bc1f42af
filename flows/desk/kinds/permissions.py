"""Checks of roles inside those steps of the desk that are not declared; a declared step names its own."""

from __future__ import annotations

import enum

from flows.desk.kinds.errors import NotAllowedError
from flows.desk.kinds.values import Actor, Role


class May(enum.Enum):
    """What not every role may do: the roles that may, and what the others are told.

    Who may recheck may also read the ledger: the result is about requests of the whole company.  The flow
    ``release-case`` acts as the system; it releases only answers that people have approved.
    """

    DECIDE = (Role.ANALYST, Role.APPROVER), "通話の確認は、確認か承認の役割の人が行います"
    APPROVE = (Role.APPROVER,), "承認できるのは承認者だけです"
    LIST = (Role.APPROVER,), "会社全体の一覧に加えられるのは承認者だけです"
    RELEASE = (Role.APPROVER, Role.SYSTEM), "開示できるのは承認者だけです"
    PLAY = (Role.APPROVER,), "対面で聞かせることができるのは承認者だけです"
    REPORT = (Role.APPROVER,), "漏えい等を記録し、報告を判断できるのは承認者だけです"
    RECHECK = (Role.APPROVER, Role.ADMIN), "開示したものを見直せるのは承認者と管理者だけです"


def check_may(actor: Actor, what: May) -> None:
    """Refuse a person who may not do something, whether a page, a command or a flow calls it.

    Raises:
        NotAllowedError: when their role does not allow it.
    """
    roles, refusal = what.value
    if actor.role not in roles:
        raise NotAllowedError(refusal)
