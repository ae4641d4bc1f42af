"""What forbids an owner, and what is said of one: on each side of every bound, evidence that it decides."""

from __future__ import annotations

from math import log1p

import pytest

from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.ownership.verdicts import (
    HALF,
    NEAR,
    TWO_MORAE,
    Veto,
    nobodys_reason,
    owners_reason,
    together_reason,
    vetoed,
)
from pipeline.reason_text import SENTENCES
from pipeline.reasons import Reason
from pipeline.types import Party

OWN, STAFF, COMPANY = Party.REQUESTER, Party.STAFF, Party.COMPANY
STEP = 0.001
"""To the other side of a bound."""

COMPANY_ROW = "party: company"
"""Evidence for the company has 1 here."""

TAKEN: dict[Veto, tuple[str, dict[str, float]]] = {
    Veto.OTHER_ROOM: (
        "ADDRESS",
        {"room, figures off": 1 + STEP, "written building": NEAR, "heard block": NEAR - STEP},
    ),
    Veto.OTHER_SPELLING: (
        "PERSON",
        {
            "kanji another's": 1.0,
            COMPANY_ROW: 1.0 - STEP,
            "heard whole name": NEAR - STEP,
            "heard surname": NEAR - STEP,
            "heard given name": NEAR - STEP,
            "explains, written": HALF - STEP,
        },
    ),
    Veto.RELATIVE: (
        "PERSON",
        {"relative": 1.0, "written surname": NEAR, "explains, written": HALF - STEP, "letters": 1 - STEP},
    ),
    Veto.OTHER_KANJI: ("PERSON", {"explains kanji of another": 1.0, "explains, heard": HALF - STEP}),
}
"""The least, or the most, at which each veto takes a finding."""

SPEAKS = {1.0, 1 + STEP, NEAR}
"""The values of those that speak for a veto; all others speak against it."""


@pytest.mark.parametrize("veto", Veto)
def test_each_veto_takes_what_it_is_about(veto: Veto) -> None:
    """A veto takes a finding of its type alone, and its reason has a sentence."""
    kind, values = TAKEN[veto]

    assert vetoed(kind, values) is veto
    assert all(vetoed(other, values) is None for other in ("PHONE_NUMBER", "EMAIL_ADDRESS"))
    assert vetoed("ADDRESS" if kind == "PERSON" else "PERSON", values) is None
    assert veto.value in SENTENCES


@pytest.mark.parametrize(
    ("veto", "name", "value"),
    [
        (Veto.OTHER_ROOM, "room, figures off", 1.0),
        (Veto.OTHER_ROOM, "written building", NEAR - STEP),
        (Veto.OTHER_ROOM, "heard block", NEAR),
        (Veto.OTHER_SPELLING, "kanji another's", 0.0),
        (Veto.OTHER_SPELLING, COMPANY_ROW, 1.0),
        (Veto.OTHER_SPELLING, "heard whole name", NEAR),
        (Veto.OTHER_SPELLING, "heard surname", NEAR),
        (Veto.OTHER_SPELLING, "heard given name", NEAR),
        (Veto.OTHER_SPELLING, "explains, written", HALF),
        (Veto.RELATIVE, "relative", 0.0),
        (Veto.RELATIVE, "written surname", NEAR - STEP),
        (Veto.RELATIVE, "explains, written", HALF),
        (Veto.RELATIVE, "letters", 1.0),
        (Veto.OTHER_KANJI, "explains kanji of another", 0.0),
        (Veto.OTHER_KANJI, "explains, heard", HALF),
    ],
)
def test_each_veto_leaves_what_is_beyond_one_of_its_bounds(veto: Veto, name: str, value: float) -> None:
    """One value on the other side of its bound keeps the owner."""
    kind, values = TAKEN[veto]

    assert name in values
    assert vetoed(kind, values | {name: value}) is None


