"""Give a postal code the owner of the address beside it: no case holds the code itself.

川口市芝…です / 郵便番号は / 333の5288    the requester's address, and its postal code
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pipeline.finding.verdict import UNOWNED, given_to, said_of
from pipeline.ownership.compare.address import FILLERS
from pipeline.ownership.compare.address_ends import POSTAL_CODE
from pipeline.ownership.compare.registered_address import without_numbering
from pipeline.ownership.neighbours.gaps import AN_EXCHANGE
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.sound.morae import MIN_TELLING
from pipeline.types import Finding, Party, Transcript

__all__ = ["attribute_postal_codes"]

MAX_CHARS_FROM_CUE = 16
"""Most characters between 番号, which asks for or announces a postal code, and the code."""

CODE_DIGITS, MAX_STRAY_CHARS = (5, 8), 2
"""Fewest and most digits of a postal code as heard, and most other characters in it."""

MAX_CHARS_FROM_QUESTION = 40
"""The same where the requester's address follows at once: the name, and ではお願いします, may be between."""

_FILLERS = re.compile(f"ありがとうございます|{FILLERS}")
_FIGURES = "まる|マル|丸|ゼロ|れい|いち|さん|よん|ご|ろく|なな|はち|きゅう|サン|ヨン|ロク|ナナ|ハチ|キュウ"
_JOINT = re.compile(rf"[〒のノ号、。 -]|{_FIGURES}|[0-9０-９〇一二三四五六七八九]")
_ASKED = re.compile(r"(?<!話)(?:番|バン)号|〒")
"""郵便 is heard in as many ways as it is said: 指番号, ヴィンバン号."""

_ASKED_WHERE = re.compile(r"住所|ところ|住まい|届け先|送り先")


def attribute_postal_codes(findings: Sequence[Finding], transcript: Transcript) -> tuple[Finding, ...]:
    """Give postal codes the owner of the address they are said with.

    Args:
        findings: In order of text, with their parties.
        transcript: What they point into.

    Returns:
        The findings; those that were given another party are looked at.
    """
    text = transcript.text
    out = [
        _with_its_address(each, findings, text)
        if each.party in UNOWNED and not each.entity.candidate and _is_postal(each, findings, text)
        else each
        for each in findings
    ]
    return _before_addresses(out, text)


def _before_addresses(findings: Sequence[Finding], text: str) -> tuple[Finding, ...]:
    """Take figures announced right before the requester's address for its postal code.

    However they were heard: nothing else is said there.
    """
    out = list(findings)
    told = [at for at, each in enumerate(out) if not each.entity.candidate]
    for before, behind in reversed(tuple(itertools.pairwise(told))):
        code, address = out[before], out[behind]
        theirs = address.entity.entity_type == "ADDRESS" and address.party is Party.REQUESTER
        if code.party in UNOWNED and theirs and _announced(code, address, text):
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


def _is_postal(finding: Finding, findings: Sequence[Finding], text: str) -> bool:
    """Whether figures are a postal code: announced as a number, and no part of a telephone number.

    The end of a number that is read back looks the same, 061の2649.
    """
    said, at, kind = said_of(finding, text), finding.entity.chars.start, finding.entity.entity_type
    as_written = POSTAL_CODE.fullmatch(said) is not None
    shaped = (
        CODE_DIGITS[0] <= len(digits_of(said)) <= CODE_DIGITS[1]
        and len(_JOINT.sub("", said)) <= MAX_STRAY_CHARS
    )
    if not (as_written and kind in {"ADDRESS", "PHONE_NUMBER"}) and not (kind == "ADDRESS" and shaped):
        return False
    asked = _ASKED.search(text, max(0, at - MAX_CHARS_FROM_CUE), finding.entity.chars.end) is not None
    # The answer to where somebody lives begins with it.
    begins = as_written and kind == "ADDRESS" and text[max(0, at - 1) : at] in {"", "\n"}
    begins = begins and _ASKED_WHERE.search(text, max(0, at - MAX_CHARS_FROM_QUESTION), at) is not None
    numbers = (
        digits_of(said_of(other, text)) for other in findings if other.entity.entity_type == "PHONE_NUMBER"
    )
    others = [number for number in numbers if digits_of(said) in number and number != digits_of(said)]
    return (asked or begins) and not others


def _with_its_address(finding: Finding, findings: Sequence[Finding], text: str) -> Finding:
    """Give a postal code the owner of the nearest address."""
    addresses = [
        (_gap(finding, other), other)
        for other in findings
        if other.entity.entity_type == "ADDRESS" and not other.entity.candidate
        # The number of a bill beside it is none, but the requester's block is.
        if len(without_numbering(said_of(other, text)).strip("、。 ")) > 1 or other.party is Party.REQUESTER
    ]
    gap, nearest = min(addresses, key=lambda each: each[0], default=(AN_EXCHANGE + 1, finding))
    if gap > AN_EXCHANGE or nearest.party is Party.THIRD_PARTY:
        return finding
    return given_to(finding, nearest.party, Reason.POSTAL_CODE_OF_ADDRESS)


def _gap(one: Finding, other: Finding) -> int:
    """The number of characters between two findings."""
    return max(one.entity.chars.start, other.entity.chars.start) - min(
        one.entity.chars.end, other.entity.chars.end
    )
