"""What forbids an owner, and what is said of one: on each side of every bound, evidence that it decides."""

from __future__ import annotations

from math import log1p

import numpy as np
import pytest

from pipeline.ownership.evidence.disagreement import CLEAR
from pipeline.ownership.evidence.feature import Feature, FeatureValues, Role
from pipeline.ownership.evidence.talk import MIN_IN_GROUP, MIN_IN_GROUP_WITH_HONORIFIC
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.verdicts import (
    HALF,
    NEAR,
    forbidden,
    is_plainly_theirs,
    may_be_anothers,
    nobodys_reason,
    owners_reason,
    together_reason,
)
from pipeline.reason_text import SENTENCES
from pipeline.reasons import Reason
from pipeline.types import Party

OWN, STAFF, COMPANY = Party.REQUESTER, Party.STAFF, Party.COMPANY
STEP = 0.001
"""To the other side of a bound."""


def evidence(values: dict[str, float]) -> FeatureValues:
    """Values by the names of their features."""
    return {Feature.named(name): value for name, value in values.items()}


OTHER = {"clearly other": CLEAR}


@pytest.mark.parametrize(
    ("kind", "more", "reason"),
    [
        ("ADDRESS", {}, Reason.ADDRESS_CLEARLY_OTHER),
        ("PHONE_NUMBER", {}, Reason.NUMBER_CLEARLY_OTHER),
        ("PERSON", {}, Reason.NAME_OF_NOBODY),
        ("EMAIL_ADDRESS", {}, Reason.NAME_OF_NOBODY),
        ("PERSON", {"relative": 1.0}, Reason.RELATIVE),
        ("PERSON", {"heard surname": NEAR}, Reason.RELATIVE),
        ("PERSON", {"written surname": NEAR}, Reason.RELATIVE),
        ("PERSON", {"written surname": NEAR - STEP}, Reason.NAME_OF_NOBODY),
        ("PERSON", {"kanji another's": 1.0}, Reason.NAME_SPELT_AS_OTHER),
        ("PERSON", {"explains": 1.0, "relative": 1.0}, Reason.EXPLAINS_OTHER_KANJI),
    ],
)
@pytest.mark.parametrize("claimant", Claimant)
def test_what_clearly_differs_is_nobodys_that_the_case_knows(
    claimant: Claimant, kind: str, more: dict[str, float], reason: Reason
) -> None:
    """Whatever else speaks for them; the reason says what differs, and has a sentence."""
    surely = {"in group": 1.0, "talk: theirs": 1.0, "alike": 1.0, "figures, own": log1p(9)}
    assert forbidden(kind, claimant, evidence(surely | OTHER | more)) is reason
    assert reason in SENTENCES
    assert forbidden(kind, claimant, evidence(surely | {"clearly other": CLEAR - STEP} | more)) is None


@pytest.mark.parametrize(
    ("values", "forbids"),
    [
        ({"in group": MIN_IN_GROUP}, False),
        ({"in group": MIN_IN_GROUP - STEP}, True),
        ({}, True),
        ({"in group": MIN_IN_GROUP_WITH_HONORIFIC, "honorific": 1.0}, False),
        ({"in group": MIN_IN_GROUP_WITH_HONORIFIC - STEP, "honorific": 1.0}, True),
        # Wherever exactly the bounds are.
        ({"in group": 0.2}, False),
        ({"in group": 0.1}, True),
        ({"in group": 0.5, "honorific": 1.0}, False),
        ({"in group": 0.3, "honorific": 1.0}, True),
    ],
)
def test_a_colleagues_name_is_theirs_where_the_talk_is_of_a_colleague(
    values: dict[str, float], forbids: bool
) -> None:
    """However well it agrees; who was on the call, the requester and the company need no such talk."""
    agrees = evidence({"alike": 1.0, "letters": 1.0, "letters, of theirs": 1.0} | values)
    reason = forbidden("PERSON", Claimant.COLLEAGUES, agrees)
    assert reason is (Reason.NAME_OF_COLLEAGUE_ALONE if forbids else None)
    assert Reason.NAME_OF_COLLEAGUE_ALONE in SENTENCES
    for other in (Claimant.REQUESTER, Claimant.ON_CALL, Claimant.COMPANY):
        assert forbidden("PERSON", other, agrees) is None


