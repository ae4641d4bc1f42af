from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.finding.detect import MIN_UNFLAGGED_SCORE, PRECEDENCE, detect, needs_no_analyst, unite
from pipeline.reasons import Reason, Why
from pipeline.types import CallCase, CharSpan, EntitySpan, Party
from tests.builders import transcript, utterance
from tests.fakes import FakeAnalyzer


def span(
    kind: str, start: int, end: int, score: float = 0.4, witness: str = "A", **more: object
) -> EntitySpan:
    """A finding."""
    return EntitySpan(kind, CharSpan(start, end), score, witness, **more)  # type: ignore[arg-type]


def characters(spans: tuple[EntitySpan, ...] | list[EntitySpan]) -> set[int]:
    """Every character that some finding covers."""
    return {at for s in spans for at in range(s.chars.start, s.chars.end)}


findings = st.lists(
    st.builds(
        lambda kind, start, length, score, witness, review, party: EntitySpan(
            kind, CharSpan(start, start + length), score, witness, witness.lower(), review, party
        ),
        st.sampled_from((*PRECEDENCE, "DATE_TIME")),
        st.integers(0, 30),
        st.integers(0, 12),
        st.floats(0, 1),
        st.sampled_from("ABC"),
        st.booleans(),
        st.sampled_from([None, Party.STAFF, Party.REQUESTER]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(findings)
def test_united_findings_are_disjoint_and_lose_nothing(found: list[EntitySpan]) -> None:
    """They come in order, share no character, and cover exactly what was found."""
    united = unite(found)
    assert characters(united) == characters(found)
    assert sum(s.chars.end - s.chars.start for s in united) == len(characters(found))
    assert list(united) == sorted(united, key=lambda s: s.chars)
    assert all(s.chars.start < s.chars.end for s in united)


@settings(max_examples=40, deadline=None)
@given(findings)
def test_uniting_again_changes_nothing(found: list[EntitySpan]) -> None:
    """Disjoint findings stay as they are."""
    united = unite(found)
    assert unite(united) == united


@settings(max_examples=40, deadline=None)
@given(findings)
def test_a_finding_is_as_sure_as_its_best_witness(found: list[EntitySpan]) -> None:
    """Nobody who spoke for a finding and no more is outvoted; scores stay probabilities."""
    for one in unite(found):
        inside = [
            s.score
            for s in found
            if s.entity_type == one.entity_type
            and one.chars.start <= s.chars.start < s.chars.end <= one.chars.end
        ]
        assert max(inside, default=0.0) - 1e-9 <= one.score <= 1


@settings(max_examples=40, deadline=None)
@given(findings)
def test_the_more_specific_type_names_a_character(found: list[EntitySpan]) -> None:
    """Where types compete, a company's own wins, then the first in order of precedence; it takes scraps."""
    ranks = ["DATE_TIME", *PRECEDENCE]
    named = {at: s.entity_type for s in unite(found) for at in range(s.chars.start, s.chars.end)}
    for at, kind in named.items():
        claims = [s.entity_type for s in found if s.chars.start <= at < s.chars.end]
        assert ranks.index(kind) <= min(map(ranks.index, claims))


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ((0, 10), (2, 5), [("ADDRESS", 0, 10)]),
        ((0, 10), (8, 11), [("ADDRESS", 0, 10), ("PERSON", 10, 11)]),
        ((0, 10), (8, 20), [("ADDRESS", 0, 10), ("PERSON", 10, 20)]),
        ((0, 10), (10, 12), [("ADDRESS", 0, 10), ("PERSON", 10, 12)]),
    ],
)
def test_a_name_keeps_its_scrap(
    address: tuple[int, int], name: tuple[int, int], expected: list[tuple[str, int, int]]
) -> None:
    """What is left of a name beside an address stays a name: the address may be one that is kept."""
    united = unite([span("ADDRESS", *address), span("PERSON", *name)])
    assert [(s.entity_type, s.chars.start, s.chars.end) for s in united] == expected


def test_a_scrap_of_a_number_goes_to_the_finding_it_touches() -> None:
    """A character of an address left over beside a telephone number is the number's edge."""
    (one,) = unite([span("PHONE_NUMBER", 0, 10), span("ADDRESS", 8, 11)])
    assert (one.entity_type, one.chars) == ("PHONE_NUMBER", CharSpan(0, 11))


def test_two_witnesses_are_surer_than_one() -> None:
    """Half-sure witnesses who agree leave a quarter of the doubt, and both are named."""
    (one,) = unite(
        [
            span("PERSON", 0, 3, 0.5, "A", explanation=(Why(Reason.BEFORE_HONORIFIC),)),
            span("PERSON", 1, 4, 0.5, "B"),
        ]
    )
    assert one.chars == CharSpan(0, 4)
    assert one.score == pytest.approx(0.75)
    assert one.recognizer == "A+B"
    assert one.explanation == (Why(Reason.BEFORE_HONORIFIC),)


def test_one_witness_twice_is_one_witness() -> None:
    """Saying it again, before or after someone else spoke, makes nobody surer."""
    twice = unite([span("PERSON", 0, 3, 0.3, "A"), span("PERSON", 0, 3, 0.4, "A")])
    between = unite(
        [span("PERSON", 0, 9, 0.3, "A"), span("PERSON", 1, 8, 0.3, "B"), span("PERSON", 2, 3, 0.3, "A")]
    )
    assert twice[0].score == 0.4
    assert between[0].score == pytest.approx(1 - 0.7 * 0.7)


def test_findings_that_only_touch_stay_apart() -> None:
    """二人 named one after the other are two findings."""
    assert len(unite([span("PERSON", 0, 2), span("PERSON", 2, 4)])) == 2


def test_what_a_stronger_type_leaves_over_stays_found() -> None:
    """A number inside an address leaves the address on both sides of it."""
    united = unite([span("ADDRESS", 0, 10, 0.8, "A", needs_review=True), span("PHONE_NUMBER", 4, 6)])
    assert [(s.entity_type, s.chars) for s in united] == [
        ("ADDRESS", CharSpan(0, 4)),
        ("PHONE_NUMBER", CharSpan(4, 6)),
        ("ADDRESS", CharSpan(6, 10)),
    ]
    assert united[0].needs_review
    assert united[2].needs_review


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (None, None, None),
        (Party.STAFF, None, Party.STAFF),
        (None, Party.STAFF, Party.STAFF),
        (Party.STAFF, Party.STAFF, Party.STAFF),
        (Party.STAFF, Party.REQUESTER, None),
    ],
)
def test_whose_it_is_must_not_be_disputed(
    first: Party | None, second: Party | None, expected: Party | None
) -> None:
    """A witness's word on the party counts unless another contradicts it."""
    (one,) = unite(
        [span("PERSON", 0, 3, hint=first), span("PERSON", 0, 2, witness="B", hint=second)],
    )
    assert one.hint is expected


