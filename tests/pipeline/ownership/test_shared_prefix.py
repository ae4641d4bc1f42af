"""A town, and the first group of a number, are whose the number behind them is."""

from __future__ import annotations

import pytest

from pipeline.ownership.shared_prefix import MAX_CHARS_TO_HOUSE, reject_shared_places, reject_shared_prefixes
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.builders import transcript, utterance

OWN, OTHER, UNKNOWN = Party.REQUESTER, Party.THIRD_PARTY, Party.UNKNOWN


def told(
    *said: tuple[str, Party | None],
    channels: tuple[int, ...] = (0, 0, 0),
    talk: Party | None = None,
    kind: str = "ADDRESS",
) -> list[Party]:
    """Whose findings are, utterance by utterance; what has no party is talk."""
    call = transcript(
        *(
            utterance(text, 3.0 * n, channel=channel)
            for n, ((text, _), channel) in enumerate(zip(said, channels, strict=False))
        )
    )
    findings = [
        Finding(EntitySpan(kind, segment.chars, 0.9, "test", hint=talk), party, Reason.NOT_GIVEN, False)
        for segment, (_, party) in zip(call.segments, said, strict=True)
        if party is not None
    ]
    return [each.party for each in reject_shared_prefixes(findings, call)]


def test_a_town_before_anothers_number_is_not_theirs() -> None:
    """Nor is what stands before that."""
    assert told(("江戸川区", OWN), ("西葛西", OWN), ("2丁目39の13", OTHER)) == [UNKNOWN, UNKNOWN, OTHER]
    assert told(("西葛西", OWN), ("でいいわ", None), ("2の39の13", UNKNOWN)) == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ((("西葛西", OWN), ("1丁目28番", OWN)), {}),
        ((("西葛西1の28", OWN), ("2の39の13", OTHER)), {}),  # it has its own number
        ((("西葛西", OWN), ("船堀", OTHER)), {}),  # no number
        ((("西葛西", OWN), ("から遠いところですけれども", None), ("2の39の13", OTHER)), {}),
        ((("西葛西", OWN), ("2の39の13", OTHER)), {"channels": (0, 1)}),  # the other side says it
        ((("西葛西", OWN), ("2の39の13", OTHER)), {"talk": OWN}),
    ],
)
def test_otherwise_it_stays(said: tuple[tuple[str, Party | None], ...], more: dict[str, object]) -> None:
    """It is where they live."""
    assert told(*said, **more)[0] is OWN


def test_it_is_shown_and_says_why() -> None:
    """For the number may be theirs, misheard."""
    call = transcript(utterance("西葛西2の39", 0.0))
    town, number = (EntitySpan("ADDRESS", CharSpan(*at), 0.9, "test") for at in ((0, 3), (3, 7)))
    found, _ = reject_shared_prefixes(
        [Finding(town, OWN, Reason.NOT_GIVEN, False), Finding(number, OTHER, Reason.NOT_GIVEN, False)], call
    )
    assert (found.party, found.reason, found.needs_review) == (UNKNOWN, Reason.OTHER_NUMBER_FOLLOWS, True)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ((("マル7マル", OWN), ("0955の", OTHER)), UNKNOWN),
        ((("070の", OWN), ("0955の", OWN)), OWN),
        ((("070の", OWN), ("14", OTHER)), OWN),  # no group
        ((("ゼロゼロ7", OWN), ("0955", OTHER)), OWN),  # a group in the middle of theirs
        ((("851", OWN), ("0955", OTHER)), OWN),
        ((("0700955", OWN), ("1092", OTHER)), OWN),
    ],
)
def test_so_is_what_many_numbers_begin_with(said: tuple[tuple[str, Party | None], ...], first: Party) -> None:
    """A third party's begins with 070, too."""
    assert told(*said, kind="PHONE_NUMBER")[0] is first


def test_what_was_cut_out_of_an_address_is_no_town() -> None:
    """3ハイツ was heard as theirs by its sound."""
    call = transcript(utterance("3ハイツ90の3", 0.0))
    building, room = (EntitySpan("ADDRESS", CharSpan(*at), 0.9, "test") for at in ((0, 4), (4, 8)))
    findings = [
        Finding(building, OWN, Reason.HEARD_AS_REQUESTER_IN_PART, True),
        Finding(room, OTHER, Reason.NOT_GIVEN, False),
    ]
    assert [each.party for each in reject_shared_prefixes(findings, call)] == [OWN, OTHER]


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
CODE = ("182の1798", OWN, Reason.POSTAL_CODE_OF_CITY)
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
        ((PLACE, ("1474番地", OTHER, NONE)), MAX_CHARS_TO_HOUSE),
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
