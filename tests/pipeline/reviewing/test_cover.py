"""No series of small steps takes a third party's mask off its name without a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.audio.recording import to_samples
from pipeline.errors import ReviewRuleError
from pipeline.masking.audio import mask_audio
from pipeline.reviewing.cover import MAX_TRIM_SECONDS, MAX_TRIM_SHARE, carry_over, guarded_masks
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import fold
from pipeline.reviewing.rules import check, check_complete
from pipeline.types import MaskAction, MaskItem, MaskPlan, Party
from tests.builders import item, plan
from tests.review_builders import decision, stretch

KINDS = ReviewKind
RATE, SECONDS, LEVEL = 8_000, 8.0, 12_345
THEIRS = item(2.0, 2.8, item_id="m0001", chars=(10, 14), channels=(0, 1))
SHORT = item(4.0, 4.3, item_id="m0002", chars=(20, 22))
OWN = item(5.0, 6.0, item_id="m0003", chars=(30, 34), party=Party.REQUESTER, action=MaskAction.KEEP, ground=0)
START = plan(THEIRS, SHORT, OWN)

Step = tuple[ReviewKind, tuple[str, ...], dict[str, object]]


def told(start: MaskPlan, steps: list[Step]) -> tuple[list[ReviewDecision], list[str]]:
    """The steps that the rules take, in their order, and what the refused ones lack."""
    made: list[ReviewDecision] = []
    refused = []
    for kind, items, more in steps:
        new = decision(len(made) + 1, kind, *items, **more)
        try:
            check(start, made, (new,))
        except ReviewRuleError as error:
            refused.append(error.needs)
        else:
            made.append(new)
    return made, refused


def audible(first: MaskItem, final: MaskPlan) -> float:
    """Seconds of an item that can be heard in the finished sound, measured there."""
    sound = np.full((2, round(SECONDS * RATE)), LEVEL, np.int16)
    out = mask_audio(sound, RATE, final)
    start, end = to_samples(first.time, RATE, sound.shape[1])
    return float((out[list(first.channels), start:end] == LEVEL).any(axis=0).sum()) / RATE


def most(first: MaskItem) -> float:
    """Seconds of it that may be heard without a reason."""
    return min(MAX_TRIM_SECONDS, MAX_TRIM_SHARE * first.time.duration)


def nudge(kind: ReviewKind, one: str, seconds: float) -> Step:
    """An edge moved, later is positive."""
    return kind, (one,), {"seconds": seconds}


WALKS: dict[str, list[Step]] = {
    "in one step": [nudge(KINDS.NUDGE_START, "m0001", 0.39)],
    "bit by bit": [nudge(KINDS.NUDGE_START, "m0001", 0.05)] * 15,
    "from both sides": [nudge(KINDS.NUDGE_START, "m0001", 0.1), nudge(KINDS.NUDGE_END, "m0001", -0.1)] * 4,
    "moved elsewhere": [nudge(KINDS.NUDGE_END, "m0001", 1.0), nudge(KINDS.NUDGE_START, "m0001", 0.9)],
    "moved in small steps": [nudge(KINDS.NUDGE_END, "m0001", 0.1), nudge(KINDS.NUDGE_START, "m0001", 0.1)]
    * 9,
    "split, then half of each": [
        (KINDS.SPLIT, ("m0001",), {"at": 2.4}),
        nudge(KINDS.NUDGE_START, "m0001", 0.2),
        nudge(KINDS.NUDGE_START, "m0001.1", 0.2),
    ],
    "split into slivers, each moved off": [
        (KINDS.SPLIT, ("m0001",), {"at": 2.4}),
        (KINDS.SPLIT, ("m0001",), {"at": 2.2}),
        (KINDS.SPLIT, ("m0001.1",), {"at": 2.6}),
        *(
            step
            for one in ("m0001", "m0001.1", "m0001.2", "m0001.3")
            for step in (nudge(KINDS.NUDGE_END, one, 3.0), nudge(KINDS.NUDGE_START, one, 2.9))
        ),
    ],
    "split, then kept": [
        (KINDS.SPLIT, ("m0001",), {"at": 2.4}),
        (KINDS.KEEP, ("m0001.1",), {}),
        (KINDS.SAME, ("m0003", "m0001"), {}),
    ],
    "called somebody else's first": [
        (KINDS.PARTY, ("m0001",), {"party": Party.REQUESTER}),
        (KINDS.MASK, ("m0001",), {"party": Party.REQUESTER}),
        nudge(KINDS.NUDGE_END, "m0001", -0.39),
        (KINDS.KEEP, ("m0001",), {}),
    ],
    "under a mask that is then kept": [
        (KINDS.ADD, (), {"stretch": replace(stretch(1.9, 2.9, channels=(0, 1)), party=Party.REQUESTER)}),
        nudge(KINDS.NUDGE_END, "m0001", -0.75),
        (KINDS.KEEP, ("a0001",), {}),
    ],
    "under a mask that is then taken back": [
        (KINDS.ADD, (), {"stretch": stretch(1.9, 2.9, channels=(0, 1))}),
        nudge(KINDS.NUDGE_END, "m0001", -0.75),
        (KINDS.UNDO, (), {"undoes": 1, "reason": "重複"}),
    ],
    "widened, narrowed, and the widening taken back": [
        nudge(KINDS.NUDGE_START, "m0001", -0.5),
        nudge(KINDS.NUDGE_START, "m0001", 0.5),
        (KINDS.UNDO, (), {"undoes": 1}),
    ],
    "covered on one of its channels": [
        (KINDS.ADD, (), {"stretch": stretch(1.9, 2.9, channels=(0,))}),
        nudge(KINDS.NUDGE_START, "m0001", 0.7),
    ],
}


@pytest.mark.parametrize("steps", WALKS.values(), ids=WALKS)
def test_no_walk_takes_a_mask_off_its_name(steps: list[Step]) -> None:
    """Whatever the steps are, no more than a trim is heard, and some step was refused."""
    made, refused = told(START, steps)
    assert refused
    assert audible(THEIRS, fold(START, made)) <= most(THEIRS) + 1e-3
    check_complete(START, made)


def test_a_trim_is_free_and_a_reason_lets_through_more() -> None:
    """Up to 0.15 s, and a quarter of what is short; with a reason any of these."""
    check(START, (), [decision(1, KINDS.NUDGE_START, "m0001", seconds=0.1)])
    check(START, (), [decision(1, KINDS.NUDGE_START, "m0002", seconds=0.07)])
    with pytest.raises(ReviewRuleError) as refused:
        check(START, (), [decision(1, KINDS.NUDGE_START, "m0002", seconds=0.1)])
    assert (refused.value.needs, refused.value.items) == ("reason", ("m0002",))
    reasoned = decision(1, KINDS.NUDGE_START, "m0001", seconds=0.6, reason="前の「はい」まで伏せていた")
    check(START, (), [reasoned])
    check_complete(START, [reasoned])
    # The trim is still there, once.
    check(START, [reasoned], [decision(2, KINDS.NUDGE_START, "m0001", seconds=0.1)])
    again = [reasoned, decision(2, KINDS.NUDGE_START, "m0001", seconds=-0.6)]
    with pytest.raises(ReviewRuleError):
        check(START, again, [decision(3, KINDS.NUDGE_START, "m0001", seconds=0.6)])


def test_what_was_widened_may_be_narrowed_again_and_steps_taken_back() -> None:
    """No reason is asked for where nothing of what was found is heard."""
    made = [
        decision(1, KINDS.NUDGE_START, "m0001", seconds=-0.5),
        decision(2, KINDS.NUDGE_START, "m0001", seconds=0.5),
        decision(3, KINDS.UNDO, undoes=2),
        decision(4, KINDS.UNDO, undoes=3),
    ]
    check(START, (), made)
    kept = decision(1, KINDS.KEEP, "m0001", reason="本人の旧姓")
    remasked = [kept, decision(2, KINDS.MASK, "m0001"), decision(3, KINDS.UNDO, undoes=2)]
    check(START, (), remasked)
    check_complete(START, remasked)


def test_what_is_nobody_elses_is_moved_freely() -> None:
    """Only what takes a reason to be kept."""
    start = plan(item(1.0, 2.0, party=Party.REQUESTER))
    check(start, (), [decision(1, KINDS.NUDGE_START, "m0000", seconds=0.9)])


def test_what_becomes_a_third_partys_or_is_added_is_guarded_from_then_on() -> None:
    """What it masks then is what counts."""
    turned = [decision(1, KINDS.PARTY, "m0003", party=Party.THIRD_PARTY)]
    added = [decision(1, KINDS.ADD, stretch=stretch(7.0, 7.6))]
    for made, one in ((turned, "m0003"), (added, "a0001")):
        check(START, (), made)
        with pytest.raises(ReviewRuleError):
            check(START, made, [decision(2, KINDS.NUDGE_END, one, seconds=-0.3)])


def test_the_next_revision_goes_on_from_the_first() -> None:
    """A trim is not to be had anew, and whose it was called in the last one guards nothing less."""
    made = [
        decision(1, KINDS.NUDGE_START, "m0001", seconds=0.15),
        decision(2, KINDS.MASK, "m0001", party=Party.REQUESTER),
    ]
    check(START, (), made)
    _, found = carry_over(guarded_masks(START), START, made)
    second = fold(START, made)
    check(second, (), [decision(3, KINDS.NUDGE_START, "m0001", seconds=-0.05)], found)
    for new in (
        decision(3, KINDS.NUDGE_START, "m0001", seconds=0.05),
        decision(3, KINDS.NUDGE_END, "m0001", seconds=-0.05),
        decision(3, KINDS.KEEP, "m0001"),
    ):
        with pytest.raises(ReviewRuleError) as refused:
            check(second, (), [new], found)
        assert refused.value.needs == "reason"


def test_decisions_that_the_rules_never_saw_do_not_complete() -> None:
    """Recorded by an older program, say."""
    made = [decision(1, KINDS.NUDGE_START, "m0001", seconds=0.6)]
    with pytest.raises(ReviewRuleError) as refused:
        check_complete(START, made)
    assert refused.value.items == ("m0001",)
    check_complete(START, [*made, decision(2, KINDS.UNDO, undoes=1)])


@st.composite
def any_steps(draw: st.DrawFn, *, reasons: bool) -> list[Step]:
    """Nudges, splits and all that could uncover something, about everything that may be there."""
    ids = ["m0001", "m0002", "m0003", *(f"{one}.{n}" for one in ("m0001", "m0002") for n in range(1, 9))]
    ids += [f"a{n:04d}" for n in range(1, 9)]
    steps: list[Step] = []
    for number in range(1, draw(st.integers(1, 14)) + 1):
        kind = draw(
            st.sampled_from([KINDS.NUDGE_START, KINDS.NUDGE_END, KINDS.SPLIT] * 3 + [KINDS.ADD, KINDS.UNDO])
            | st.sampled_from([KINDS.PARTY, KINDS.KEEP, KINDS.MASK, KINDS.SAME])
        )
        one = draw(st.sampled_from(["m0001", "m0001", "m0002", *ids]))
        items: tuple[str, ...] = (one,)
        more: dict[str, object] = {"reason": draw(st.sampled_from(["", "本人"])) if reasons else ""}
        if kind in {KINDS.NUDGE_START, KINDS.NUDGE_END}:
            more["seconds"] = draw(st.sampled_from([-1.0, -0.3, -0.1, -0.05, 0.02, 0.05, 0.1, 0.3, 1.0]))
        elif kind is KINDS.SPLIT:
            more |= {"at": round(draw(st.floats(1.5, 5.0)), 2), "cut": draw(st.integers(9, 23))}
        elif kind is KINDS.UNDO:
            items, more["undoes"] = (), draw(st.integers(1, number))
        elif kind is KINDS.ADD:
            start = round(draw(st.floats(1.0, 4.5)), 2)
            party = draw(st.sampled_from([Party.REQUESTER, Party.THIRD_PARTY]))
            channels = draw(st.sampled_from([(0,), (1,), (0, 1)]))
            items = ()
            more["stretch"] = replace(
                stretch(start, start + draw(st.sampled_from([0.1, 0.5, 2.0])), channels=channels), party=party
            )
        elif kind is KINDS.SAME:
            items = tuple(dict.fromkeys(("m0003", one)))
        elif kind in {KINDS.PARTY, KINDS.MASK}:
            more["party"] = draw(st.sampled_from([Party.REQUESTER, Party.THIRD_PARTY]))
        steps.append((kind, items, more))
    return steps


@given(any_steps(reasons=False))
@example(WALKS["split into slivers, each moved off"])
def test_without_a_reason_all_but_a_trim_stays_silent(steps: list[Step]) -> None:
    """Measured in the finished sound, of each item as it was found; and the review completes."""
    made, _ = told(START, steps)
    final = fold(START, made)
    for first in (THEIRS, SHORT):
        assert audible(first, final) <= most(first) + 1e-3
    check_complete(START, made)


@given(any_steps(reasons=True))
def test_what_is_heard_has_a_reason(steps: list[Step]) -> None:
    """Where more than a trim is heard, some decision that stands was given a reason."""
    made, _ = told(START, steps)
    final = fold(START, made)
    if any(audible(first, final) > most(first) + 1e-3 for first in (THEIRS, SHORT)):
        assert any(each.reason for each in made)
    check_complete(START, made)
