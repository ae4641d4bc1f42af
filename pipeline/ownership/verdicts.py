"""Hard limits on the owner of a finding, and the reason of each decision.

The limits hold whatever the judge says.  A finding that clearly differs from a claimant's data is not the
claimant's.  A colleague's name is a colleague's only in in-group speech.  Data that the requester shares with
somebody else (a family's surname, a common address) is withheld where two witnesses say that the other person
was meant; with one witness it is given, and an analyst is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

from pipeline.ownership.evidence.disagreement import CLEAR
from pipeline.ownership.evidence.feature import Feature, FeatureValues
from pipeline.ownership.evidence.talk import is_in_group
from pipeline.ownership.known.claimant import Claimant
from pipeline.reasons import Reason
from pipeline.types import Party

NEAR: Final = 0.8
"""Least similarity, 0 to 1, that a reason names."""

TWO_FIGURES: Final = math.log1p(2)
"""Greatest number of misheard digits of a claimant's number, as the features count them (``log1p``)."""

HALF: Final = 0.5
"""Least probability or share that a reason names."""


def _of(values: FeatureValues, feature: Feature) -> float:
    return values.get(feature, 0.0)


def forbidden(entity_type: str, claimant: Claimant, values: FeatureValues) -> Reason | None:
    """Return why a finding cannot be a claimant's, whatever else speaks for it.

    Args:
        entity_type: Entity type of the finding.
        claimant: The possible owner.
        values: Features of the finding for that claimant.

    Returns:
        The reason; ``None`` where nothing forbids it.
    """
    if _of(values, Feature.CLEARLY_OTHER) >= CLEAR:
        if _of(values, Feature.POSTAL_CODE):
            return Reason.POSTAL_CODE
        return _other_reason(entity_type, values)
    if claimant is Claimant.COLLEAGUES and not is_in_group(values):
        return Reason.NAME_OF_COLLEAGUE_ALONE
    if claimant is Claimant.REQUESTER and _all_say_so(_witnesses(entity_type, values)):
        return Reason.SAME_BUT_SAID_OF_ANOTHER
    return None


def is_plainly_theirs(entity_type: str, claimant: Claimant, values: FeatureValues) -> bool:
    """Return whether a finding is a claimant's whatever the judge says, unless something forbids it.

    All numbers of the requester's block and no other, 5丁目11番30号, are the requester's address also where
    no place is said.  Where the judge doubts it, an analyst is asked.

    Args:
        entity_type: Entity type of the finding.
        claimant: The possible owner.
        values: Features of the finding for that claimant.
    """
    if entity_type != "ADDRESS" or claimant is not Claimant.REQUESTER:
        return False
    return _of(values, Feature.WHOLE_BLOCK) > 0 and not may_be_anothers(entity_type, values)


def may_be_anothers(entity_type: str, values: FeatureValues) -> bool:
    """Return whether some witness says that data equal to the requester's was said of another person.

    Args:
        entity_type: Entity type of the finding.
        values: Features of the finding for the requester.
    """
    return any(_witnesses(entity_type, values))


def _witnesses(entity_type: str, values: FeatureValues) -> tuple[bool, ...]:
    """Return for each witness whether another person was meant; empty for data that nobody shares."""
    name_before = _of(values, Feature.STRANGER_BEFORE) > HALF
    if entity_type == "ADDRESS":
        return name_before, _of(values, Feature.READ_AS_THIRD) > 0
    if entity_type == "PERSON" and _is_surname_alone(values):
        shared = _of(values, Feature.SURNAME_SHARED) > HALF
        return shared and name_before, shared
    return ()


def _is_surname_alone(values: FeatureValues) -> bool:
    """Return whether the surname fits better than the whole name and the given name."""
    surname = max(_of(values, each) for each in _SURNAME)
    return surname > max(_of(values, each) for each in _MORE_THAN_SURNAME)


_SURNAME: Final = (Feature.WRITTEN_SURNAME_WORTH, Feature.HEARD_SURNAME_WORTH)
_MORE_THAN_SURNAME: Final = (
    Feature.WRITTEN_WHOLE_NAME_WORTH,
    Feature.HEARD_WHOLE_NAME_WORTH,
    Feature.WRITTEN_GIVEN_NAME_WORTH,
    Feature.HEARD_GIVEN_NAME_WORTH,
)


def _all_say_so(witnesses: tuple[bool, ...]) -> bool:
    return bool(witnesses) and all(witnesses)


def _other_reason(entity_type: str, values: FeatureValues) -> Reason:
    if entity_type == "ADDRESS":
        return Reason.ADDRESS_CLEARLY_OTHER
    if entity_type == "PHONE_NUMBER":
        return Reason.NUMBER_CLEARLY_OTHER
    if _of(values, Feature.EXPLAINS):
        return Reason.EXPLAINS_OTHER_KANJI
    surname = max(_of(values, Feature.HEARD_SURNAME), _of(values, Feature.WRITTEN_SURNAME))
    if _of(values, Feature.RELATIVE) or surname >= NEAR:
        return Reason.RELATIVE
    return Reason.NAME_SPELT_AS_OTHER if _of(values, Feature.KANJI_ANOTHERS) else Reason.NAME_OF_NOBODY


