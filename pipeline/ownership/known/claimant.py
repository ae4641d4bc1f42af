"""Persons and groups of a case to whom a finding may be given."""

from __future__ import annotations

import enum

from pipeline.types import Party

__all__ = ["Claimant"]


class Claimant(enum.Enum):
    """Person or group of a case.

    Staff are two groups: who was on the call, and the colleagues on the company's list.
    """

    REQUESTER = "requester"
    ON_CALL = "on call"
    COLLEAGUES = "colleagues"
    COMPANY = "company"

    @property
    def party(self) -> Party:
        """Party of a finding that is theirs."""
        return _PARTIES[self]


_PARTIES = {
    Claimant.REQUESTER: Party.REQUESTER,
    Claimant.ON_CALL: Party.STAFF,
    Claimant.COLLEAGUES: Party.STAFF,
    Claimant.COMPANY: Party.COMPANY,
}
