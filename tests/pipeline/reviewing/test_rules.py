from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.errors import ReviewRuleError
from pipeline.reviewing.decisions import ReviewKind
from pipeline.reviewing.rules import check, check_complete, steps
from pipeline.types import MaskAction, Party, TimeSpan
from tests.builders import item, plan
from tests.review_builders import DOUBTFUL, OWN, START, decision, stretch

KINDS = ReviewKind


@pytest.mark.parametrize(
    ("made", "needs"),
    [
        (decision(1, KINDS.KEEP, "m0000"), "reason"),
        (decision(1, KINDS.KEEP, "m0000", reason="  "), "reason"),
        (decision(1, KINDS.KEEP, "m0001"), "reason"),
        (decision(1, KINDS.KEEP, "m0002", party=Party.THIRD_PARTY), "reason"),
        (decision(1, KINDS.KEEP, "m0000", reason="本人", ground=1), ""),
        (decision(1, KINDS.MASK, "m0000", ground=2), "reason"),
        (decision(1, KINDS.GROUND, "m0001", ground=2), "reason"),
        (decision(1, KINDS.GROUND, "m0001", ground=3, reason="だめだから"), "law"),
        (decision(1, KINDS.GROUND, "m0001", ground=4), ""),
        (decision(1, KINDS.GROUND, "m0002", ground=1), ""),
        (decision(1, KINDS.PARTY, "m0000"), ""),
        (decision(1, KINDS.NUDGE_START, "m0000", seconds=0.0), ""),
        (decision(1, KINDS.NUDGE_START, "m0000", seconds=float("nan")), ""),
        (decision(1, KINDS.NUDGE_START, "m0000", seconds=1.0, reason="x"), ""),
        (decision(1, KINDS.NUDGE_START, "m0000", seconds=0.6), "reason"),
        (decision(1, KINDS.NUDGE_START, "m0000", "m0001", seconds=0.1), ""),
        (decision(1, KINDS.SPLIT, "m0000", at=2.5), ""),
        (decision(1, KINDS.SAME, "m0000"), ""),
        (decision(1, KINDS.SAME, "m0002", "m0000"), "reason"),
        (decision(1, KINDS.ADD), ""),
        (decision(1, KINDS.ADD, stretch=stretch(1.0, 1.001)), ""),
        (decision(1, KINDS.ADD, stretch=replace(stretch(1.0, 2.0), ground=2)), "reason"),
        (decision(1, KINDS.CONFIRM, "m0000"), ""),
        (decision(1, KINDS.MASK, "m0999"), ""),
        (decision(1, KINDS.MASK), ""),
        (decision(1, KINDS.MASK, "m0000", "m0000"), ""),
        (decision(1, KINDS.UNDO, undoes=1), ""),
    ],
)
def test_what_the_rules_refuse(made, needs):
    """And what would make it good."""
    with pytest.raises(ReviewRuleError) as refused:
        check(START, (), (made,))
    assert refused.value.needs == needs


@pytest.mark.parametrize(
    "made",
    [
        decision(1, KINDS.KEEP, "m0000", reason="本人の旧姓"),
        decision(1, KINDS.KEEP, "m0002"),
        decision(1, KINDS.MASK, "m0000", "m0001", "m0002"),
        decision(1, KINDS.GROUND, "m0001", ground=3, reason="電気通信事業法4条"),
        decision(1, KINDS.NUDGE_START, "m0000", seconds=0.05),
        decision(1, KINDS.NUDGE_START, "m0000", seconds=0.6, reason="前の「はい」"),
        decision(1, KINDS.NUDGE_START, "m0002", seconds=0.6),
        decision(1, KINDS.SPLIT, "m0000", at=1.5),
        decision(1, KINDS.SAME, "m0001", "m0002"),
        decision(1, KINDS.ADD, stretch=stretch(1.0, 2.0)),
    ],
)
def test_what_the_rules_allow(made):
    """No more words than needed."""
    check(START, (), (made,))


NAMES = tuple(
    item(3.0 + n, 3.5 + n, item_id=f"m{n + 1:04d}", party=Party.THIRD_PARTY, needs_review=n % 2 == 0)
    for n in range(10)
)
COMPANY = item(1.0, 2.0, item_id="m0000", entity_type="ORGANIZATION", party=Party.COMPANY)
ALL = tuple(each.item_id for each in NAMES)
SAYS_WHY = decision(1, KINDS.KEEP, "m0000", reason="当社の名称", party=Party.COMPANY)


@pytest.mark.parametrize(
    ("model", "more"),
    [
        (COMPANY, {}),
        (COMPANY, {"reason": "同じ"}),
        (replace(COMPANY, entity_type="PERSON"), {}),
        (replace(COMPANY, entity_type="PERSON"), {"reason": " \u3000"}),
        (replace(COMPANY, entity_type="PERSON", needs_review=True), {}),
    ],
    ids=["another kind", "another kind, with a reason", "no reason", "a blank reason", "doubtful"],
)
def test_a_reason_for_one_is_none_for_others(model, more):
    """A company's name kept with a reason: third parties' names are not kept as the same."""
    start = plan(model, *NAMES)
    same = decision(2, KINDS.SAME, "m0000", *ALL, **more)

    with pytest.raises(ReviewRuleError):
        check(start, (SAYS_WHY,), (same,))
    with pytest.raises(ReviewRuleError):
        check(start, (), (SAYS_WHY, same))


