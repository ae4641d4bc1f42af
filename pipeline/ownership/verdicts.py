"""What a judgement of whose a finding is says to people, and what forbids it: both read from the evidence.

A veto takes a finding from an owner that it is like, last, whatever the judge says.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from typing import Final

from pipeline.reasons import Reason
from pipeline.types import Party

__all__ = ["Veto", "nobodys_reason", "owners_reason", "together_reason", "vetoed"]

Values = Mapping[str, float]

NEAR: Final = 0.8
"""How near, 0 to 1, what is written or heard is to what a reason says of it."""

HALF: Final = 0.5
"""A probability, or a share, from which a reason says it."""

COMPANY: Final = f"party: {Party.COMPANY}"
"""Evidence for the company: what it is called is no surname, and is written in many ways."""

TWO_MORAE: Final = math.log1p(2)
"""The shortest given name, as evidence counts morae."""


class Veto(enum.Enum):
    """What takes a finding from an owner; the value is the reason that is stored."""

    OTHER_ROOM = Reason.ADDRESS_OTHER_ROOM
    """In one building another room is another's home, whatever the talk says."""

    OTHER_SPELLING = Reason.NAME_SPELT_AS_OTHER
    """Whoever writes 石川 means no 市川."""

    RELATIVE = Reason.RELATIVE
    """A family shares its surname; a relative is another person, and so is their data (art. 33(2))."""

    OTHER_KANJI = Reason.EXPLAINS_OTHER_KANJI
    """石ころの石 explains no name without 石."""


def _of(values: Values, name: str) -> float:
    return values.get(name, 0.0)


def _explains(values: Values) -> bool:
    return _of(values, "explains, written") >= HALF


def _spelt_so(values: Values) -> bool:
    """Whether what is written stands so in their name, however the dictionary reads it (猛文, タケトモ)."""
    return _of(values, "letters") == 1


def _heard_a_name(values: Values) -> bool:
    """Whether a name of theirs is heard, whatever was written."""
    return any(_of(values, f"heard {kind}") >= NEAR for kind in ("whole name", "surname", "given name"))


def _another_name_follows(values: Values) -> bool:
    """Whether their surname is clear, and two morae or more behind it are not theirs.

    Of what is only read, ``relative`` has told that already.
    """
    if not _of(values, "listened"):
        return _of(values, "written surname") >= NEAR
    follows = _of(values, "heard left behind") >= TWO_MORAE and _of(values, "heard given name") < HALF
    return follows and _of(values, "heard surname") >= NEAR


_VETOES: Final[tuple[tuple[Veto, str, Callable[[Values], bool]], ...]] = (
    (
        Veto.OTHER_ROOM,
        "ADDRESS",
        lambda v: (
            _of(v, "room, figures off") > 1 and _of(v, "written building") >= NEAR > _of(v, "heard block")
        ),
    ),
    (
        Veto.OTHER_SPELLING,
        "PERSON",
        lambda v: _of(v, "kanji another's") > _of(v, COMPANY) and not _explains(v) and not _heard_a_name(v),
    ),
    (
        Veto.RELATIVE,
        "PERSON",
        lambda v: (
            _of(v, "relative") > 0 and not _explains(v) and not _spelt_so(v) and _another_name_follows(v)
        ),
    ),
    (
        Veto.OTHER_KANJI,
        "PERSON",
        lambda v: _of(v, "explains kanji of another") > 0 and _of(v, "explains, heard") < HALF,
    ),
)
"""Each veto, the type of the findings that it looks at, and when it takes one."""


def vetoed(entity_type: str, values: Values) -> Veto | None:
    """The first veto that takes a finding from an owner.

    Args:
        entity_type: Of the finding.
        values: Its evidence for that owner.
    """
    return next((veto for veto, of, takes in _VETOES if of == entity_type and takes(values)), None)


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

