"""Persons and groups of a case that may own a finding."""

from __future__ import annotations

import enum

from pipeline.types import Party


class Claimant(enum.Enum):
    """Person or group of a case.

    Staff are two groups: those who spoke in the call, and the other colleagues on the company's list.
    """

    REQUESTER = "requester"
    ON_CALL = "on call"
    COLLEAGUES = "colleagues"
    COMPANY = "company"

    @property
    def party(self) -> Party:
        """Party of a finding that this claimant owns."""
        return _PARTIES[self]


_PARTIES = {
    Claimant.REQUESTER: Party.REQUESTER,
    Claimant.ON_CALL: Party.STAFF,
    Claimant.COLLEAGUES: Party.STAFF,
    Claimant.COMPANY: Party.COMPANY,
}
