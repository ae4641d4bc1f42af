"""What is masked, in the parts that an analyst decides about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.finding.parts import MIN_WORD_SECONDS, split_into_parts, without_overlap
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan, EntitySpan, Finding, Party
from tests.strategies import make_item

WHOLE = EntitySpan("PERSON", CharSpan(10, 19), 0.8, "Test", parts=((10, 0.5), (12, 0.25), (14, 1.0)))

TEXT = "はい" * 30
"""What a finding points into; what is said in it tells nothing here."""


def finding(entity: EntitySpan = WHOLE, party: Party = Party.THIRD_PARTY) -> Finding:
    """Whose it is, told."""
    return Finding(entity, party, Reason.NOT_GIVEN, needs_review=False)


def told(*findings: Finding) -> list[tuple[int, int, float]]:
    """First and last character and score of what becomes of them."""
    return [
        (f.entity.chars.start, f.entity.chars.end, f.entity.score) for f in split_into_parts(findings, TEXT)
    ]


@pytest.mark.parametrize("party", [Party.THIRD_PARTY, Party.UNKNOWN])
def test_each_part_is_a_finding_with_its_share_of_the_score(party: Party) -> None:
    """Otherwise as the whole was."""
    assert told(finding(party=party)) == [(10, 12, 0.4), (12, 14, 0.2), (14, 19, 0.8)]
    assert {(f.party, f.notes) for f in split_into_parts([finding(party=party)], TEXT)} == {
        (party, (Reason.PART_OF_RUN,))
    }


def test_an_improbable_part_is_shown_and_not_masked() -> None:
    """「080の、はい、3574の」: はい is nobody's number, though it stands within one."""
    number = replace(WHOLE, entity_type="PHONE_NUMBER", parts=((10, 1.0), (13, 0.062), (15, 0.063)))
    assert [
        (f.entity.score >= 0.05, f.entity.candidate) for f in split_into_parts([finding(number)], TEXT)
    ] == [
        (True, False),
        (False, True),
        (True, False),
    ]


def test_what_is_masked_however_improbable_stays_masked_in_all_parts() -> None:
    """Such as a doubtful name that sounds like a sure one of the call."""
    doubtful = replace(WHOLE, score=0.04)
    assert not any(f.entity.candidate for f in split_into_parts([finding(doubtful)], TEXT))


@pytest.mark.parametrize(
    "whole",
    [
        finding(party=Party.REQUESTER),
        finding(party=Party.STAFF),
        finding(replace(WHOLE, candidate=True)),
        finding(replace(WHOLE, parts=())),
        finding(replace(WHOLE, chars=CharSpan(14, 19))),
    ],
)
def test_what_stays_or_is_one_thing_is_one_finding(whole: Finding) -> None:
    """Also where the rest was cut off since."""
    assert [f.entity.chars for f in split_into_parts([whole], TEXT)] == [whole.entity.chars]


@pytest.mark.parametrize(
    ("at", "parts"),
    [
        (12, [(10, 14, 0.4), (14, 19, 0.8)]),
        (10, [(10, 14, 0.2), (14, 19, 0.8)]),
    ],
)
def test_a_line_break_is_no_part(at: int, parts: list[tuple[int, int, float]]) -> None:
    """Nothing sounds there: such a part has no time, and the call would be refused."""
    text = TEXT[:at] + "\n\n" + TEXT[at + 2 :]
    found = split_into_parts([finding()], text)
    assert [(f.entity.chars.start, f.entity.chars.end, f.entity.score) for f in found] == parts


def test_a_piece_that_was_cut_out_of_it_has_the_parts_that_it_holds() -> None:
    """Whose it is, is told of pieces, too."""
    piece = finding(replace(WHOLE, chars=CharSpan(13, 16)))
    assert told(piece) == [(13, 14, 0.2), (14, 16, 0.8)]


@given(st.integers(0, 20), st.integers(1, 20))
def test_no_character_is_lost(start: int, length: int) -> None:
    """Whatever it has become since it was parted."""
    chars = CharSpan(start, start + length)
    found = split_into_parts([finding(replace(WHOLE, chars=chars))], TEXT)
    assert [c for f in found for c in range(f.entity.chars.start, f.entity.chars.end)] == list(
        range(chars.start, chars.end)
    )


def times(
    *parts: tuple[float, float, float], reasons: tuple[Why, ...] = (Why(Reason.PART_OF_RUN),)
) -> list[tuple[float, float]]:
    """When parts sound, given when their masks begin and end, and their scores."""
    items = [
        replace(make_item(start, end, chars=(2 * n, 2 * n + 2)), score=score, reasons=reasons)
        for n, (start, end, score) in enumerate(parts)
    ]
    return [(item.time.start, item.time.end) for item in without_overlap(items)]


def test_the_likelier_part_has_what_two_would_mask() -> None:
    """On either side of it."""
    assert times((0, 1.1, 0.3), (1.0, 2.1, 0.9), (2.0, 3, 0.2)) == [(0, 1.0), (1.0, 2.1), (2.1, 3)]


def test_what_would_be_left_of_a_part_is_a_mora_at_the_least() -> None:
    """Else it stays as it was."""
    assert times((0.9, 1.1, 0.3), (1.0, 2.1, 0.9)) == [(0.9, 1.1), (1.0, 2.1)]
    assert times((0, 1, 0.3), (1.5, 2, 0.9)) == [(0, 1), (1.5, 2)]


def test_other_findings_keep_their_margins() -> None:
    """Each by itself must hold all that is masked for it."""
    assert times((0, 1.1, 0.3), (1.0, 2.1, 0.9), reasons=()) == [(0, 1.1), (1.0, 2.1)]


@given(
    st.lists(
        st.tuples(st.floats(0, 5), st.floats(MIN_WORD_SECONDS, 2), st.floats(0.01, 1)), min_size=1, max_size=5
    )
)
def test_parts_mask_together_what_they_did(spans: list[tuple[float, float, float]]) -> None:
    """Of any stretch that some part masked, one does still."""
    parts = [(start, start + length, score) for start, length, score in sorted(spans)]
    left = times(*parts)
    for moment in {at for start, end, _ in parts for at in (start, (start + end) / 2)}:
        if any(start <= moment < end for start, end, _ in parts):
            assert any(start <= moment < end for start, end in left)
