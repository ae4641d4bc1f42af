"""How far apart two things are said that belong together: just as far, and one character more."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.compare.address import address_groups
from pipeline.ownership.neighbours.explained import attribute_explanations
from pipeline.ownership.neighbours.pieces import attribute_pieces
from pipeline.ownership.neighbours.postal_codes import attribute_postal_codes
from pipeline.ownership.shared_places import reject_shared_places
from pipeline.reasons import Reason
from pipeline.types import (
    CallCase,
    CaseName,
    CharSpan,
    EntitySpan,
    Finding,
    Party,
    Requester,
    Transcript,
)
from tests.builders import transcript, utterance

OWN, OTHERS = Party.REQUESTER, Party.THIRD_PARTY
CASE = CallCase("R-1", Requester((CaseName("岩田花子", "イワタハナコ"),), ("080-4908-1563",)))
PHONE, PLACE, NAME = "PHONE_NUMBER", "ADDRESS", "PERSON"


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


def heard(*said: str | tuple[str, str, Party]) -> tuple[Transcript, tuple[Finding, ...]]:
    """A call of one line, and what is found in it: words, type, and whose they are so far."""
    text, findings = "", []
    for each in said:
        words = each if isinstance(each, str) else each[0]
        if not isinstance(each, str):
            chars = CharSpan(len(text), len(text) + len(words))
            entity = EntitySpan(each[1], chars, 0.9, "Test")
            findings.append(Finding(entity, each[2], Reason.NOT_GIVEN, needs_review=False))
        text += words
    return transcript(utterance(text, 0.0)), tuple(findings)


@pytest.mark.parametrize(("between", "together"), [("きし", True), ("きしむ", False), ("はい、えっと", True)])
def test_two_pieces_are_one_address_with_two_other_characters_between(between: str, together: bool) -> None:
    """Fillers and answers do not count."""
    call, findings = heard(("町田市", PLACE, OTHERS), between, ("成瀬", PLACE, OTHERS))
    groups = address_groups([each.entity for each in findings], call)
    assert groups == (((0, 1),) if together else ((0,), (1,)))


@pytest.mark.parametrize(("figures", "together"), [("6192930", True), ("61929308", False)])
def test_a_block_number_has_seven_figures_at_the_most(figures: str, together: bool) -> None:
    """With its room; more are a telephone number's."""
    call, findings = heard(("成瀬", PLACE, OTHERS), (figures, PHONE, OTHERS))
    assert address_groups([each.entity for each in findings], call) == (((0, 1),) if together else ((0,),))


@pytest.mark.parametrize(
    ("between", "theirs"),
    [
        ("きしむきし", True),  # words of its own
        ("きしむきしむ", True),
        ("きしむきしむき", False),
        ("はい、" * 8, True),  # nothing but answers
        ("はい、" * 8 + "。", False),
    ],
)
def test_a_piece_is_of_the_number_before_it(between: str, theirs: bool, reader: Reader) -> None:
    """Up to six characters of words, and a turn with fillers and answers."""
    call, findings = heard(("080の4908", PHONE, OWN), between, ("1563", PHONE, OTHERS))
    told = attribute_pieces(findings, call, CASE, reader)[1]
    assert (told.party is OWN) is theirs


@pytest.mark.parametrize(
    ("pieces", "theirs"),
    [
        (("0804908", "1"), True),  # eight figures of theirs together
        (("080490", "8"), False),
    ],
)
def test_pieces_together_tell_from_eight_figures_on(
    pieces: tuple[str, str], theirs: bool, reader: Reader
) -> None:
    """Fewer are many a number's, if none of them is theirs yet."""
    first, second = pieces
    call, findings = heard((first, PHONE, OTHERS), "、", (second, PHONE, OTHERS))
    told = attribute_pieces(findings, call, CASE, reader)
    assert [each.party is OWN for each in told] == [theirs, theirs]