@pytest.mark.parametrize(
    ("a", "b", "doubt"), [(True, True, True), (True, False, False), (False, False, False)]
)
def test_a_sure_witness_settles_another_ones_doubt(a: bool, b: bool, doubt: bool) -> None:
    """Only what every witness doubts is doubtful."""
    (one,) = unite([span("PERSON", 0, 3, needs_review=a), span("PERSON", 0, 3, witness="B", needs_review=b)])
    assert one.needs_review is doubt


def test_detect_unites_what_the_analyzer_finds() -> None:
    """Overlapping words of a fake analyzer become one finding at the right place."""
    call = transcript(utterance("隣の長谷川隆さん", 0.0))
    found = detect(call, FakeAnalyzer({"長谷川": "PERSON", "長谷川隆": "PERSON"}), CallCase("R-1"))
    assert [call.text[s.chars.start : s.chars.end] for s in found] == ["長谷川隆"]


@pytest.mark.parametrize(
    ("score", "expected"),
    [(MIN_UNFLAGGED_SCORE, True), (1.0, True), (MIN_UNFLAGGED_SCORE - 0.01, False), (math.nan, False)],
)
def test_sure(score: float, expected: bool) -> None:
    """From one half on nobody has to look; a score that is no number is never sure."""
    assert needs_no_analyst(score) is expected


def test_a_known_reading_goes_with_the_whole_finding_only() -> None:
    """It stays where witnesses agree; how long a part of it takes to say nobody knows."""
    (both,) = unite([span("CONFIDENTIAL", 0, 6, morae=9), span("CONFIDENTIAL", 1, 6, witness="B")])
    assert both.morae == 9
    beside = unite([span("CONFIDENTIAL", 0, 4), span("ADDRESS", 0, 12, morae=20)])
    assert [each.morae for each in beside] == [0, 0]
