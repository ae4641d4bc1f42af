"""An analyst's time goes to what does most good."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.finding.queue import CLEAR_SCORE, _Covered, is_candidate, outside_masks, within_time
from pipeline.types import MaskAction, MaskItem, Party, TimeSpan
from tests.builders import item


def of(
    number: int, score: float, *, masked: bool = True, review: bool = False, party: Party = Party.THIRD_PARTY
) -> MaskItem:
    """A second-long item, two seconds after the one before."""
    return item(
        2.0 * number,
        2.0 * number + 1,
        item_id=f"m{number:04d}",
        score=score,
        action=MaskAction.MASK if masked else MaskAction.KEEP,
        needs_review=review,
        party=party,
    )


def flagged(items: tuple[MaskItem, ...]) -> set[int]:
    """Numbers of the items that a person is shown."""
    return {int(i.item_id[1:]) for i in items if i.needs_review}


def test_the_likeliest_candidates_come_first() -> None:
    """Those beyond the time are left out: nobody would ever decide them."""
    candidates = tuple(of(n, 0.1 * (n + 1), masked=False, review=True) for n in range(3))
    left = within_time(candidates, 2.0)
    assert {i.item_id for i in left} == {"m0001", "m0002"}


def test_what_must_be_decided_is_shown_whatever_it_takes() -> None:
    """Doubt about whose it is, or a mask that is likelier wrong: never cut."""
    items = tuple(of(n, 0.4, review=True) for n in range(5))
    assert flagged(within_time(items, 0.0)) == {0, 1, 2, 3, 4}


def test_time_that_is_left_goes_to_the_unlikeliest_masks() -> None:
    """A clear one is not shown even where there is time; a secret never."""
    items = (of(0, 0.7), of(1, 0.9), of(2, CLEAR_SCORE), of(3, 0.2, masked=False, review=True))
    assert flagged(within_time(items, 2.0)) == {0, 3}
    assert flagged(within_time(items, 60.0)) == {0, 1, 3}


def test_a_mask_that_is_likely_wrong_comes_before_a_candidate_that_is_hardly_likely() -> None:
    """Half a second of the requester's call outweighs a fiftieth of a leak, and not three fifths."""
    items = (of(0, 0.5), of(1, 0.02, masked=False, review=True), of(2, 0.6, masked=False, review=True))
    assert flagged(within_time(items, 1.0)) == {2}
    assert flagged(within_time(items, 2.0)) == {0, 2}
    assert flagged(within_time(items, 3.0)) == {0, 1, 2}


def test_nobody_is_asked_about_what_is_masked_already() -> None:
    """Of a candidate only what no mask covers is left; on another channel a mask covers nothing."""

    def timed(start: float, end: float, action: MaskAction, channels: tuple[int, ...] = (0,)) -> MaskItem:
        review = action is MaskAction.KEEP
        return item(start, end, item_id=f"m{start}", action=action, needs_review=review, channels=channels)

    mask = timed(1.0, 2.0, MaskAction.MASK)
    beside, within = timed(1.8, 2.6, MaskAction.KEEP), timed(1.1, 2.1, MaskAction.KEEP)
    left = outside_masks((mask, within, beside))
    assert [(each.time.start, each.time.end) for each in left] == [(1.0, 2.0), (2.0, 2.6)]
    elsewhere = timed(1.8, 2.6, MaskAction.KEEP, channels=(0, 1))
    assert outside_masks((mask, elsewhere)) == (mask, elsewhere)
    requesters = replace(beside, party=Party.REQUESTER)
    assert outside_masks((mask, requesters)) == (mask, requesters)


def test_what_is_heard_already_costs_nothing() -> None:
    """Two findings of the same second are one second to listen to."""
    one, other = of(0, 0.3, masked=False, review=True), of(0, 0.2, masked=False, review=True)
    both = (one, item(0.0, 1.0, item_id="m0009", score=0.2, action=other.action, needs_review=True))
    assert len(within_time(both, 1.0)) == 2


@pytest.mark.parametrize(
    ("masked", "review", "party", "candidate"),
    [
        (False, True, Party.THIRD_PARTY, True),
        (False, True, Party.UNKNOWN, True),
        (False, True, Party.REQUESTER, False),
        (False, False, Party.THIRD_PARTY, False),
        (True, True, Party.THIRD_PARTY, False),
    ],
)
def test_a_candidate_is_kept_for_a_person_to_decide(
    masked: bool, review: bool, party: Party, candidate: bool
) -> None:
    """What is the requester's, or masked, is none."""
    assert is_candidate(of(0, 0.3, masked=masked, review=review, party=party)) is candidate


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=20))
def test_time_is_counted_once_in_whatever_order_it_comes(times: list[tuple[int, int]]):
    """Seconds in at least one of the times, and of each new one what is in none of those before."""
    covered, seconds = _Covered(), set[int]()
    for start, length in times:
        new = set(range(start, start + length))
        time = TimeSpan(float(start), float(start + length))
        assert covered.beyond(time) == len(new - seconds)
        covered.add(time)
        seconds |= new
        assert covered.seconds == len(seconds)
