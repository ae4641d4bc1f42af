"""What one comparison of words with the case says, and the parties that nothing known belongs to."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from pipeline.reasons import Reason
from pipeline.types import Finding, Party

__all__ = ["UNOWNED", "Verdict", "given_to"]

UNOWNED: Final = frozenset({Party.THIRD_PARTY, Party.UNKNOWN})
"""Parties of a finding that is like nothing the case knows: it is masked."""


class Verdict(NamedTuple):
    """Whose some words are, why, and whether a person should look."""

    party: Party
    reason: Reason
    doubtful: bool


def given_to(finding: Finding, party: Party, reason: Reason) -> Finding:
    """The finding with another owner, for a person to look at."""
    return replace(finding, party=party, reason=reason, needs_review=True)
