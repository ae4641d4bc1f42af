"""Those of whom a case knows something: to them a finding may be given."""

from __future__ import annotations

import enum

from pipeline.types import Party

__all__ = ["Claimant"]


class Claimant(enum.Enum):
    """Whom a case knows.

    Staff are two: who was on the call, and the colleagues who are merely on the company's list.
    """

    REQUESTER = "requester"
    ON_CALL = "on call"
    COLLEAGUES = "colleagues"
    COMPANY = "company"

    @property
    def party(self) -> Party:
        """The party to which a finding goes that is theirs."""
        return _PARTIES[self]


_PARTIES = {
    Claimant.REQUESTER: Party.REQUESTER,
    Claimant.ON_CALL: Party.STAFF,
    Claimant.COLLEAGUES: Party.STAFF,
    Claimant.COMPANY: Party.COMPANY,
}
