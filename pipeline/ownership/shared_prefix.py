"""A shared prefix belongs to whoever owns the number that follows.

江戸川区にしかさい。 | 2丁目39の13      the requester lives in 西葛西, too, but in 1丁目28番29号: not theirs
182の1798 | 調布市 | そこの1474番地    their city's postal code, their city: another's who lives there
マル7マル            | 0955の1092       their number begins with 070, too
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable, Sequence
from typing import Final

from pipeline.finding.verdict import UNOWNED, given_to
from pipeline.ownership.compare.address import FILLERS
from pipeline.ownership.neighbours.beside import said_of
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.types import Finding, Party, Transcript

__all__ = ["reject_shared_places", "reject_shared_prefixes"]

MAX_GAP_CHARS: Final = 8
"""Most characters between a town and its number, fillers and answers not counted: でいいわ 後は."""

MIN_BLOCK_DIGITS, MIN_GROUP_DIGITS = 2, 3
"""Fewest digits of a block number, and of a group of a telephone number."""

MAX_CHARS_TO_HOUSE: Final = 60
"""Most characters between a place and its house number: そうですね、便利ですよね。そこの.  In 186 made calls
of 173 places and codes that were kept eight were said before a house that is nobody's: seven of them are
third parties', 7.5 s, one is the requester's, 1.2 s.  The others were before a house of theirs, and are
theirs."""

_FIRST_GROUP = re.compile(r"0[1-9][0-9]?")
"""What many telephone numbers begin with."""

_FILLERS = re.compile(f"[、。 ]|{FILLERS}")


def reject_shared_prefixes(findings: Sequence[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Take towns, and first groups of telephone numbers, from the requester where another's number follows.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.

    Returns:
        The findings, of which some that were the requester's are unknown.
    """
    out = list(findings)
    text, channel_at = transcript.text, _channels(transcript)
    for kind, begins, least in (
        ("ADDRESS", _is_town, MIN_BLOCK_DIGITS),
        ("PHONE_NUMBER", _is_first_group, MIN_GROUP_DIGITS),
    ):
        told = [at for at, f in enumerate(out) if f.entity.entity_type == kind and not f.entity.candidate]
        for one, other in reversed(tuple(itertools.pairwise(told))):
            first, behind = out[one], out[other]
            number = (
                len(digits_of(said_of(behind, text))) >= least or behind.reason is Reason.OTHER_NUMBER_FOLLOWS
            )
            if number and behind.party in UNOWNED and begins(first, text):
                between = _FILLERS.sub("", text[first.entity.chars.end : behind.entity.chars.start])
                one_side = channel_at(first.entity.chars.start) == channel_at(behind.entity.chars.start)
                if one_side and len(between) <= MAX_GAP_CHARS:
                    out[one] = _as_anothers(first)
    return tuple(out)


def reject_shared_places(findings: Sequence[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Take places and postal codes from the requester where another's house number follows.

    The last veto on addresses: two people of one town share more than either of them says.

    Args:
        findings: In order of text, with their parties, after all that looks at each of them.
        transcript: What they point into.

    Returns:
        The findings, of which some that were the requester's are unknown.
    """
    out, text = list(findings), transcript.text
    places: list[int] = []
    for at, finding in enumerate(findings):
        if finding.entity.entity_type != "ADDRESS" or finding.entity.candidate:
            continue
        code = finding.reason in {Reason.POSTAL_CODE_OF_CITY, Reason.POSTAL_CODE_OF_ADDRESS}
        if code or len(digits_of(said_of(finding, text))) < MIN_BLOCK_DIGITS:
            places.append(at)
            continue
        for place in places if finding.party in UNOWNED else ():
            near = finding.entity.chars.start - findings[place].entity.chars.end <= MAX_CHARS_TO_HOUSE
            if near and findings[place].party is Party.REQUESTER:
                out[place] = _as_anothers(findings[place])
        places.clear()
    return tuple(out)


def _as_anothers(finding: Finding) -> Finding:
    return given_to(finding, Party.UNKNOWN, Reason.OTHER_NUMBER_FOLLOWS)


def _is_town(finding: Finding, text: str) -> bool:
    """Whether a finding is the requester's by a place's name alone, and not by the talk."""
    theirs = finding.party is Party.REQUESTER and finding.entity.hint is not Party.REQUESTER
    # What was cut out of an address was heard as theirs, and is no name of a place.
    return (
        theirs
        and finding.reason is not Reason.HEARD_AS_REQUESTER_IN_PART
        and len(digits_of(said_of(finding, text))) < MIN_BLOCK_DIGITS
    )


def _is_first_group(finding: Finding, text: str) -> bool:
    """Whether a finding is the requester's, and only the first group of a telephone number."""
    return (
        finding.party is Party.REQUESTER
        and _FIRST_GROUP.fullmatch(digits_of(said_of(finding, text))) is not None
    )


def _channels(transcript: Transcript) -> Callable[[int], int]:
    """Make a function that tells the channel of a character."""
    starts = [segment.chars.start for segment in transcript.segments]
    return lambda char: transcript.segments[max(0, bisect.bisect_right(starts, char) - 1)].channel
