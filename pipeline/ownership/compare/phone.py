"""Compare digits, which may be misheard or in pieces, with the telephone numbers of the case."""

from __future__ import annotations

from pipeline.finding.verdict import Verdict
from pipeline.ownership.compare.mail import whose_mail
from pipeline.ownership.compare.name import KanaReader, KnownName
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of, edit_distance
from pipeline.sound.morae import MIN_TELLING
from pipeline.types import CallCase, Party

__all__ = ["whose_number"]

PREFIX_DIGITS = 3
"""Digits of the prefix that many numbers share."""

MIN_PIECED_SHARE = 0.75
"""Lowest share of a run of digits that is made of the registered number: said twice, or in pieces and read
back.  Of random numbers not one in a thousand reaches it."""


def whose_number(text: str, case: CallCase, known: tuple[KnownName, ...], reader: KanaReader) -> Verdict:
    """Judge a number by its digits as written and as they sound (球 for 9).

    Args:
        text: As recognised.
        case: The requester and the company.
        known: The names of the case: a spoken mail address is often taken for a number.
        reader: Reads the text.

    Returns:
        The verdict.
    """
    heard = [digits_of(text), digits_of(reader.kana(text))]
    if max(map(len, heard)) < MIN_TELLING:
        # A witness calls a spoken mail address a number; a name in it tells whose it is.
        mail = whose_mail(text, known, reader)
        return mail if mail.party is Party.REQUESTER else _whose_phone(heard[0], case)
    verdicts = [_whose_phone(digits, case) for digits in heard]
    return next((v for v in verdicts if v.party in {Party.REQUESTER, Party.COMPANY}), verdicts[0])


def _whose_phone(digits: str, case: CallCase) -> Verdict:
    for party, phones in ((Party.REQUESTER, case.requester.phones), (Party.COMPANY, case.company_phones)):
        for phone in filter(None, map(digits_of, phones)):
            part = 4 <= len(digits) <= 8 and digits in phone and _told(digits, phone) >= MIN_TELLING
            if digits == phone or part:
                return Verdict(party, Reason.NUMBER_SAME, False)
            if len(digits) >= 8 and edit_distance(digits, phone) <= 2:
                # A digit misheard leaves the requester's own number theirs; a person looks at it.
                return Verdict(party, Reason.NUMBER_ONE_OR_TWO_OFF, True)
            if len(digits) >= 6 and _pieced(digits, phone) >= MIN_PIECED_SHARE:
                return Verdict(party, Reason.NUMBER_AGAIN, True)
            if len(digits) > len(phone) and _within(digits, phone):
                return Verdict(Party.UNKNOWN, Reason.NUMBER_THEN_OTHER_FIGURES, True)
    if digits.startswith(("0120", "0800")) and case.company_phones and len(digits) >= 9:
        return Verdict(Party.UNKNOWN, Reason.NUMBER_LIKE_COMPANY, True)
    reason = Reason.NUMBER_NOT_REGISTERED_SHORT if len(digits) < 8 else Reason.NUMBER_NOT_REGISTERED
    return Verdict(Party.THIRD_PARTY, reason, len(digits) < 4)


def _told(digits: str, phone: str) -> int:
    """How many digits are no common prefix: mobile numbers share 070, 080 and 090, a town shares its code."""
    alike = digits[:PREFIX_DIGITS] == phone[:PREFIX_DIGITS] or (_is_mobile(digits) and _is_mobile(phone))
    return len(digits) - (PREFIX_DIGITS if alike else 0)


def _is_mobile(digits: str) -> bool:
    return digits[:PREFIX_DIGITS] in {"070", "080", "090"}


def _within(digits: str, phone: str) -> bool:
    """Whether a longer run of digits holds a number with at most two digits misheard."""
    widths = range(max(8, len(phone) - 2), len(phone) + 1)
    windows = (digits[at : at + width] for width in widths for at in range(len(digits) - width + 1))
    return any(edit_distance(window, phone) <= 2 for window in windows)


def _pieced(digits: str, phone: str) -> float:
    """The share of a run of digits that is made of pieces of a number, each three digits or longer.

    0 where hardly more than the beginning, which many numbers share, is told; three figures more have to be
    those behind it, of a number that is begun again: 045, 045の083.
    """
    covered = at = 0
    said: set[int] = set()
    while at < len(digits):
        width = 0
        while at + width < len(digits) and digits[at : at + width + 1] in phone:
            width += 1
        if width >= MIN_TELLING:
            covered += width
            first = phone.find(digits[at : at + width])
            said.update(range(first, first + width))
        at += max(1, width)
    more = {place for place in said if place >= PREFIX_DIGITS}
    begun = more == set(range(PREFIX_DIGITS, PREFIX_DIGITS + MIN_TELLING))
    return covered / len(digits) if begun or len(more) > MIN_TELLING else 0.0