NAME_OF_ANOTHER = {"stranger before": HALF + STEP}
READ_AS_THIRD = {"read as third": STEP}
SURNAME = {"written surname, worth": 1.4, "written whole name, worth": 1.3}
SHARED = {"surname shared": HALF + STEP}


@pytest.mark.parametrize(
    ("kind", "values", "withheld", "asked"),
    [
        ("ADDRESS", NAME_OF_ANOTHER | READ_AS_THIRD, True, True),
        ("ADDRESS", NAME_OF_ANOTHER, False, True),
        ("ADDRESS", READ_AS_THIRD, False, True),
        ("ADDRESS", {"stranger before": HALF, "read as third": 0.0}, False, False),
        ("ADDRESS", SURNAME | SHARED, False, False),
        ("PERSON", SURNAME | SHARED | NAME_OF_ANOTHER, True, True),
        ("PERSON", SURNAME | SHARED, False, True),
        ("PERSON", SURNAME | NAME_OF_ANOTHER | READ_AS_THIRD, False, False),
        ("PERSON", SURNAME | {"surname shared": HALF} | NAME_OF_ANOTHER, False, False),
        ("PHONE_NUMBER", NAME_OF_ANOTHER | READ_AS_THIRD | SURNAME | SHARED, False, False),
    ],
)
def test_what_is_anothers_too_is_withheld_by_two_witnesses_and_asked_by_one(
    kind: str, values: dict[str, float], withheld: bool, asked: bool
) -> None:
    """However well it agrees; of who was on the call, of colleagues and of the company nothing is shared."""
    agrees = evidence({"alike": 1.0, "in group": 1.0, "block, same": 1.0} | values)
    reason = forbidden(kind, Claimant.REQUESTER, agrees)
    assert reason is (Reason.SAME_BUT_SAID_OF_ANOTHER if withheld else None)
    assert may_be_anothers(kind, agrees) is asked
    assert Reason.SAME_BUT_SAID_OF_ANOTHER in SENTENCES
    for other in (Claimant.ON_CALL, Claimant.COLLEAGUES, Claimant.COMPANY):
        assert forbidden(kind, other, agrees) is None


@pytest.mark.parametrize(
    "more", ["written whole name", "heard whole name", "written given name", "heard given name"]
)
@pytest.mark.parametrize("surname", ["written surname", "heard surname"])
def test_who_is_named_by_more_than_the_surname_is_not_taken_for_the_family(surname: str, more: str) -> None:
    """What else of the name is worth as much as the surname was said too."""
    shared = SHARED | NAME_OF_ANOTHER | {f"{surname}, worth": 1.4}
    assert may_be_anothers("PERSON", evidence(shared | {f"{more}, worth": 1.4 - STEP}))
    assert not may_be_anothers("PERSON", evidence(shared | {f"{more}, worth": 1.4}))


LEVELS = (0.0, 0.3, 0.6, 1.0, 1.5)


@pytest.mark.parametrize("gate", [each for each in Feature if each.role is Role.GATE], ids=str)
@pytest.mark.parametrize("kind", ["PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"])
def test_a_gate_only_withholds(kind: str, gate: Feature) -> None:
    """Whatever else is said: what is forbidden without it is forbidden with it, what is asked is asked."""
    chance = np.random.default_rng(0)
    for _ in range(300):
        without = {each: float(chance.choice(LEVELS)) for each in Feature} | {gate: 0.0}
        with_it = without | {gate: 1.0}
        for claimant in Claimant:
            assert forbidden(kind, claimant, without) is None or forbidden(kind, claimant, with_it)
        assert may_be_anothers(kind, without) <= may_be_anothers(kind, with_it)


