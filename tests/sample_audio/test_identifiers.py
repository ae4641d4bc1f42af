"""Invented identifiers: right check digits, and a case that the product can read."""

from __future__ import annotations

import json

import pytest

from flows.files.case_file import parse_case
from models.recognizers.identifiers.figure_kinds import is_card, is_my_number
from models.training.calls.stored import made_case
from sample_audio.casting import case_json, cast
from sample_audio.identifiers import checked_card, checked_licence, checked_my_number
from sample_audio.script import IDENTIFIER_PARTS, parse_scripts

EVERYTHING = "# id: d\n" + "\n".join(
    f"cu: {{{who}.{group}.{part}}}"
    for who in ("rq", "t1", "f1")
    for group, (_, parts) in IDENTIFIER_PARTS.items()
    for part in parts
)


def test_check_digits() -> None:
    """The card is Visa's example; the licence's weighted sum is 153, ten more than a multiple of 11."""
    assert checked_my_number("12345678901") == "123456789018"
    assert checked_card("411111111111111") == "4111111111111111"
    assert checked_licence("3012345678") == "301234567810"


@pytest.mark.parametrize("seed", range(20))
def test_numbers_are_as_they_must_be(seed: int) -> None:
    """Check digits are right, cards are those that issuers keep for tests, people differ."""
    (dialogue,) = parse_scripts(EVERYTHING)
    known = dict(cast(dialogue, seed).identifiers)
    for each in known.values():
        assert is_my_number(each.figures["mynumber"])
        assert is_card(each.figures["card"])
        assert each.figures["card"].startswith(("424242", "555555", "356600"))
        assert [len(each.figures[group]) for group in ("bank", "insurance", "licence")] == [7, 8, 12]
    assert len({each.figures["licence"] for each in known.values()}) == 3


@pytest.mark.parametrize("seed", range(20))
def test_the_case_has_what_the_requester_says(seed: int) -> None:
    """All but the My Number, which no case may hold; both readers of cases take it alike."""
    (dialogue,) = parse_scripts(EVERYTHING)
    call = cast(dialogue, seed)
    document = json.loads(json.dumps(case_json(call), ensure_ascii=False))
    case = parse_case(document, "case")
    assert made_case(document) == case
    asks, known = case.requester, dict(call.identifiers)["rq"]
    assert asks.birth_date == known.birth.isoformat()
    assert (len(asks.plates), len(asks.workplaces), len(asks.emails)) == (1, 2, 1)
    assert {known.figures[group] for group in ("bank", "licence", "customer")} <= set(asks.customer_numbers)
    assert known.figures["mynumber"] not in asks.customer_numbers


def test_a_case_has_no_more_than_is_said() -> None:
    """What the requester does not say of themselves is not in their case."""
    (dialogue,) = parse_scripts("# id: d\ncu: {t1.birth.full}\ncu: {rq.plate.full}\n")
    requester = case_json(cast(dialogue, 1))["requester"]
    assert "plates" in requester
    assert not {"birth_date", "workplaces", "customer_numbers", "emails"} & requester.keys()


def test_other_slots_do_not_change_what_a_person_is_known_by() -> None:
    """Each person has a chance of their own: a call with one slot more has the same numbers."""
    scripts = ("# id: d\ncu: {t1.card.full}\n", "# id: d\ncu: {rq.bank.full}{t1.card.full}\n")
    cards = {dict(cast(parse_scripts(text)[0], 4).identifiers)["t1"].figures["card"] for text in scripts}
    assert len(cards) == 1
