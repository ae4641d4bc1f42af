"""The result of comparing a finding with the case."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from pipeline.reasons import Reason
from pipeline.types import Finding, Party

__all__ = ["UNOWNED", "Verdict", "given_to", "said_of"]

UNOWNED: Final = frozenset({Party.THIRD_PARTY, Party.UNKNOWN})
"""Parties of findings that match nothing in the case; they are masked."""


class Verdict(NamedTuple):
    """The owner of some words, the reason, and whether an analyst should look."""

    party: Party
    reason: Reason
    doubtful: bool


def given_to(finding: Finding, party: Party, reason: Reason) -> Finding:
    """The finding with another owner and reason, flagged for an analyst."""
    return replace(finding, party=party, reason=reason, needs_review=True)


def said_of(finding: Finding, text: str) -> str:
    """The words of a finding."""
    return text[finding.entity.chars.start : finding.entity.chars.end]
