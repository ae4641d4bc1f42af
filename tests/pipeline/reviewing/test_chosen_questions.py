"""An analyst's time goes to what does most good."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.reasons import Reason, Why
from pipeline.reviewing.chosen_questions import CLEAR_SCORE, LEAST_WORTH, Limits, _Covered, choose_questions
from pipeline.types import MaskAction, MaskItem, Party, TimeSpan
from tests.builders import item


def of(
    number: int, score: float, *, masked: bool = True, review: bool = False, party: Party = Party.THIRD_PARTY
) -> MaskItem:
    """A second-long item, further from the one before than what is heard together."""
    return item(
        6.0 * number,
        6.0 * number + 1,
        item_id=f"m{number:04d}",
        score=score,
        action=MaskAction.MASK if masked else MaskAction.KEEP,
        needs_review=review,
        party=party,
    )


def flagged(items: tuple[MaskItem, ...]) -> set[int]:
    """Numbers of the items that a person is shown."""
    return {int(i.item_id[1:]) for i in items if i.needs_review}


def within(items: tuple[MaskItem, ...], *, seconds: float = 60.0, questions: float = 60.0) -> set[int]:
    """Who asks about what; each finding is a question of its own."""
    return flagged(choose_questions(items, Limits(seconds, questions), lambda one: one.item_id))


def test_the_likeliest_candidates_come_first() -> None:
    """Those beyond the time or the questions are left out: nobody would ever decide them."""
    candidates = tuple(of(n, 0.1 + 0.1 * n, masked=False, review=True) for n in range(3))
    assert within(candidates, seconds=2.0) == {1, 2}
    assert within(candidates, questions=2.0) == {1, 2}
    left = choose_questions(candidates, Limits(2.0, 60.0), lambda one: one.item_id)
    assert len(left) == 2


def test_what_must_be_decided_is_shown_whatever_it_takes() -> None:
    """Doubt whose it is, and a candidate that is likelier data than not."""
    owned = tuple(of(n, 0.9, masked=False, review=True, party=Party.REQUESTER) for n in range(3))
    likely = of(3, 0.6, masked=False, review=True)
    unknown = of(4, 0.9, review=True, party=Party.UNKNOWN)
    assert within((*owned, likely, unknown), seconds=0.0, questions=0.0) == {0, 1, 2, 3, 4}


def test_doubt_about_what_the_case_masks_of_a_known_party_must_be_decided() -> None:
    """It may be somebody else's, which takes a reason to give and another ground."""
    assert within((of(0, 0.9, review=True, party=Party.STAFF),), seconds=0.0, questions=0.0) == {0}


def test_a_doubtful_mask_that_is_not_asked_about_stays_a_mask() -> None:
    """It leaks nothing: of many the likeliest wrong are asked about, and the others are settled."""
    items = tuple(of(n, 0.1 + 0.1 * n, review=True) for n in range(4))
    left = choose_questions(items, Limits(60.0, 2.0), lambda one: one.item_id)
    assert flagged(left) == {0, 1}
    assert [each.action for each in left] == [MaskAction.MASK] * 4


def test_what_a_decision_hardly_changes_is_not_asked() -> None:
    """A guess of one in fifty, a second long; one that a recognizer made is worth more than a mere doubt."""
    few = of(0, LEAST_WORTH / 4 - 0.001, masked=False, review=True)
    found = of(1, LEAST_WORTH / 4 + 0.001, masked=False, review=True)
    doubt = replace(found, item_id="m0002", reasons=(Why(Reason.DOUBTFUL_WORDS),), time=TimeSpan(12.0, 13.0))
    assert within((few, found, doubt)) == {1}


def test_time_that_is_left_goes_to_the_unlikeliest_masks() -> None:
    """A clear one is not shown even where there is time; a secret never."""
    secret = replace(of(4, 0.6), entity_type="CONFIDENTIAL")
    items = (of(0, 0.6), of(1, 0.85), of(2, CLEAR_SCORE), of(3, 0.4, masked=False, review=True), secret)
    assert within(items, seconds=2.0) == {0, 3}
    assert within(items) == {0, 1, 3}


def test_a_second_of_leak_weighs_four_of_over_mask() -> None:
    """A candidate of .2 comes before a mask of .4, and one of .1 behind it."""
    items = (of(0, 0.4), of(1, 0.1, masked=False, review=True), of(2, 0.2, masked=False, review=True))
    assert within(items, questions=1.0) == {2}
    assert within(items, questions=2.0) == {0, 2}
    assert within(items, questions=3.0) == {0, 1, 2}


def test_a_long_stretch_comes_before_a_short_one_as_likely() -> None:
    """What counts is the seconds that are expected to leak, not the chance that some do."""
    long = item(60.0, 63.0, item_id="m0009", score=0.3, action=MaskAction.KEEP, needs_review=True)
    assert within((of(0, 0.4, masked=False, review=True), long), questions=1.0) == {9}


def test_what_is_heard_with_a_question_costs_time_and_no_question() -> None:
    """The likeliest first, as far as the time goes."""
    doubt = of(0, 0.4, review=True)
    near = tuple(
        item(
            at,
            at + 0.3,
            item_id=f"m00{10 + n}",
            score=0.1 * (n + 1),
            action=MaskAction.KEEP,
            needs_review=True,
        )
        for n, at in enumerate((1.1, 1.5))
    )
    assert within((doubt, *near), questions=1.0) == {0, 10, 11}
    assert within((doubt, *near), questions=1.0, seconds=1.4) == {0, 11}


def test_what_reads_alike_is_one_question() -> None:
    """It is asked about whole, and counts once."""
    scores = (0.2, 0.2, 0.2, 0.45)
    items = tuple(of(n, score, masked=False, review=True) for n, score in enumerate(scores))
    alike = choose_questions(items, Limits(60.0, 1.0), lambda one: "last" if one is items[3] else "others")
    assert flagged(alike) == {0, 1, 2}
    assert len(alike) == 3


def test_what_is_heard_already_costs_nothing() -> None:
    """Two findings of the same second are one second to listen to."""
    one = of(0, 0.4, masked=False, review=True)
    both = (one, replace(one, item_id="m0009", score=0.3))
    assert len(within(both, seconds=1.0)) == 2


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