@pytest.mark.parametrize("veto", Veto)
def test_a_value_that_is_not_there_is_nothing(veto: Veto) -> None:
    """A veto reads a missing value as 0: without what speaks for it, it takes nothing."""
    kind, values = TAKEN[veto]

    assert vetoed(kind, {}) is None
    assert vetoed(kind, {name: value for name, value in values.items() if value in SPEAKS}) is veto


def test_the_first_of_several_vetoes_is_told() -> None:
    """Another spelling comes before a relative, and other kanji that are explained come last."""
    order = (Veto.OTHER_SPELLING, Veto.RELATIVE, Veto.OTHER_KANJI)
    for at, veto in enumerate(order):
        values = {name: value for each in order[at:] for name, value in TAKEN[each][1].items()}
        assert vetoed("PERSON", values) is veto


@pytest.mark.parametrize(("figures", "veto"), [(0.0, None), (1.0, None), (2.0, Veto.OTHER_ROOM)])
def test_a_room_that_is_one_figure_off_may_be_misheard(figures: float, veto: Veto | None) -> None:
    """Two figures make it another, also where nobody listened; that it differs at all tells too little."""
    values = {"room, off": 1.0, "room, figures off": figures, "written building": 1.0}
    assert vetoed("ADDRESS", values) is veto


@pytest.mark.parametrize("party", KNOWN_PARTIES)
def test_only_what_the_company_is_called_may_be_spelt_otherwise(party: Party) -> None:
    """Its name is no surname, and is written in many ways."""
    values = {"kanji another's": 1.0, f"party: {party}": 1.0}
    assert vetoed("PERSON", values) is (None if party is COMPANY else Veto.OTHER_SPELLING)


HEARD_RELATIVE = {
    "relative": 1.0,
    "listened": 1.0,
    "heard surname": NEAR,
    "heard left behind": TWO_MORAE,
    "heard given name": HALF - STEP,
}


@pytest.mark.parametrize(
    ("other", "taken"),
    [
        ({}, True),
        ({"heard surname": NEAR - STEP}, False),
        ({"heard left behind": TWO_MORAE - STEP}, False),
        ({"heard given name": 0.0}, True),
        ({"heard given name": HALF}, False),
        ({"explains, written": HALF}, False),
        ({"relative": 0.0}, False),
        ({"letters": 1 - STEP}, True),
        ({"letters": 1.0}, False),
        # What is written tells only where nobody listened.
        ({"heard surname": 0.0, "written surname": 1.0}, False),
        ({"heard left behind": 0.0, "written surname": 1.0}, False),
        ({"listened": 0.0}, False),
        ({"listened": 0.0, "written surname": NEAR}, True),
    ],
)
def test_a_relative_is_heard_by_what_follows_the_surname(other: dict[str, float], taken: bool) -> None:
    """The surname has to be clear, and two morae behind it have to be none of theirs."""
    assert vetoed("PERSON", HEARD_RELATIVE | other) is (Veto.RELATIVE if taken else None)


@pytest.mark.parametrize(("left", "taken"), [(log1p(2), True), (0.9, False), (log1p(1), False)])
def test_a_given_name_has_two_morae(left: float, taken: bool) -> None:
    """One mora more may be a particle."""
    values = HEARD_RELATIVE | {"heard left behind": left}
    assert vetoed("PERSON", values) is (Veto.RELATIVE if taken else None)