@pytest.mark.parametrize("claimant", list(Claimant))
@pytest.mark.parametrize("kind", ["PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS"])
def test_only_the_whole_block_gives_by_itself_and_only_the_requester(kind: str, claimant: Claimant) -> None:
    """No other feature does, and one witness for another person is enough to leave it to the judge."""
    chance = np.random.default_rng(1)
    for _ in range(300):
        without = {each: float(chance.choice(LEVELS)) for each in Feature} | {Feature.WHOLE_BLOCK: 0.0}
        assert not is_plainly_theirs(kind, claimant, without)
        given = is_plainly_theirs(kind, claimant, without | {Feature.WHOLE_BLOCK: 1.0})
        assert given is (
            kind == "ADDRESS" and claimant is Claimant.REQUESTER and not may_be_anothers(kind, without)
        )


SPELT = {"letters": 1.0, "letters, of theirs": 1.0}
LIKE = {"alike": NEAR}
EXPLAINS = {"explains, written": 1.0}
OTHERWISE = {"alike, other reading": NEAR}
HEARD = {"heard covered": HALF}
PLACE_AND_BLOCK = {"written town": NEAR, "block, same": 0.5}
BUILDING = {"written building": NEAR}
PLACE = {"written town": NEAR}
CODE = {"postal code": 1.0}
BLOCK = {"block, same": 0.5}
SAME = {"figures, own": 2.0, "figures, other": 0.0}
NEARLY = {"figures, own": 2.0, "figures, other": log1p(2)}
LEAST_OFF = {"figures, own": 2.0, "figures, other": STEP}
PIECE = {"figures, own": 0.5, "figures, other": log1p(3)}
MAIL = {"written covered": 0.1}

TOLD: list[tuple[str, Party, dict[str, float], Reason]] = [
    ("PERSON", OWN, SPELT, Reason.NAME_SAME_SPELLING_REQUESTER),
    ("PERSON", STAFF, SPELT, Reason.NAME_SAME_SPELLING_STAFF),
    ("PERSON", OWN, LIKE, Reason.NAME_READS_LIKE_REQUESTER),
    ("PERSON", STAFF, LIKE, Reason.NAME_READS_LIKE_STAFF),
    ("PERSON", COMPANY, LIKE, Reason.NAME_READS_LIKE_COMPANY),
    ("PERSON", OWN, EXPLAINS, Reason.EXPLAINS_REQUESTER_KANJI),
    ("PERSON", OWN, OTHERWISE, Reason.NAME_OTHER_READING_REQUESTER),
    ("PERSON", OWN, HEARD, Reason.HEARD_AS_REQUESTER),
    ("PERSON", STAFF, HEARD, Reason.HEARD_AS_STAFF),
    ("PERSON", COMPANY, HEARD, Reason.HEARD_AS_COMPANY),
    ("ADDRESS", OWN, PLACE_AND_BLOCK, Reason.ADDRESS_PLACE_AND_BLOCK_SAME),
    ("ADDRESS", OWN, BUILDING, Reason.ADDRESS_BUILDING_SAME),
    ("ADDRESS", OWN, PLACE, Reason.ADDRESS_PLACE_SAME),
    ("ADDRESS", OWN, CODE, Reason.POSTAL_CODE_OF_ADDRESS),
    ("ADDRESS", OWN, BLOCK, Reason.ADDRESS_BLOCK_ALONE_SAME),
    ("ADDRESS", OWN, HEARD, Reason.HEARD_AS_REQUESTER),
    ("PHONE_NUMBER", OWN, SAME, Reason.NUMBER_SAME),
    ("PHONE_NUMBER", COMPANY, SAME, Reason.NUMBER_SAME),
    ("PHONE_NUMBER", OWN, NEARLY, Reason.NUMBER_ONE_OR_TWO_OFF),
    ("PHONE_NUMBER", COMPANY, NEARLY, Reason.NUMBER_ONE_OR_TWO_OFF),
    ("PHONE_NUMBER", OWN, LEAST_OFF, Reason.NUMBER_ONE_OR_TWO_OFF),
    ("PHONE_NUMBER", OWN, PIECE, Reason.NUMBER_PIECE_OF_REGISTERED),
    ("EMAIL_ADDRESS", OWN, MAIL, Reason.MAIL_HOLDS_REQUESTER_NAME),
    ("EMAIL_ADDRESS", COMPANY, HEARD, Reason.HEARD_AS_COMPANY),
]
"""What each reason is told of, at its bounds."""


