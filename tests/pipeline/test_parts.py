"""What is masked, in the parts that an analyst decides about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parts import PART, in_parts
from pipeline.types import CharSpan, EntitySpan, Finding, Party

WHOLE = EntitySpan("PERSON", CharSpan(10, 19), 0.8, "Test", parts=((10, 0.5), (12, 0.25), (14, 1.0)))


def finding(entity: EntitySpan = WHOLE, party: Party = Party.THIRD_PARTY) -> Finding:
    """Whose it is, told."""
    return Finding(entity, party, "", needs_review=False)


def told(*findings: Finding) -> list[tuple[int, int, float]]:
    """First and last character and score of what becomes of them."""
    return [(f.entity.chars.start, f.entity.chars.end, f.entity.score) for f in in_parts(findings)]


@pytest.mark.parametrize("party", [Party.THIRD_PARTY, Party.UNKNOWN])
def test_each_part_is_a_finding_with_its_share_of_the_score(party: Party) -> None:
    """Otherwise as the whole was."""
    assert told(finding(party=party)) == [(10, 12, 0.4), (12, 14, 0.2), (14, 19, 0.8)]
    assert {(f.party, f.reason) for f in in_parts([finding(party=party)])} == {(party, PART)}


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
    assert [f.entity.chars for f in in_parts([whole])] == [whole.entity.chars]


def test_a_piece_that_was_cut_out_of_it_has_the_parts_that_it_holds() -> None:
    """Whose it is, is told of pieces, too."""
    piece = finding(replace(WHOLE, chars=CharSpan(13, 16)))
    assert told(piece) == [(13, 14, 0.2), (14, 16, 0.8)]


@given(st.integers(0, 20), st.integers(1, 20))
def test_no_character_is_lost(start: int, length: int) -> None:
    """Whatever it has become since it was parted."""
    chars = CharSpan(start, start + length)
    found = in_parts([finding(replace(WHOLE, chars=chars))])
    assert [c for f in found for c in range(f.entity.chars.start, f.entity.chars.end)] == list(
        range(chars.start, chars.end)
    )
