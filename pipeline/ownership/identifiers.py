"""Decide the owner of a birth date, a number, a plate, a mail address or a workplace by its value alone.

A finding is the requester's only where all of its value agrees with the case.  Where it differs, or the case
has no such value, it is a third party's if the conversation suggests so; otherwise its owner is unknown, and
it is masked and an analyst is asked.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from pipeline.kinds import FURTHER_KINDS, LEGAL_FORMS
from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.evidence.talk import owner_in_talk
from pipeline.ownership.known.claimant import Claimant
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.sound.identifiers import code_of, dates_in, mail_of, mails_agree, plates_in
from pipeline.sound.morae import fold_kana
from pipeline.types import CallCase, CaseName, Finding, Party, Requester

KanaOf = Callable[[str], str]

MIN_FIGURES: Final = 4
"""Least number of digits of a partial number that identifies its owner."""

_BANK: Final = re.compile(
    r".*(?:銀行|信用金庫|信金|信用組合|農協|労金|支店|出張所|本店|普通|当座|貯蓄|預金|口座|番号)", re.DOTALL
)
TALK_CHARS: Final = 60
"""Distance before a value in which another person may be named whose value it is."""

_ANOTHER: Final = re.compile(
    r"(?P<title>さん|様|さま|くん|君|ちゃん|氏)|母|父|妻|夫|兄|姉|弟|妹|息子|娘|孫|祖父|祖母|叔父|叔母|伯父|伯母|主人|家内|旦那|嫁|婿|彼|"
    r"友人|友達|知人|同僚|先輩|後輩|上司|部下|大家|隣|向かい|あの人|あいつ|本人|相手|仲間|さっきの"
)
"""A person's title, or a word for another person."""

_SHARED: Final = frozenset({"WORKPLACE", "SCHOOL"})
"""Kinds whose values many people share."""

_COMPANY_FORM: Final = re.compile(rf"{LEGAL_FORMS}|[の、。\s]")


class _Agreement(enum.IntEnum):
    """Result of comparing a finding's value with the case."""

    NOTHING_KNOWN = 0
    DIFFERS = 1
    IN_PART = 2
    WHOLE = 3


def is_compared(entity_type: str) -> bool:
    """Whether this module, and no learned judge, decides the owner.

    A family shares the surname in its mail addresses, so an address that the case does not know is nobody's.
    """
    return entity_type in FURTHER_KINDS or entity_type == "EMAIL_ADDRESS"


def owner_by_value(finding: Finding, text: str, case: CallCase, kana: KanaOf) -> Finding:
    """Decide the owner of a finding by its value.

    Args:
        finding: Finding of a kind for which ``is_compared`` is true.
        text: Text of the transcript.
        case: The case, with the requester's data.
        kana: Returns the reading of words.

    Returns:
        The finding with its owner and reason.
    """
    entity = finding.entity
    said = text[entity.chars.start : entity.chars.end]
    agreement = _agreement(entity.entity_type, said, case.requester, kana)
    third = owner_in_talk(entity, Claimant.REQUESTER).get(Feature.READ_AS_THIRD, 0.0) > 0
    shared = entity.entity_type in _SHARED or agreement is _Agreement.IN_PART
    withheld = third and shared and _names_another(text, entity.chars.start, case)
    if agreement >= _Agreement.IN_PART and not withheld:
        whole = agreement is _Agreement.WHOLE
        reason = Reason.VALUE_SAME if whole else Reason.VALUE_SAME_IN_PART
        review = entity.needs_review or third or not whole
        return replace(finding, party=Party.REQUESTER, reason=reason, needs_review=review)
    if agreement >= _Agreement.IN_PART:
        return _nobodys(finding, Party.UNKNOWN, Reason.SAME_BUT_SAID_OF_ANOTHER)
    differs = agreement is _Agreement.DIFFERS
    if third:
        reason = Reason.VALUE_DIFFERS_AND_TALK if differs else Reason.VALUE_SAID_OF_ANOTHER
        return _nobodys(finding, Party.THIRD_PARTY, reason)
    return _nobodys(finding, Party.UNKNOWN, Reason.VALUE_DIFFERS if differs else Reason.VALUE_NOT_REGISTERED)