@pytest.mark.parametrize(("kind", "party", "values", "reason"), TOLD)
def test_an_owner_has_a_reason(kind: str, party: Party, values: dict[str, float], reason: Reason) -> None:
    """At its bounds a reason is told, and it has a sentence."""
    assert owners_reason(kind, party, evidence(values)) is reason
    assert reason in SENTENCES


@pytest.mark.parametrize(
    ("kind", "values", "reason"),
    [
        ("PERSON", SPELT | {"letters": 1 - STEP}, None),
        ("PERSON", SPELT | {"letters, of theirs": 1 - STEP}, None),
        ("PERSON", {"alike": NEAR - STEP}, None),
        ("PERSON", {"explains, written": 1 - STEP}, None),
        ("PERSON", {"alike, other reading": NEAR - STEP}, None),
        ("PERSON", {"heard covered": HALF - STEP}, None),
        ("ADDRESS", PLACE_AND_BLOCK | {"written town": NEAR - STEP}, Reason.ADDRESS_BLOCK_ALONE_SAME),
        ("ADDRESS", PLACE_AND_BLOCK | {"block, same": 0.0}, Reason.ADDRESS_PLACE_SAME),
        ("ADDRESS", {"written building": NEAR - STEP}, None),
        ("ADDRESS", {"written town": NEAR - STEP}, None),
        ("ADDRESS", CODE | {"postal code": 0.0}, None),
        ("ADDRESS", {"block, same": 0.0}, None),
        ("PHONE_NUMBER", SAME | {"figures, own": 0.0}, None),
        ("PHONE_NUMBER", SAME | {"figures, other": 0.5}, Reason.NUMBER_ONE_OR_TWO_OFF),
        ("PHONE_NUMBER", NEARLY | {"figures, other": log1p(3)}, Reason.NUMBER_PIECE_OF_REGISTERED),
        ("PHONE_NUMBER", PIECE | {"figures, own": 0.0}, None),
        ("EMAIL_ADDRESS", {"written covered": 0.0}, None),
        # A reason is of one type of finding.
        ("ADDRESS", SPELT | LIKE | EXPLAINS | OTHERWISE, None),
        ("PERSON", PLACE_AND_BLOCK | BUILDING | CODE | SAME | MAIL, None),
        ("PHONE_NUMBER", MAIL | PLACE_AND_BLOCK, None),
    ],
)
def test_a_reason_that_does_not_hold_is_not_told(
    kind: str, values: dict[str, float], reason: Reason | None
) -> None:
    """Beyond one of its bounds the next reason is told."""
    assert owners_reason(kind, OWN, evidence(values)) is reason


@pytest.mark.parametrize(
    ("party", "reason"),
    [
        (OWN, Reason.JUDGED_TOGETHER),
        (STAFF, Reason.JUDGED_TOGETHER_STAFF),
        (COMPANY, Reason.JUDGED_TOGETHER_COMPANY),
    ],
)
@pytest.mark.parametrize("kind", ["PERSON", "ADDRESS", "PHONE_NUMBER", "EMAIL_ADDRESS", "COMPANYS_OWN"])
def test_without_plain_evidence_all_of_it_is_the_reason(kind: str, party: Party, reason: Reason) -> None:
    """Every party has a reason for every type of finding, and that has a sentence."""
    assert owners_reason(kind, party, {}) is None
    assert together_reason(party) is reason
    assert reason in SENTENCES


