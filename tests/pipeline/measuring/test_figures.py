"""Tests of pipeline.measuring.figures: counts of calls become the shares of the contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.measuring.figures import CallFigures, OverMask, Share, SpanFigures, summarise, wilson_interval
from pipeline.types import TimeSpan

NAME = SpanFigures("NAME", "third", True, False, TimeSpan(0, 1), 0, 100, 90, 100, True)
PHONE = replace(NAME, kind="PHONE", speech=50, changed=10, changed_after_review=10, caught=False)
SECRET = replace(NAME, kind="CONFIDENTIAL", party="company", caught=False, changed=0)
OWN = replace(NAME, party="requester", must_mask=False, must_keep=True, changed=25)

CALL = CallFigures(
    call_id="a",
    seconds=60.0,
    has_third_party=True,
    spans=(NAME,),
    leak=Share(10, 100),
    leak_after_review=Share(0, 100),
    over_mask=Share(20, 1000),
    over_mask_after_review=Share(5, 1000),
    over_mask_causes=(OverMask("honorific", "PERSON", beside_span=True, frames=20),),
    requester_kept=Share(80, 100),
    requester_kept_after_review=Share(100, 100),
    review_seconds=6.0,
    review_findings=3,
    character_errors=Share(30, 100),
    review_questions=Share(1, 3),
)


def test_sums_weigh_every_frame_alike() -> None:
    """A long call counts for more than a short one: shares are of sums, not means of shares."""
    longer = replace(CALL, seconds=180.0, leak=Share(0, 300), over_mask=Share(280, 2000), review_seconds=2.0)
    summary = summarise([CALL, longer])
    assert summary.leak == Share(10, 400)
    assert summary.over_mask == Share(300, 3000)
    assert summary.review_seconds_per_minute == pytest.approx(2.0)
    assert summary.review_questions == Share(2, 6)
    assert summary.review_questions_per_minute == pytest.approx(1.5)
    assert summary.character_errors.value == pytest.approx(0.3)


def test_kinds_come_in_the_order_of_the_contract_and_only_those_that_occur() -> None:
    """By kind: leak before and after review, and caught, of spans that had to be masked."""
    summary = summarise([replace(CALL, spans=(PHONE, NAME, OWN, NAME))])
    assert summary.leak_by_kind == (("NAME", Share(20, 200)), ("PHONE", Share(40, 50)))
    assert summary.leak_by_kind_after_review == (("NAME", Share(0, 200)), ("PHONE", Share(40, 50)))
    assert summary.caught_by_kind == (("NAME", Share(2, 2)), ("PHONE", Share(0, 1)))
    assert summary.caught == Share(2, 3)
    assert summary.requester_kept_by_kind == (("NAME", Share(75, 100)),)


def test_what_is_given_away_adds_up_and_stands_by_kind_of_third_parties_spans() -> None:
    """Of the calls' sums; a secret of the company's has a leak, and is given to nobody."""
    call = replace(
        CALL,
        spans=(replace(NAME, given=5), replace(PHONE, given=20), replace(SECRET, given=7), OWN),
        given_away=Share(25, 150),
        given_unasked=Share(20, 25),
        staff_kept=Share(9, 10),
        company_kept=Share(3, 4),
    )
    summary = summarise([call, call, CALL])
    assert summary.given_away == Share(50, 300)
    assert summary.given_away_by_kind == (("NAME", Share(10, 300)), ("PHONE", Share(40, 100)))
    assert summary.given_unasked == Share(40, 50)
    assert (summary.staff_kept, summary.company_kept) == (Share(18, 20), Share(6, 8))


def test_clean_calls_count_third_parties_only_and_calls_without_any_are_clean() -> None:
    """A missed number makes a call unclean, a missed secret does not; nothing to miss is clean."""
    calls = [
        CALL,
        replace(CALL, spans=(NAME, PHONE)),
        replace(CALL, spans=(SECRET,), has_third_party=False, over_mask=Share(7, 100)),
    ]
    summary = summarise(calls)
    assert summary.clean == Share(2, 3)
    assert summary.clean_with_third_party == Share(1, 2)
    assert summary.over_mask_without_third_party == Share(7, 100)


def test_a_span_with_no_frame_in_the_call_is_neither_caught_nor_missed() -> None:
    """Nothing of it can be heard, so it is in no count."""
    summary = summarise([replace(CALL, spans=(NAME, replace(NAME, caught=None)))])
    assert summary.caught == Share(1, 1)
    assert summary.clean == Share(1, 1)


@pytest.mark.parametrize("share", [Share(4, 24), Share(1, 10), Share(50, 100), Share(9, 10)])
def test_the_wilson_interval_ends_where_the_share_is_just_believable(share: Share) -> None:
    """By definition the share lies 1.96 standard errors of the end from either end."""
    low, high = wilson_interval(share)
    ratio = share.count / share.total
    for end in (low, high):
        assert abs(ratio - end) == pytest.approx(1.96 * (end * (1 - end) / share.total) ** 0.5, rel=1e-4)
    assert low < ratio < high


def test_all_or_nothing_is_still_uncertain() -> None:
    """Ten of ten clean calls prove no more than 72 %; none of ten may still be 28 %."""
    assert wilson_interval(Share(10, 10)) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson_interval(Share(0, 10)) == pytest.approx((0.0, 0.2775), abs=1e-4)


def test_nothing_measured_gives_no_figure() -> None:
    """No calls: None and empty, never a perfect score; refused calls are still told."""
    summary = summarise([], refused=2)
    assert summary.refused == 2
    assert summary.leak.value is None
    assert summary.clean_interval is None
    assert summary.review_seconds_per_minute is None
    assert summary.leak_by_kind == ()


def test_causes_of_over_mask_add_up_over_calls_the_costliest_first() -> None:
    """The same recognizer, type and reason is one line, whichever call it happened in."""
    other = OverMask("address", "ADDRESS", beside_span=False, frames=30)
    summary = summarise([CALL, replace(CALL, over_mask_causes=(other, *CALL.over_mask_causes))])
    assert summary.over_mask_causes == (OverMask("honorific", "PERSON", beside_span=True, frames=40), other)