_REASONS: Final[tuple[tuple[str, Callable[[Values], bool], Mapping[Party, Reason]], ...]] = (
    ("PERSON", lambda v: _spelt_so(v) and _of(v, "letters, of theirs") == 1, _SPELT),
    ("PERSON", lambda v: _of(v, "alike") >= NEAR, _ALIKE),
    (
        "PERSON",
        lambda v: _of(v, "explains, written") >= 1,
        {Party.REQUESTER: Reason.EXPLAINS_REQUESTER_KANJI},
    ),
    (
        "PERSON",
        lambda v: _of(v, "alike, other reading") >= NEAR,
        {Party.REQUESTER: Reason.NAME_OTHER_READING_REQUESTER},
    ),
    (
        "ADDRESS",
        lambda v: _of(v, "written town") >= NEAR and _of(v, "block, same") > 0,
        {Party.REQUESTER: Reason.ADDRESS_PLACE_AND_BLOCK_SAME},
    ),
    (
        "ADDRESS",
        lambda v: _of(v, "written building") >= NEAR,
        {Party.REQUESTER: Reason.ADDRESS_BUILDING_SAME},
    ),
    ("ADDRESS", lambda v: _of(v, "written town") >= NEAR, {Party.REQUESTER: Reason.ADDRESS_PLACE_SAME}),
    (
        "ADDRESS",
        lambda v: _of(v, "number asked") > 0 and _of(v, "address near") >= HALF,
        {Party.REQUESTER: Reason.POSTAL_CODE_OF_ADDRESS},
    ),
    ("ADDRESS", lambda v: _of(v, "block, same") > 0, {Party.REQUESTER: Reason.ADDRESS_BLOCK_ALONE_SAME}),
    (
        "PHONE_NUMBER",
        lambda v: _of(v, "figures, own") > 0 and _of(v, "figures, other") == 0,
        {Party.REQUESTER: Reason.NUMBER_SAME, Party.COMPANY: Reason.NUMBER_SAME},
    ),
    (
        "PHONE_NUMBER",
        lambda v: 0 < _of(v, "figures, off") < HALF,
        {Party.REQUESTER: Reason.NUMBER_ONE_OR_TWO_OFF, Party.COMPANY: Reason.NUMBER_ONE_OR_TWO_OFF},
    ),
    (
        "PHONE_NUMBER",
        lambda v: _of(v, "figures, own") > 0,
        {Party.REQUESTER: Reason.NUMBER_PIECE_OF_REGISTERED},
    ),
    (
        "EMAIL_ADDRESS",
        lambda v: _of(v, "written covered") > 0,
        {Party.REQUESTER: Reason.MAIL_HOLDS_REQUESTER_NAME},
    ),
    ("", lambda v: _of(v, "heard covered") >= HALF, _HEARD),
)
"""What the evidence says most plainly: of which type of finding (any: ""), when, and the reason by party."""

_NOBODYS: Final = {
    "PERSON": (Reason.NAME_OF_NOBODY, Reason.NAME_SOMEWHAT_LIKE),
    "ADDRESS": (Reason.ADDRESS_NOT_REGISTERED, Reason.ADDRESS_NEXT_DOOR),
    "PHONE_NUMBER": (Reason.NUMBER_NOT_REGISTERED, Reason.OWNER_UNKNOWN),
}
"""What is said of a finding that is nobody's, and of one that may be somebody's."""


def owners_reason(entity_type: str, party: Party, values: Values) -> Reason | None:
    """What of a finding itself says most plainly that it is a party's.

    Args:
        entity_type: Of the finding.
        party: Whose it is.
        values: Its evidence for that party.

    Returns:
        The reason, or None where nothing of it says so plainly, and only all evidence together does.
    """
    told = (
        said[party]
        for of, holds, said in _REASONS
        if of in {entity_type, ""} and party in said and holds(values)
    )
    return next(told, None)


def together_reason(party: Party) -> Reason:
    """Why a finding is a party's where nothing of it says so plainly.

    Args:
        party: Whose it is.
    """
    return _TOGETHER[party]


def nobodys_reason(entity_type: str, *, likely: bool) -> Reason:
    """Why a finding is masked.

    Args:
        entity_type: Of the finding.
        likely: Whether it may be somebody's that the case knows.
    """
    nobody, perhaps = _NOBODYS.get(entity_type, (Reason.OWNER_UNKNOWN, Reason.OWNER_UNKNOWN))
    return perhaps if likely else nobody
