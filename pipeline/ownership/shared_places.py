"""A place, and its postal code, belong to whoever lives in the house that is named behind them.

182の1798 | 調布市 | そこの1474番地    the requester lives in 調布市, too: another's who lives in that house
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pipeline.finding.verdict import UNOWNED, Veto, said_of, taken_by
from pipeline.ownership.neighbours.gaps import AN_EXCHANGE
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.types import Finding, Party, Transcript

__all__ = ["reject_shared_places"]

MIN_BLOCK_DIGITS: Final = 2
"""Fewest digits of a block number."""


def reject_shared_places(findings: Sequence[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Take places and postal codes from the requester where another's house number follows.

    The last veto on addresses: two people of one town share more than either of them says.  In 186 made calls
    of 173 places and codes that were kept eight were said before a house that is nobody's: seven of them are
    third parties', 7.5 s, one is the requester's, 1.2 s.  The others, before a house of theirs, are theirs.

    Args:
        findings: In order of text, with their parties, after all that looks at each of them.
        transcript: What they point into.

    Returns:
        The findings, of which some that were the requester's are unknown.
    """
    out = list(findings)
    places: list[int] = []
    for at, finding in enumerate(findings):
        if finding.entity.entity_type != "ADDRESS" or finding.entity.candidate:
            continue
        code = finding.reason is Reason.POSTAL_CODE_OF_ADDRESS
        if code or len(digits_of(said_of(finding, transcript.text))) < MIN_BLOCK_DIGITS:
            places.append(at)
            continue
        for place in places if finding.party in UNOWNED else ():
            near = finding.entity.chars.start - findings[place].entity.chars.end <= AN_EXCHANGE
            if near and findings[place].party is Party.REQUESTER:
                out[place] = taken_by(findings[place], Veto.OTHER_HOUSE)
        places.clear()
    return tuple(out)
