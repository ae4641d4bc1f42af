"""A town, and its postal code, are whose the house behind them is."""

from __future__ import annotations

import pytest

from pipeline.ownership.neighbours.gaps import AN_EXCHANGE
from pipeline.ownership.shared_places import reject_shared_places
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.builders import transcript, utterance

OWN, OTHER, UNKNOWN = Party.REQUESTER, Party.THIRD_PARTY, Party.UNKNOWN


def houses(*said: tuple[str, Party, str], gap: int = 0) -> list[Party]:
    """Whose places, codes and houses are by the house behind them; talk of so many characters between."""
    segments, findings = [], []
    for n, (text, _, _) in enumerate(said):
        segments += [utterance(text, 9.0 * n)]
        segments += [utterance("か" * gap, 9.0 * n + 5.0)] if gap else []
    call = transcript(*segments)
    start = 0
    for text, party, reason in said:
        start = call.text.index(text, start)
        chars = CharSpan(start, start + len(text))
        findings.append(Finding(EntitySpan("ADDRESS", chars, 0.9, "test"), party, reason, False))
        start = chars.end
    return [each.party for each in reject_shared_places(findings, call)]


NONE = Reason.NOT_GIVEN
CODE = ("182の1798", OWN, Reason.POSTAL_CODE_OF_ADDRESS)
PLACE = ("調布市深大寺東町", OWN, NONE)


@pytest.mark.parametrize("house", [("1474番地", OTHER, NONE), ("1474番地", UNKNOWN, NONE)])
def test_a_neighbours_place_and_code_are_the_neighbours(house: tuple[str, Party, str]) -> None:
    """However it came to be the requester's, and whatever was said of it between."""
    again = ("182の1798", OWN, Reason.POSTAL_CODE_OF_ADDRESS)
    assert houses(CODE, again, PLACE, house, gap=10)[:3] == [UNKNOWN] * 3
    assert houses(CODE, again, PLACE, house, gap=20)[:3] == [OWN, UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("said", "gap"),
    [
        ((CODE, PLACE, ("2の31の2", OWN, NONE)), 18),
        ((CODE, PLACE, ("2の31の2", OWN, NONE), ("1474番地", OTHER, NONE)), 0),
        ((PLACE, ("笹川", OTHER, NONE)), 0),
        ((PLACE, ("1474番地", OTHER, NONE)), AN_EXCHANGE),
        ((("調布市深大寺東町2の31", OWN, NONE), ("1474番地", OTHER, NONE)), 0),
    ],
)
def test_before_a_house_of_theirs_or_none_it_is_theirs(
    said: tuple[tuple[str, Party, str], ...], gap: int
) -> None:
    """The next house tells, and one that is far off tells nothing."""
    assert houses(*said, gap=gap)[0] is OWN


def test_what_becomes_of_a_neighbours_place_is_shown_and_says_why() -> None:
    """For the house may be theirs, misheard."""
    call = transcript(utterance("西葛西2の39", 0.0))
    place = Finding(EntitySpan("ADDRESS", CharSpan(0, 3), 0.9, "test"), OWN, Reason.NOT_GIVEN, False)
    house = Finding(EntitySpan("ADDRESS", CharSpan(3, 7), 0.9, "test"), OTHER, Reason.NOT_GIVEN, False)
    made, same = reject_shared_places([place, house], call)
    assert (made.party, made.reason, made.needs_review) == (UNKNOWN, Reason.OTHER_NUMBER_FOLLOWS, True)
    assert same == house
