"""A masked stretch is never half a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.finding.whole_names import with_scraps
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party


def finding(
    text: str, words: str, party: Party = Party.THIRD_PARTY, *, candidate: bool = False, kind: str = "PERSON"
) -> Finding:
    """Some words that were found."""
    start = text.index(words)
    entity = EntitySpan(kind, CharSpan(start, start + len(words)), 0.9, "Honorific", candidate=candidate)
    return Finding(entity, party, Reason.NAME_OF_NOBODY, needs_review=False)


def masked(text: str, *found: Finding) -> list[str]:
    """The words of the findings afterwards."""
    whole = with_scraps(found, text)
    return [text[each.entity.chars.start : each.entity.chars.end] for each in whole]


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ("はい、たカハシさまです", "カハシ", "たカハシ"),
        ("たカハシさまです", "カハシ", "たカハシ"),
        ("そうです。しゃうしょうです", "うしょう", "しゃうしょう"),
        ("隣の高橋きさんです", "高橋", "高橋き"),
        ("旦那さんの見温くんが", "見", "見温"),
        ("高橋部長さんです", "高橋", "高橋"),
        ("はい、は高橋さんです", "高橋", "高橋"),
        ("隣の高橋さんです", "高橋", "高橋"),
        ("はい、その高橋さんです", "高橋", "高橋"),
        ("高橋のさんです", "高橋", "高橋"),
        ("高橋おばさんです", "高橋", "高橋"),
        ("はい、たしかに高橋さんです", "高橋", "高橋"),
        ("はい、大高橋さんです", "高橋", "高橋"),
    ],
)
def test_the_mora_that_belongs_to_a_name_is_masked_with_it(text: str, words: str, whole: str) -> None:
    """Between a pause and the name, or the name and its honorific; a particle or a word stays."""
    assert masked(text, finding(text, words)) == [whole]


def test_only_strangers_names_grow() -> None:
    """Not the requester's, an address or a candidate; and never into another finding."""
    text = "はい、たカハシさまです"
    assert masked(text, finding(text, "カハシ", Party.REQUESTER)) == ["カハシ"]
    assert masked(text, finding(text, "カハシ", kind="ADDRESS")) == ["カハシ"]
    assert masked(text, finding(text, "カハシ", candidate=True)) == ["カハシ"]
    assert masked(text, finding(text, "た", Party.REQUESTER), finding(text, "カハシ")) == ["た", "カハシ"]
    assert masked(text, finding(text, "た", candidate=True), finding(text, "カハシ")) == ["たカハシ"]


def test_a_scrap_between_two_names_goes_to_one() -> None:
    """It stands before the one's honorific and behind the other's pause."""
    text = "、、、き様"
    both = [finding(text, "、、、"), finding(text, "様")]
    assert [each.entity.chars for each in with_scraps(both, text)] == [CharSpan(0, 4), CharSpan(4, 5)]


@given(st.text("あたきは、。カ高橋さん様ゃー", max_size=30), st.data())
def test_findings_stay_disjoint_and_lose_nothing(text: str, data: st.DataObject) -> None:
    """Whatever was recognised."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), unique=True, max_size=8)))
    found = [
        Finding(
            EntitySpan("PERSON", CharSpan(one, other), 0.9, "x"),
            Party.THIRD_PARTY,
            Reason.NAME_OF_NOBODY,
            False,
        )
        for one, other in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    whole = with_scraps(found, text)
    spans = [each.entity.chars for each in whole]
    assert all(not one.overlaps(other) for at, one in enumerate(spans) for other in spans[at + 1 :])
    assert [
        new.start <= old.entity.chars.start and old.entity.chars.end <= new.end
        for new, old in zip(spans, found, strict=True)
    ] == [True] * len(found)