@pytest.mark.parametrize(
    ("kind", "values", "veto"),
    [
        ("ADDRESS", {"room, figures off": 2.0, "written building": 0.9}, Veto.OTHER_ROOM),
        ("ADDRESS", {"room, figures off": 2.0, "written building": 0.7}, None),
        (
            "ADDRESS",
            {"room, figures off": 2.0, "written building": 1.0, "heard block": 0.7},
            Veto.OTHER_ROOM,
        ),
        ("ADDRESS", {"room, figures off": 2.0, "written building": 1.0, "heard block": 0.9}, None),
        ("PERSON", {"kanji another's": 1.0, "heard surname": 0.7}, Veto.OTHER_SPELLING),
        ("PERSON", {"kanji another's": 1.0, "heard surname": 0.9}, None),
        ("PERSON", {"relative": 1.0, "written surname": 0.9}, Veto.RELATIVE),
        ("PERSON", {"relative": 1.0, "written surname": 0.7}, None),
        ("PERSON", {"kanji another's": 1.0, "explains, written": 0.45}, Veto.OTHER_SPELLING),
        ("PERSON", {"kanji another's": 1.0, "explains, written": 0.55}, None),
        ("PERSON", {"relative": 1.0, "written surname": 1.0, "explains, written": 0.45}, Veto.RELATIVE),
        ("PERSON", {"relative": 1.0, "written surname": 1.0, "explains, written": 0.55}, None),
        ("PERSON", HEARD_RELATIVE | {"heard given name": 0.45}, Veto.RELATIVE),
        ("PERSON", HEARD_RELATIVE | {"heard given name": 0.55}, None),
        ("PERSON", {"explains kanji of another": 1.0, "explains, heard": 0.45}, Veto.OTHER_KANJI),
        ("PERSON", {"explains kanji of another": 1.0, "explains, heard": 0.55}, None),
    ],
)
def test_near_is_four_fifths_and_half_a_half(kind: str, values: dict[str, float], veto: Veto | None) -> None:
    """Either bound lies between these two values, wherever exactly."""
    assert vetoed(kind, values) is veto


def test_an_explanation_of_other_kanji_is_anothers_however_well_it_is_written() -> None:
    """One kanji that is named outright and is not theirs tells enough, but where theirs are heard."""
    values = {"explains kanji of another": 1.0, "explains kanji of theirs": 2.0, "explains, written": 2.0}
    assert vetoed("PERSON", values) is Veto.OTHER_KANJI
    assert vetoed("PERSON", values | {"explains kanji of another": 0.0}) is None
    assert vetoed("PERSON", values | {"explains, heard": 1.0}) is None


SPELT = {"letters": 1.0, "letters, of theirs": 1.0}
LIKE = {"alike": NEAR}
EXPLAINS = {"explains, written": 1.0}
OTHERWISE = {"alike, other reading": NEAR}
HEARD = {"heard covered": HALF}
PLACE_AND_BLOCK = {"written town": NEAR, "block, same": 0.5}
BUILDING = {"written building": NEAR}
PLACE = {"written town": NEAR}
CODE = {"number asked": 1.0, "address near": HALF}
BLOCK = {"block, same": 0.5}
SAME = {"figures, own": 2.0, "figures, other": 0.0}
NEARLY = {"figures, own": 2.0, "figures, other": 0.7, "figures, off": HALF - STEP}
LEAST_OFF = {"figures, off": STEP}
PIECE = {"figures, own": 0.5, "figures, other": 0.7, "figures, off": 1.0}
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
    assert owners_reason(kind, party, values) is reason
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
        ("ADDRESS", CODE | {"number asked": 0.0}, None),
        ("ADDRESS", CODE | {"address near": HALF - STEP}, None),
        ("ADDRESS", {"block, same": 0.0}, None),
        ("PHONE_NUMBER", SAME | {"figures, own": 0.0}, None),
        ("PHONE_NUMBER", SAME | {"figures, other": 0.5}, Reason.NUMBER_PIECE_OF_REGISTERED),
        ("PHONE_NUMBER", NEARLY | {"figures, off": HALF}, Reason.NUMBER_PIECE_OF_REGISTERED),
        ("PHONE_NUMBER", NEARLY | {"figures, off": 0.0}, Reason.NUMBER_PIECE_OF_REGISTERED),
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
    assert owners_reason(kind, OWN, values) is reason


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
                (PLACE_AND_BLOCK, Reason.ADDRESS_PLACE_AND_BLOCK_SAME),
                (BUILDING, Reason.ADDRESS_BUILDING_SAME),
                (PLACE, Reason.ADDRESS_PLACE_SAME),
                (CODE, Reason.POSTAL_CODE_OF_ADDRESS),
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
        assert owners_reason(kind, OWN, values) is reason


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
    assert owners_reason("PERSON", OWN, values) is reason


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