@pytest.mark.parametrize(
    ("kind", "order"),
    [
        (
            "PERSON",
            [
                (SPELT, Reason.NAME_SAME_SPELLING_REQUESTER),
                (LIKE, Reason.NAME_READS_LIKE_REQUESTER),
                (EXPLAINS, Reason.EXPLAINS_REQUESTER_KANJI),
                (OTHERWISE, Reason.NAME_OTHER_READING_REQUESTER),
                (HEARD, Reason.HEARD_AS_REQUESTER),
            ],
        ),
        (
            "ADDRESS",
            [
                (CODE, Reason.POSTAL_CODE_OF_ADDRESS),
                (PLACE_AND_BLOCK, Reason.ADDRESS_PLACE_AND_BLOCK_SAME),
                (BUILDING, Reason.ADDRESS_BUILDING_SAME),
                (PLACE, Reason.ADDRESS_PLACE_SAME),
                (BLOCK, Reason.ADDRESS_BLOCK_ALONE_SAME),
                (HEARD, Reason.HEARD_AS_REQUESTER),
            ],
        ),
        ("PHONE_NUMBER", [(PIECE, Reason.NUMBER_PIECE_OF_REGISTERED), (HEARD, Reason.HEARD_AS_REQUESTER)]),
        ("EMAIL_ADDRESS", [(MAIL, Reason.MAIL_HOLDS_REQUESTER_NAME), (HEARD, Reason.HEARD_AS_REQUESTER)]),
    ],
)
def test_the_plainest_reason_is_told_first(kind: str, order: list[tuple[dict[str, float], Reason]]) -> None:
    """Of all that hold, the one that stands first; without it, the next."""
    for at, (_, reason) in enumerate(order):
        values = {name: value for each, _ in order[at:] for name, value in each.items()}
        if reason in {Reason.ADDRESS_BUILDING_SAME, Reason.ADDRESS_PLACE_SAME}:
            values["block, same"] = 0.0
        assert owners_reason(kind, OWN, evidence(values)) is reason


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"alike": 0.9}, Reason.NAME_READS_LIKE_REQUESTER),
        ({"alike": 0.7}, None),
        ({"heard covered": 0.55}, Reason.HEARD_AS_REQUESTER),
        ({"heard covered": 0.45}, None),
    ],
)
def test_a_reason_is_told_from_four_fifths_or_a_half(values: dict[str, float], reason: Reason | None) -> None:
    """Either bound lies between these two values, wherever exactly."""
    assert owners_reason("PERSON", OWN, evidence(values)) is reason


@pytest.mark.parametrize(
    ("kind", "nobody", "perhaps"),
    [
        ("PERSON", Reason.NAME_OF_NOBODY, Reason.NAME_SOMEWHAT_LIKE),
        ("ADDRESS", Reason.ADDRESS_NOT_REGISTERED, Reason.ADDRESS_NEXT_DOOR),
        ("PHONE_NUMBER", Reason.NUMBER_NOT_REGISTERED, Reason.OWNER_UNKNOWN),
        ("EMAIL_ADDRESS", Reason.OWNER_UNKNOWN, Reason.OWNER_UNKNOWN),
        ("COMPANYS_OWN", Reason.OWNER_UNKNOWN, Reason.OWNER_UNKNOWN),
    ],
)
def test_what_is_masked_has_a_reason(kind: str, nobody: Reason, perhaps: Reason) -> None:
    """A finding that is nobody's says so, and one that may be somebody's says that; either has a sentence."""
    assert nobodys_reason(kind, likely=False) is nobody
    assert nobodys_reason(kind, likely=True) is perhaps
    assert {nobody, perhaps} <= set(SENTENCES)
