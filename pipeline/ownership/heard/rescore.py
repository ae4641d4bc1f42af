"""Rescore by sound: how probable is a value of the case where something else was written?

written のだ帯, unlike 野田多恵 (ノダタエ)      the sound takes 野田多恵 nearly as well      the requester's
written 山下道地, 山下花子 in the case          the sound takes 山下花子 badly               a relative's
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.finding.verdict import UNOWNED
from pipeline.ownership.heard.known_forms import FormKind, known_forms
from pipeline.ownership.heard.weigh import Hearing, Weighed, weigh
from pipeline.reasons import Reason
from pipeline.sound.digits import digits_of
from pipeline.types import CallCase, Finding, Party

__all__ = ["rescore_by_sound"]

ASKED_TYPES: Final = frozenset({"PERSON", "ADDRESS", "PHONE_NUMBER"})
"""Types of findings that are asked about."""

MIN_NAME_GAIN: Final = -6.2
"""Gain, less ``GAIN_PER_PRICE`` times price over length, from which a name is the known one.  Of 4,770
pairs of a third party's finding and a stranger's case one lies above without being the same name (林 for
小林)."""

GAIN_PER_PRICE: Final = 10.0
"""Log probability that a price of 1 over the length costs."""

TALK_ALLOWANCE: Final = {None: -2.8, Party.REQUESTER: -5.8}
"""How much less the requester's names need where the talk does not give them to somebody else, and where it
gives them to the requester.  Of 2,580 pairs of such a finding and a stranger's case none above it is a third
party's that is not the same name (エンドー for 遠藤)."""

EXTRA_FOR_GIVEN_NAME: Final = 2.0
"""How much more a given name alone needs: the requester is mostly called by the surname."""

CLEAR_GAIN: Final = -3.0
"""``MIN_NAME_GAIN`` from which nobody has to look."""

MIN_PLACE_GAIN_PER_MORA: Final = -2.0
"""Lowest gain for each mora of a place: the nearest of a stranger's had -2.02."""

MIN_PLACE_MORAE: Final = 8
"""Fewest morae of a place: 神奈川県 is near 香川県."""

MIN_NUMBER_GAIN, MIN_NUMBER_LEAD = -20.0, 12.0
"""Lowest gain of a number, and lowest lead, in log probability, over other numbers of its shape: of what is
garbled past knowing any number is as probable.  At others' data in 104 minutes of made calls none with such a
gain was more than 9 ahead; the requester's own were 16 to 21 ahead."""

_REASONS = {
    Party.REQUESTER: Reason.SOUND_ALLOWS_REQUESTER,
    Party.STAFF: Reason.SOUND_ALLOWS_STAFF,
    Party.COMPANY: Reason.SOUND_ALLOWS_COMPANY,
}


def rescore_by_sound(findings: Sequence[Finding], case: CallCase, hearing: Hearing) -> tuple[Finding, ...]:
    """Give what is nobody's to the party whose known value the sound takes nearly as well as the text.

    Args:
        findings: From ``attribute``.
        case: The requester, the staff and the company.
        hearing: The call.

    Returns:
        The findings, of which some that were to be masked have another party.
    """
    forms = known_forms(case, hearing.reader)
    asked = [at for at, finding in enumerate(findings) if _asked(finding)] if forms else []
    out = list(findings)
    for at, weighed in zip(asked, weigh((findings[at].entity for at in asked), forms, hearing), strict=True):
        out[at] = _by_sound(findings[at], weighed)
    return tuple(out)


def _asked(finding: Finding) -> bool:
    masked = finding.party in UNOWNED
    return masked and not finding.entity.candidate and finding.entity.entity_type in ASKED_TYPES


def _by_sound(finding: Finding, weighed: Sequence[Weighed]) -> Finding:
    """Give a finding to the party whose value fits its sound best, if one fits."""
    best = max(weighed, key=_fit, default=None)
    if best is None or _fit(best) < _least(finding, best):
        return finding
    party = best.form.party
    return replace(
        finding, party=party, reason=_REASONS[party], needs_review=_fit(best) < CLEAR_GAIN - MIN_NAME_GAIN
    )


def _least(finding: Finding, best: Weighed) -> float:
    """How far below its bound the best value may fit and still be accepted."""
    name = best.form.kind not in {FormKind.PLACE, FormKind.NUMBER}
    theirs = best.form.party is Party.REQUESTER and finding.reason is not Reason.RELATIVE
    return TALK_ALLOWANCE.get(finding.entity.hint, 0.0) if name and theirs else 0.0


def _fit(each: Weighed) -> float:
    """How far a value fits above its bound, in log probability; below 0 it does not fit."""
    length = len(each.form.sound)
    digits = digits_of(each.instead_of)
    if each.form.kind is FormKind.PLACE:
        # A digit more or less is the neighbour's.
        same = digits == digits_of(each.form.texts[0])
        told = same and length >= MIN_PLACE_MORAE
        return each.gain - MIN_PLACE_GAIN_PER_MORA * length if told else -math.inf
    if each.form.kind is FormKind.NUMBER:
        return each.gain - MIN_NUMBER_GAIN if each.lead >= MIN_NUMBER_LEAD else -math.inf
    if digits:
        return -math.inf
    beyond = EXTRA_FOR_GIVEN_NAME if each.form.kind is FormKind.GIVEN else 0.0
    return each.gain - GAIN_PER_PRICE * each.price / length - MIN_NAME_GAIN - beyond