_SPELT = {Party.REQUESTER: Reason.NAME_SAME_SPELLING_REQUESTER, Party.STAFF: Reason.NAME_SAME_SPELLING_STAFF}
_ALIKE = {
    Party.REQUESTER: Reason.NAME_READS_LIKE_REQUESTER,
    Party.STAFF: Reason.NAME_READS_LIKE_STAFF,
    Party.COMPANY: Reason.NAME_READS_LIKE_COMPANY,
}
_HEARD = {
    Party.REQUESTER: Reason.HEARD_AS_REQUESTER,
    Party.STAFF: Reason.HEARD_AS_STAFF,
    Party.COMPANY: Reason.HEARD_AS_COMPANY,
}
_TOGETHER = {
    Party.REQUESTER: Reason.JUDGED_TOGETHER,
    Party.STAFF: Reason.JUDGED_TOGETHER_STAFF,
    Party.COMPANY: Reason.JUDGED_TOGETHER_COMPANY,
}

_REASONS: Final[tuple[tuple[str, Callable[[FeatureValues], bool], Mapping[Party, Reason]], ...]] = (
    ("PERSON", lambda v: _of(v, Feature.LETTERS) == 1 == _of(v, Feature.LETTERS_OF_THEIRS), _SPELT),
    ("PERSON", lambda v: _of(v, Feature.ALIKE) >= NEAR, _ALIKE),
    (
        "PERSON",
        lambda v: _of(v, Feature.EXPLAINS_WRITTEN) >= 1,
        {Party.REQUESTER: Reason.EXPLAINS_REQUESTER_KANJI},
    ),
    (
        "PERSON",
        lambda v: _of(v, Feature.ALIKE_OTHER_READING) >= NEAR,
        {Party.REQUESTER: Reason.NAME_OTHER_READING_REQUESTER},
    ),
    (
        "ADDRESS",
        lambda v: _of(v, Feature.POSTAL_CODE) > 0,
        {Party.REQUESTER: Reason.POSTAL_CODE_OF_ADDRESS},
    ),
    (
        "ADDRESS",
        lambda v: _of(v, Feature.WRITTEN_TOWN) >= NEAR and _of(v, Feature.BLOCK_SAME) > 0,
        {Party.REQUESTER: Reason.ADDRESS_PLACE_AND_BLOCK_SAME},
    ),
    (
        "ADDRESS",
        lambda v: _of(v, Feature.WRITTEN_BUILDING) >= NEAR,
        {Party.REQUESTER: Reason.ADDRESS_BUILDING_SAME},
    ),
    ("ADDRESS", lambda v: _of(v, Feature.WRITTEN_TOWN) >= NEAR, {Party.REQUESTER: Reason.ADDRESS_PLACE_SAME}),
    ("ADDRESS", lambda v: _of(v, Feature.BLOCK_SAME) > 0, {Party.REQUESTER: Reason.ADDRESS_BLOCK_ALONE_SAME}),
    (
        "PHONE_NUMBER",
        lambda v: _of(v, Feature.FIGURES_OWN) > 0 and _of(v, Feature.FIGURES_OTHER) == 0,
        {Party.REQUESTER: Reason.NUMBER_SAME, Party.COMPANY: Reason.NUMBER_SAME},
    ),
    (
        "PHONE_NUMBER",
        lambda v: 0 < _of(v, Feature.FIGURES_OTHER) <= TWO_FIGURES,
        {Party.REQUESTER: Reason.NUMBER_ONE_OR_TWO_OFF, Party.COMPANY: Reason.NUMBER_ONE_OR_TWO_OFF},
    ),
    (
        "PHONE_NUMBER",
        lambda v: _of(v, Feature.FIGURES_OWN) > 0,
        {Party.REQUESTER: Reason.NUMBER_PIECE_OF_REGISTERED},
    ),
    (
        "EMAIL_ADDRESS",
        lambda v: _of(v, Feature.WRITTEN_COVERED) > 0,
        {Party.REQUESTER: Reason.MAIL_HOLDS_REQUESTER_NAME},
    ),
    ("", lambda v: _of(v, Feature.HEARD_COVERED) >= HALF, _HEARD),
)
"""Reasons, the plainest first: entity type ("" for any), condition on the features, and reason by party."""

_NOBODYS: Final = {
    "PERSON": (Reason.NAME_OF_NOBODY, Reason.NAME_SOMEWHAT_LIKE),
    "ADDRESS": (Reason.ADDRESS_NOT_REGISTERED, Reason.ADDRESS_NEXT_DOOR),
    "PHONE_NUMBER": (Reason.NUMBER_NOT_REGISTERED, Reason.OWNER_UNKNOWN),
}
"""Reasons of a finding without an owner, and of one that may have an owner."""


def owners_reason(entity_type: str, party: Party, values: FeatureValues) -> Reason | None:
    """Return the plainest reason for an owner that the finding itself gives.

    Args:
        entity_type: Entity type of the finding.
        party: The owner.
        values: Features of the finding for that party.

    Returns:
        The reason; ``None`` where only all features together identify the owner.
    """
    told = (
        said[party]
        for of, holds, said in _REASONS
        if of in {entity_type, ""} and party in said and holds(values)
    )
    return next(told, None)


def together_reason(party: Party) -> Reason:
    """Return the reason for an owner that only all features together identify.

    Args:
        party: The owner.
    """
    return _TOGETHER[party]


def nobodys_reason(entity_type: str, *, likely: bool) -> Reason:
    """Return why a finding is masked.

    Args:
        entity_type: Entity type of the finding.
        likely: Whether its owner may be somebody of the case.
    """
    nobody, perhaps = _NOBODYS.get(entity_type, (Reason.OWNER_UNKNOWN, Reason.OWNER_UNKNOWN))
    return perhaps if likely else nobody