def _names_another(text: str, start: int, case: CallCase) -> bool:
    """Whether a person other than the requester is named before a value, in its clause or the one before.

    Without one, a value that agrees with the case is the requester's, however the talk around it reads.
    """
    before = text[max(0, start - TALK_CHARS) : start]
    line = before[before.rfind("\n", 0, max(0, before.rfind("\n"))) + 1 :]
    return any(
        not (match["title"] and _ends_in_own_name(line[: match.start()], case))
        for match in _ANOTHER.finditer(line)
    )


def _ends_in_own_name(before: str, case: CallCase) -> bool:
    """Whether the requester's name, or its end, stands right before a title."""
    return len(before) >= 2 and any(before[-2:] in name.text for name in case.requester.names)


def _nobodys(finding: Finding, party: Party, reason: Reason) -> Finding:
    review = party is Party.UNKNOWN or finding.entity.needs_review
    return replace(finding, party=party, reason=reason, needs_review=review)


def _agreement(kind: str, said: str, asks: Requester, kana: KanaOf) -> _Agreement:
    mails = (_mail(said, known, kana) for known in asks.emails)
    codes = (_code(kind, said, known) for known in asks.customer_numbers)
    match kind:
        case "DATE_OF_BIRTH":
            found: Iterable[_Agreement] = [_date(said, asks.birth_date)]
        case "VEHICLE_PLATE":
            found = (_plate(said, known) for known in asks.plates)
        case "WORKPLACE" | "SCHOOL":
            found = (_place(said, known, kana) for known in asks.workplaces)
        case "EMAIL_ADDRESS":
            found = mails
        case "ACCOUNT_NAME":
            found = (*codes, *mails)
        case "MY_NUMBER":
            found = ()  # no case may hold it (番号法)
        case _:
            found = codes
    return max(found, default=_Agreement.NOTHING_KNOWN)


def _date(said: str, known: str) -> _Agreement:
    """Compare every date in the text with the known one; eight digits count as a date, too."""
    if not known:
        return _Agreement.NOTHING_KNOWN
    year, month, day = (int(part) for part in known.split("-"))
    dates = dates_in(said)
    if not dates:
        return _Agreement.WHOLE if digits_of(said) == known.replace("-", "") else _Agreement.DIFFERS
    for date in dates:
        same = not date.years or year in date.years
        if not same or date.month not in {0, month} or date.day not in {0, day}:
            return _Agreement.DIFFERS
    return _Agreement.WHOLE if any(date.is_whole for date in dates) else _Agreement.IN_PART


def _plate(said: str, known: str) -> _Agreement:
    theirs = next(iter(plates_in(known)), None)
    if theirs is None:
        return _Agreement.NOTHING_KNOWN
    plates = plates_in(said)
    if not plates:
        digits = digits_of(said)
        return _Agreement.IN_PART if digits and digits == theirs.number else _Agreement.DIFFERS
    for one in plates:
        if (one.series, one.kana, one.number) != (theirs.series, theirs.kana, theirs.number):
            return _Agreement.DIFFERS
        if one.place not in {"", theirs.place}:
            return _Agreement.DIFFERS
    return _Agreement.WHOLE if any(one.place for one in plates) else _Agreement.IN_PART


def _code(kind: str, said: str, known: str) -> _Agreement:
    bare = _BANK.sub("", said) if kind == "BANK_ACCOUNT" else said
    code = digits_of(unicodedata.normalize("NFKC", bare)) if known.isdecimal() else code_of(bare)
    if not code or (known.isdecimal() and code_of(bare) != code):
        return _Agreement.DIFFERS
    if code == known or code == known * 2:
        return _Agreement.WHOLE
    return _Agreement.IN_PART if len(code) >= MIN_FIGURES and code in known else _Agreement.DIFFERS


def _mail(said: str, known: str, kana: KanaOf) -> _Agreement:
    mail, theirs = mail_of(said, kana), mail_of(known, kana)
    if not mails_agree(mail, theirs):
        return _Agreement.DIFFERS
    return _Agreement.WHOLE if mail == theirs else _Agreement.IN_PART


def _place(said: str, known: CaseName, kana: KanaOf) -> _Agreement:
    """Compare by reading; an additional department that the case does not have makes it agree in part."""
    one = fold_kana(kana(_COMPANY_FORM.sub("", said)))
    other = fold_kana(known.kana or kana(_COMPANY_FORM.sub("", known.text)))
    if not one or not other:
        return _Agreement.DIFFERS
    if one == other:
        return _Agreement.WHOLE
    return _Agreement.IN_PART if other in one or one in other else _Agreement.DIFFERS