def test_a_reason_is_not_handed_on_along_a_chain():
    """From the model to one with a reason of its own, and from there without one."""
    start = plan(replace(COMPANY, entity_type="PERSON"), *NAMES)
    one = decision(2, KINDS.SAME, "m0000", "m0001", reason="同じ名の社員")

    check(start, (SAYS_WHY,), (one,))
    with pytest.raises(ReviewRuleError):
        check(start, (SAYS_WHY, one), (decision(3, KINDS.SAME, "m0001", "m0002"),))


def test_what_was_kept_without_a_reason_of_its_own_is_not_completed():
    """A series of an earlier version, in which the model's reason counted."""
    start = plan(replace(COMPANY, entity_type="PERSON"), *NAMES[:1])
    with pytest.raises(ReviewRuleError):
        check_complete(start, (SAYS_WHY, decision(2, KINDS.SAME, "m0000", "m0001")))


def test_whose_it_is_cannot_be_changed_to_keep_it_without_a_word():
    """A third party's stays guarded."""
    turned = decision(1, KINDS.PARTY, "m0001", party=Party.REQUESTER)

    with pytest.raises(ReviewRuleError):
        check(START, (turned,), (decision(2, KINDS.KEEP, "m0001"),))


def test_an_edge_cannot_be_moved_away_bit_by_bit():
    """Half of what was found, counted over all nudges and both edges."""
    made = [decision(n, KINDS.NUDGE_START, "m0000", seconds=0.25) for n in (1, 2)]
    check(START, made, ())

    with pytest.raises(ReviewRuleError) as refused:
        check(START, made, (decision(3, KINDS.NUDGE_END, "m0000", seconds=-0.05),))
    assert refused.value.needs == "reason"


def test_each_is_judged_after_the_ones_before_it():
    """Within one sending, too."""
    parted = decision(1, KINDS.SPLIT, "m0000", at=1.5)

    check(START, (), (parted, decision(2, KINDS.MASK, "m0000.1")))
    with pytest.raises(ReviewRuleError):
        check(START, (), (decision(1, KINDS.MASK, "m0000.1"), replace(parted, number=2)))


def test_only_what_stands_can_be_undone_and_others_work_only_with_a_reason():
    """A decision once, and its undo once."""
    first = decision(1, KINDS.MASK, "m0000")
    undo = decision(2, KINDS.UNDO, undoes=1)
    check(START, (first,), (undo,))
    check(START, (first, undo), (decision(3, KINDS.UNDO, undoes=2),))

    with pytest.raises(ReviewRuleError):
        check(START, (first, undo), (decision(3, KINDS.UNDO, undoes=1),))
    with pytest.raises(ReviewRuleError):
        check(START, (decision(1, KINDS.COMPLETE),), (undo,))
    with pytest.raises(ReviewRuleError) as refused:
        check(START, (first,), (replace(undo, reviewer="sato"),))
    assert refused.value.needs == "reason"
    check(START, (first,), (replace(undo, reviewer="sato", reason="別人の声"),))


def test_the_second_person_is_another():
    """And there has to be a first, with a reason."""
    start = plan(item(1.0, 2.0, entity_type="CONFIDENTIAL", party=Party.COMPANY, ground=2))
    reasoned = decision(1, KINDS.MASK, "m0000", reason="交渉中の値引き条件")
    confirm = decision(2, KINDS.CONFIRM, "m0000", reviewer="sato")
    check(start, (reasoned,), (confirm,))

    for made, new, needs in (
        ((), replace(confirm, number=1), "reason"),
        ((reasoned,), replace(confirm, reviewer="tanaka"), "second_person"),
    ):
        with pytest.raises(ReviewRuleError) as refused:
            check(start, made, (new,))
        assert refused.value.needs == needs


def test_a_review_is_complete_when_nothing_is_open():
    """Doubts first, then the second person."""
    secret = item(7.0, 8.0, item_id="m0003", entity_type="CONFIDENTIAL", party=Party.COMPANY, ground=2)
    start = plan(DOUBTFUL, secret)
    made = [decision(1, KINDS.MASK, "m0003", reason="社内の基準")]

    with pytest.raises(ReviewRuleError) as refused:
        check_complete(start, made)
    assert refused.value.items == ("m0000",)
    made.append(decision(2, KINDS.MASK, "m0000"))
    with pytest.raises(ReviewRuleError) as refused:
        check_complete(start, made)
    assert (refused.value.items, refused.value.needs) == (("m0003",), "second_person")
    check_complete(start, [*made, decision(3, KINDS.CONFIRM, "m0003", reviewer="sato")])


def test_what_each_decision_changed_is_told():
    """From what to what, undone ones too."""
    made = (
        decision(1, KINDS.KEEP, "m0000", reason="本人"),
        decision(2, KINDS.ADD, stretch=stretch(7.0, 8.0)),
        decision(3, KINDS.UNDO, undoes=1),
        decision(4, KINDS.NUDGE_END, "m0002", seconds=0.5),
    )
    kept, added, undone, moved = steps(plan(DOUBTFUL, OWN), made)

    assert [(c.before.action, c.after.action) for c in kept] == [(MaskAction.MASK, MaskAction.KEEP)]
    assert [(c.before, c.after.item_id) for c in added] == [(None, "a0002")]
    assert [(c.before.action, c.after) for c in undone] == [(MaskAction.KEEP, DOUBTFUL)]
    assert [c.after.time for c in moved] == [TimeSpan(5.0, 6.5)]
