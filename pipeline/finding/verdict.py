"""The result of comparing a finding with the case, and what takes a finding from an owner again."""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import Final, NamedTuple

from pipeline.reasons import Reason
from pipeline.types import Finding, Party

__all__ = ["SURE_SCORE", "UNOWNED", "Verdict", "Veto", "given_to", "said_of", "taken_by"]

SURE_SCORE: Final = 0.9
"""Probability from which a name is sure.  In 182 made calls ten doubtful stretches sound like a sure name or
half of one; seven of them, 2.9 s, are third parties' (the judge gave them 0.04 to 0.41).  With 0.5 there are
six more stretches, and none is a third party's."""

UNOWNED: Final = frozenset({Party.THIRD_PARTY, Party.UNKNOWN})
"""Parties of findings that match nothing in the case; they are masked."""


class Verdict(NamedTuple):
    """The owner of some words, the reason, and whether an analyst should look."""

    party: Party
    reason: Reason
    doubtful: bool


class Veto(enum.Enum):
    """What takes a finding from an owner that it is like; the value is the reason that is stored.

    All but the last run before the learned judge of ownership.
    """

    OTHER_ROOM = Reason.ADDRESS_OTHER_ROOM
    """In one building another room is another's home, whatever the talk says."""

    OTHER_SPELLING = Reason.NAME_SPELT_AS_OTHER
    """Whoever writes 石川 means no 市川."""

    RELATIVE = Reason.RELATIVE
    """A family shares its surname; a relative is another person, and so is their data (art. 33(2))."""

    HEARD_OTHERWISE = Reason.HEARD_OTHERWISE
    """What is only half like an address or a number as written has to be heard in the sound, too."""

    OTHER_HOUSE = Reason.OTHER_NUMBER_FOLLOWS
    """Two people live in one town: it belongs to whoever lives in the house that is named behind it."""

    @property
    def settles(self) -> bool:
        """Whether the learned judge is not asked about what it took."""
        return self in {Veto.OTHER_ROOM, Veto.OTHER_SPELLING}


def given_to(finding: Finding, party: Party, reason: Reason) -> Finding:
    """The finding with another owner and reason, flagged for an analyst."""
    return replace(finding, party=party, reason=reason, needs_review=True)


def taken_by(finding: Finding, veto: Veto) -> Finding:
    """The finding as nobody's, for a veto's reason, flagged for an analyst."""
    return given_to(finding, Party.UNKNOWN, veto.value)


def said_of(finding: Finding, text: str) -> str:
    """The words of a finding."""
    return text[finding.entity.chars.start : finding.entity.chars.end]
