"""Give a postal code the owner of the address behind it: no case holds the code itself.

郵便番号からお願いします / 333の5288の川口市芝…です    the requester's address, and its postal code

A code that is said by itself, behind its address, is left to the judge of owners.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.finding.verdict import UNOWNED, given_to, said_of
from pipeline.ownership.compare.address import FILLERS
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import MIN_TELLING
from pipeline.types import Finding, Party, Transcript

__all__ = ["attribute_postal_codes"]

CODE_DIGITS = (5, 8)
"""Fewest and most digits of a postal code as heard."""

MAX_CHARS_FROM_QUESTION = 40
"""Most characters between 番号, which asks for it, and the code: the name, and ではお願いします, may be
between."""

_FILLERS = re.compile(f"ありがとうございます|{FILLERS}")
_ASKED = re.compile(r"(?<!話)(?:番|バン)号|〒")
"""郵便 is heard in as many ways as it is said: 指番号, ヴィンバン号."""


def attribute_postal_codes(findings: Sequence[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Take figures announced right before the requester's address for its postal code.

    However they were heard: nothing else is said there.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.

    Returns:
        The findings; those that were given another party are looked at.
    """
    out = list(findings)
    told = [at for at, each in enumerate(out) if not each.entity.candidate]
    for before, behind in reversed(tuple(itertools.pairwise(told))):
        code, address = out[before], out[behind]
        theirs = address.entity.entity_type == "ADDRESS" and address.party is Party.REQUESTER
        if code.party in UNOWNED and theirs and _announced(code, address, transcript.text):
            out[before] = given_to(code, address.party, Reason.POSTAL_CODE_OF_ADDRESS)
    return tuple(out)


def _announced(code: Finding, address: Finding, text: str) -> bool:
    """Whether figures right before an address are few enough for a postal code, and were asked for.

    Seven or so that are taken for an address, in one breath with it, need not have been.
    """
    said, at = said_of(code, text), code.entity.chars.start
    between = text[code.entity.chars.end : address.entity.chars.start]
    kind, count = code.entity.entity_type, len(digits_of(said))
    if kind not in {"ADDRESS", "PHONE_NUMBER"} or _FILLERS.sub("", between):
        return False
    in_one = kind == "ADDRESS" and "\n" not in between and CODE_DIGITS[0] <= count <= CODE_DIGITS[1]
    asked = _ASKED.search(text, max(0, at - MAX_CHARS_FROM_QUESTION), at) is not None
    return in_one or (asked and MIN_TELLING <= count <= CODE_DIGITS[1])