@pytest.mark.parametrize(("again", "theirs"), [("余ん急1", True), ("余ん急", False)])
def test_four_characters_are_written_alike_by_no_chance(again: str, theirs: bool, reader: Reader) -> None:
    """However badly they were heard before."""
    call, findings = heard(("080余ん急1斬6サン", PHONE, OWN), "、", (again, PHONE, OTHERS))
    assert (attribute_pieces(findings, call, CASE, reader)[1].party is OWN) is theirs


@pytest.mark.parametrize(("count", "theirs"), [(12, True), (13, False)])
def test_an_explanation_stands_near_its_name(count: int, theirs: bool, reader: Reader) -> None:
    """Nobody asks for it, and nothing tells that it is one but its own words."""
    call, findings = heard(("岩田", NAME, OWN), "か" * count, ("久しいという字", NAME, OTHERS))
    assert (attribute_explanations(findings, call, CASE, reader)[1].party is OWN) is theirs


@pytest.mark.parametrize(("count", "theirs"), [(18, True), (19, False)])
def test_the_other_side_asks_for_an_explanation_in_a_turn(count: int, theirs: bool, reader: Reader) -> None:
    """です、漢字は and what more is said: 24 characters with these six."""
    question = "です、漢字は" + "か" * count
    call, findings = heard(("岩田", NAME, OWN), question, ("久しい", NAME, OTHERS))
    assert (attribute_explanations(findings, call, CASE, reader)[1].party is OWN) is theirs


@pytest.mark.parametrize(("count", "theirs"), [(14, True), (15, False)])
def test_a_postal_code_is_asked_for_right_before_it(count: int, theirs: bool) -> None:
    """番号 and what more is said: 16 characters."""
    call, findings = heard(
        ("川口市芝3丁目", PLACE, OWN), "郵便番号" + "か" * count, ("333の5288", PLACE, OTHERS)
    )
    assert (attribute_postal_codes(findings, call)[1].party is OWN) is theirs


@pytest.mark.parametrize(("count", "theirs"), [(38, True), (39, False)])
def test_a_postal_code_before_its_address_is_asked_for_in_forty_characters(count: int, theirs: bool) -> None:
    """Their name may be said between."""
    call, findings = heard(
        "郵便番号" + "か" * count, ("5-3-2-1-8-1-0", PHONE, OTHERS), "、", ("川口市芝3丁目", PLACE, OWN)
    )
    assert (attribute_postal_codes(findings, call)[0].party is OWN) is theirs


@pytest.mark.parametrize(
    ("code", "theirs"),
    [
        ("3332", False),
        ("33352", True),
        ("333528812", False),
        ("33352881", True),
        ("333の528枚", True),
        ("33352番地", True),
        ("33352番地枚", False),
    ],
)
def test_a_postal_code_has_five_to_eight_figures_and_hardly_more(code: str, theirs: bool) -> None:
    """As it is heard: a figure may be missing, or be a word."""
    call, findings = heard(("川口市芝3丁目", PLACE, OWN), "郵便番号は", (code, PLACE, OTHERS))
    assert (attribute_postal_codes(findings, call)[1].party is OWN) is theirs


@pytest.mark.parametrize(("count", "taken"), [(60, True), (61, False)])
def test_a_house_stands_within_an_exchange_of_its_town(count: int, taken: bool) -> None:
    """Behind that it may be another town's."""
    call, findings = heard(("調布市", PLACE, OWN), "か" * count, ("1474番地", PLACE, OTHERS))
    assert (reject_shared_places(findings, call)[0].party is not OWN) is taken


@pytest.mark.parametrize(("house", "taken"), [("14番地", True), ("4番地", False)])
def test_a_house_has_two_figures(house: str, taken: bool) -> None:
    """One is in many a place."""
    call, findings = heard(("調布市", PLACE, OWN), "そこの", (house, PLACE, OTHERS))
    assert (reject_shared_places(findings, call)[0].party is not OWN) is taken
